#include "daemon/inventory.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <span>
#include <thread>
#include <utility>

#include "coverage/coverage_file.h"
#include "daemon/chain.h"
#include "daemon/setup.h"
#include "io/directory_store.h"
#include "io/files.h"
#include "io/s3_store.h"

namespace upkeep {
namespace {

/// What is far away is waited for side by side; a folder answers sooner than a thread starts.
std::size_t looks_at_once(const Store& store, std::size_t partitions) {
  constexpr std::size_t most = 16;
  if (!store.bucket) return 1;
  return std::min({partitions, most, static_cast<std::size_t>(store.bucket->requests)});
}

/// Each kind of store.
std::unique_ptr<ObjectStore> open_store(const Store& store) {
  if (store.bucket) return std::make_unique<S3Store>(*store.bucket);
  // While reports tell what a store holds, nobody needs to have written to it yet.
  const auto absent =
      store.inventory ? DirectoryStore::Absent::is_empty : DirectoryStore::Absent::is_error;
  return std::make_unique<DirectoryStore>(store.directory, absent);
}

}  // namespace

Result<SpacePtr> make_space(const Config& config, const Collection& collection, TableCache& tables,
                            Time now) {
  Surroundings surroundings{now, config.zone, {}};
  for (const Dimension& dimension : collection.dimensions) {
    const auto* table = std::get_if<Table>(&dimension.source);
    if (table == nullptr) continue;
    if (table->is_chained()) {
      Dimension chained = dimension;
      std::get<Table>(chained.source).path =
          kept_rows_path(config, collection.name, dimension.name);
      UPKEEP_TRY(surroundings.axes[dimension.name], tables.axis(chained));
    } else {
      UPKEEP_TRY(surroundings.axes[dimension.name], tables.axis(dimension));
    }
  }
  return Space::make(collection, surroundings);
}

ObjectStores open_stores(const Config& config) {
  ObjectStores stores;
  for (const Store& store : config.stores) stores.push_back(open_store(store));
  return stores;
}

PartitionsSeen look_at(const Config& config, const ObjectStores& stores, const LookAt& wish,
                       CheckCommands commands, std::stop_token stop) {
  const StoreId id = wish.space->collection().store;
  std::vector<Result<Sight>> sights(wish.partitions.size());
  std::atomic<std::size_t> next = 0;
  std::atomic<bool> has_failed = false;
  const auto work = [&] {
    for (std::size_t i = next++; i < sights.size() && !has_failed; i = next++) {
      sights[i] = look_at_one(config, *stores.at(id.value), *wish.space, wish.partitions[i],
                              commands, stop);
      if (!sights[i]) has_failed = true;
    }
  };
  std::vector<std::jthread> others;
  const std::size_t at_once = looks_at_once(config.of(id), sights.size());
  while (others.size() + 1 < at_once) others.emplace_back(work);
  work();
  others.clear();

  PartitionsSeen seen{wish.request, {}, {}};
  for (const Result<Sight>& sight : sights) {
    if (!sight) {
      seen.error = sight.error();
      return seen;
    }
    seen.sights.push_back(*sight);
  }
  return seen;
}

std::string coverage_path(const Config& config, const std::string& collection) {
  return config.state + "/inventory/cache/" + collection + ".coverage";
}

std::shared_ptr<const Coverage> load_coverage(const Config& config, const Space& space) {
  const auto bytes = read_file(coverage_path(config, space.collection().name));
  if (!bytes) return nullptr;
  auto coverage = decode_coverage(*bytes, space);
  if (!coverage) return nullptr;
  return std::make_shared<const Coverage>(*std::move(coverage));
}

std::map<std::string, Baseline> load_baselines(const Config& config, TableCache& tables) {
  std::map<std::string, Baseline> baselines;
  for (const Collection& collection : config.collections) {
    const auto bytes = read_file(coverage_path(config, collection.name));
    if (!bytes) continue;
    const auto space = make_space(config, collection, tables, now_by_clock());
    if (!space) continue;
    auto coverage = decode_coverage(*bytes, **space);
    if (coverage) baselines[collection.name] = {*space, *std::move(coverage)};
  }
  return baselines;
}

}  // namespace upkeep
