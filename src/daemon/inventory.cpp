#include "daemon/inventory.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "coverage/comparison.h"
#include "coverage/coverage_file.h"
#include "coverage/ignore.h"
#include "coverage/key_template.h"
#include "daemon/setup.h"
#include "io/directory_store.h"
#include "io/files.h"
#include "io/tables.h"

namespace upkeep {
namespace {

/// Might a key of the collection begin with, or lie under, the prefix?
bool may_lie_under(const Space& space, std::string_view prefix) {
  const std::string folder = space.key_template().folder();
  const std::size_t common = std::min(folder.size(), prefix.size());
  return std::string_view(folder).substr(0, common) == prefix.substr(0, common);
}

/// One collection on its way through a listing.
struct Candidate {
  CollectionId id;
  SpacePtr space;  ///< null when `error` is set
  std::optional<Error> error;
};

std::vector<Candidate> candidates_of(const Config& config, StoreId store, Time now) {
  std::vector<Candidate> candidates;
  for (std::uint64_t i = 0; i < config.collections.size(); ++i) {
    if (config.collections[i].store != store) continue;
    auto space = make_space(config, config.collections[i], now);
    if (space) {
      candidates.push_back({CollectionId{i}, *std::move(space), {}});
    } else {
      candidates.push_back({CollectionId{i}, nullptr, space.error()});
    }
  }
  return candidates;
}

/// Where the collections lie whose tables could not be read. Their objects are nobody's strays.
std::vector<std::string> unknown_folders(const Config& config,
                                         std::span<const Candidate> candidates) {
  std::vector<std::string> folders;
  for (const Candidate& candidate : candidates) {
    if (candidate.space) continue;
    const auto key = parse_key_template(config.of(candidate.id).key);
    if (key) folders.push_back(key->folder());
  }
  return folders;
}

/// The literal text that every object of the partition begins with.
std::string_view prefix_of(std::string_view key) { return key.substr(0, key.find('{')); }

Result<Sight> look_at_one(const Config& config, ObjectStore& store, const Space& space,
                          std::uint64_t index) {
  const std::string key = space.key(index);
  Sight sight;
  if (space.has_exact_keys()) {
    UPKEEP_TRY(const auto facts, store.look(key));
    if (facts) see(sight, space, facts->size, facts->modified);
    return sight;
  }
  const IgnoreList ignored(config.of(space.collection().store).ignore);
  UPKEEP_TRY(const auto failed, store.list(prefix_of(key), [&](const Object& object) {
    if (space.find_key(object.key) != index || ignored.fits(object.key)) return;
    see(sight, space, object.size, object.modified);
  }));
  if (!failed.empty()) return std::unexpected(failed.front().error);
  return sight;
}

}  // namespace

Result<SpacePtr> make_space(const Config& config, const Collection& collection, Time now) {
  Surroundings surroundings{now, config.zone, {}};
  for (const Dimension& dimension : collection.dimensions) {
    const auto* table = std::get_if<Table>(&dimension.source);
    if (table == nullptr) continue;
    UPKEEP_TRY(Rows rows, read_table(*table));
    surroundings.tables[dimension.name] = std::make_shared<const Rows>(std::move(rows));
  }
  return Space::make(collection, surroundings);
}

ObjectStores open_stores(const Config& config) {
  ObjectStores stores;
  for (const Store& store : config.stores) {
    stores.push_back(std::make_unique<DirectoryStore>(store.directory));
  }
  return stores;
}

StoreListed list_store(const Config& config, const ObjectStores& stores, const ListStore& wish,
                       std::stop_token stop) {
  const Time taken_at = now_by_clock();
  StoreListed listed{wish.request, wish.store, taken_at, {}, {}};
  std::vector<Candidate> candidates = candidates_of(config, wish.store, taken_at);
  std::vector<SpacePtr> spaces;
  for (const Candidate& candidate : candidates) {
    if (candidate.space) spaces.push_back(candidate.space);
  }
  if (const auto apart = check_no_overlap(spaces); !apart) {
    listed.error = apart.error();
    return listed;
  }
  Comparison comparison(config.of(wish.store), spaces, taken_at, taken_at,
                        unknown_folders(config, candidates));
  const auto failed =
      stores.at(wish.store.value)
          ->list("", [&](const Object& object) { comparison.add(object); }, std::move(stop));
  if (!failed) {
    listed.error = failed.error();
    return listed;
  }
  std::vector<Coverage> coverages = comparison.finish();
  auto next = coverages.begin();
  for (Candidate& candidate : candidates) {
    CollectionFinding finding{candidate.id, candidate.space, {}, candidate.error};
    if (candidate.space) {
      finding.coverage = std::move(*next++);
      const auto part = std::ranges::find_if(*failed, [&](const FailedPart& one) {
        return may_lie_under(*candidate.space, one.prefix);
      });
      if (part != failed->end()) finding.error = part->error;
    }
    listed.findings.push_back(std::move(finding));
  }
  return listed;
}

PartitionsSeen look_at(const Config& config, const ObjectStores& stores, const LookAt& wish) {
  PartitionsSeen seen{wish.request, {}, {}};
  ObjectStore& store = *stores.at(wish.space->collection().store.value);
  for (const std::uint64_t index : wish.partitions) {
    auto sight = look_at_one(config, store, *wish.space, index);
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

std::map<std::string, Baseline> load_baselines(const Config& config) {
  std::map<std::string, Baseline> baselines;
  for (const Collection& collection : config.collections) {
    const auto bytes = read_file(coverage_path(config, collection.name));
    if (!bytes) continue;
    const auto space = make_space(config, collection, now_by_clock());
    if (!space) continue;
    auto coverage = decode_coverage(*bytes, **space);
    if (coverage) baselines[collection.name] = {*space, *std::move(coverage)};
  }
  return baselines;
}

}  // namespace upkeep
