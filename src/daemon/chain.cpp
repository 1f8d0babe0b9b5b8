#include "daemon/chain.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>

#include "coverage/rows_axis.h"
#include "io/files.h"
#include "io/tables.h"

namespace upkeep {
namespace {

/// Some stores count whole seconds, or two: another write might not show in the time of an object
/// that is younger than this.
constexpr Duration racy = std::chrono::seconds{2};
/// What is far away is waited for side by side.
constexpr std::size_t reads_at_once = 16;

/// What rows were read from, and how; the columns are theirs.
std::string origin_of(const Store& store, const Collection& from, const Table& table) {
  return fmt::format("{} {} {}", store.name, from.key, static_cast<int>(table.format));
}

/// What was kept of the same origin; nothing when there is no such file, or none of use.
std::optional<KeptRows> recall(const Table& table, const std::string& origin) {
  const auto bytes = read_file(table.path);
  if (!bytes) return {};
  auto kept = decode_rows(*bytes);
  if (!kept || kept->origin != origin || kept->rows->columns() != columns_of(table)) return {};
  return *std::move(kept);
}

Result<void> append(Rows& to, const Rows& from, std::uint64_t begin, std::uint64_t end) {
  std::vector<std::string_view> texts(from.columns().size());
  for (std::uint64_t row = begin; row < end; ++row) {
    for (std::size_t column = 0; column < texts.size(); ++column) {
      texts[column] = from.at(row, column);
    }
    UPKEEP_CHECK(to.add(texts));
  }
  return {};
}

}  // namespace

std::string kept_rows_path(const Config& config, const std::string& collection,
                           const std::string& dimension) {
  return fmt::format("{}/inventory/cache/{}@{}.rows", config.state, collection, dimension);
}

LiveTables::LiveTables(const Config& config, const ObjectStores& stores, Time now,
                       std::stop_token stop)
    : config_(config),
      stores_(stores),
      now_(now),
      stop_(std::move(stop)),
      tables_(config.zone, [this](const Dimension& dimension) { return gather(dimension); }) {}

Result<void> LiveTables::keep(const Collection& collection) const {
  for (const Dimension& dimension : collection.dimensions) {
    const auto found = gathered_.find(kept_rows_path(config_, collection.name, dimension.name));
    if (found == gathered_.end()) continue;
    UPKEEP_CHECK(write_file_atomically(found->first, encode_rows(found->second)));
  }
  return {};
}

Result<std::shared_ptr<const Rows>> LiveTables::gather(const Dimension& dimension) {
  const Table& table = std::get<Table>(dimension.source);
  const Collection& from = config_.of(config_.find_collection(table.collection));
  UPKEEP_TRY(const SpacePtr space, make_space(config_, from, tables_, now_));
  UPKEEP_TRY(Sources sources, list_sources(*space));
  KeptRows kept{origin_of(config_.of(from.store), from, table), {}, {}};
  const auto before = recall(table, kept.origin);
  Parts parts(sources.size());
  std::vector<std::uint64_t> known(sources.size());  // the first row that is kept of each
  if (before) {
    std::uint64_t row = 0;
    auto source = sources.begin();
    for (const KeptRows::Source& old : before->sources) {
      source = std::lower_bound(source, sources.end(), old.key,
                                [](const auto& one, const auto& key) { return one.key < key; });
      const bool same = source != sources.end() && source->key == old.key &&
                        source->size == old.size && source->modified == old.modified;
      if (same) {
        const auto at = static_cast<std::size_t>(source - sources.begin());
        source->rows = old.rows;
        known[at] = row;
        parts[at] = before->rows;
      }
      row += old.rows;
    }
  }
  UPKEEP_CHECK(read_all(*space, dimension, sources, parts));
  kept.rows = std::make_shared<Rows>(columns_of(table));
  for (std::size_t i = 0; i < sources.size(); ++i) {
    if (!parts[i]) continue;
    UPKEEP_CHECK(append(*kept.rows, *parts[i], known[i], known[i] + sources[i].rows));
    if (now_ - sources[i].modified <= racy) sources[i].modified = Time{};
    kept.sources.push_back(std::move(sources[i]));
  }
  kept.rows->shrink();
  const std::lock_guard lock(mutex_);
  return (gathered_[table.path] = std::move(kept)).rows;
}

/// The objects that are partitions of the collection, in the order of keys.
Result<LiveTables::Sources> LiveTables::list_sources(const Space& space) const {
  Sources sources;
  ObjectStore& store = *stores_.at(space.collection().store.value);
  const auto take = [&](const Object& object) {
    if (!space.find_key(object.key)) return;
    sources.push_back({std::string(object.key), object.size, object.modified, 0});
  };
  const std::string& name = space.collection().name;
  const auto failed = store.list(space.key_template().folder(), take, stop_);
  if (!failed || !failed->empty()) {
    return fail(
        fmt::format("the objects of collection {}, which has its rows, cannot be listed: {}", name,
                    failed ? failed->front().error.text : failed.error().text));
  }
  std::ranges::sort(sources, {}, &KeptRows::Source::key);
  return sources;
}

Result<void> LiveTables::read_all(const Space& space, const Dimension& dimension, Sources& sources,
                                  Parts& parts) const {
  const std::string& name = space.collection().name;
  ObjectStore& store = *stores_.at(space.collection().store.value);
  std::vector<std::optional<Error>> errors(sources.size());
  std::atomic<std::size_t> next = 0;
  std::atomic<bool> has_failed = false;
  const auto work = [&] {
    for (std::size_t i = next++; i < sources.size() && !has_failed; i = next++) {
      if (parts[i]) continue;
      auto rows = read_one(store, dimension, sources[i]);
      if (rows) {
        parts[i] = *std::move(rows);
      } else {
        errors[i] = rows.error();
        has_failed = true;
      }
    }
  };
  std::vector<std::jthread> others;
  const auto unread = static_cast<std::size_t>(std::ranges::count(parts, nullptr));
  const bool is_far = config_.of(space.collection().store).bucket.has_value();
  while (is_far && others.size() + 1 < std::min(unread, reads_at_once)) others.emplace_back(work);
  work();
  others.clear();
  for (std::size_t i = 0; i < sources.size(); ++i) {
    if (!errors[i]) continue;
    return fail(fmt::format("the object {} of collection {}, which has its rows: {}",
                            sources[i].key, name, errors[i]->text));
  }
  return {};
}

/// Null when it is gone by now. One that was changed while it was read is read once more.
Result<std::shared_ptr<const Rows>> LiveTables::read_one(ObjectStore& store,
                                                         const Dimension& dimension,
                                                         KeptRows::Source& source) const {
  const Table& table = std::get<Table>(dimension.source);
  const auto read = [&]() -> Result<std::shared_ptr<const Rows>> {
    UPKEEP_TRY(const auto object, store.open(source.key, stop_));
    UPKEEP_TRY(Rows rows, read_table(*object, table, stop_));
    auto shared = std::make_shared<const Rows>(std::move(rows));
    // What is no date or number is told here, where the object is known.
    UPKEEP_CHECK(RowsAxis::of_table(dimension.name, table, shared, config_.zone));
    source.rows = shared->size();
    return shared;
  };
  auto rows = read();
  if (rows || stop_.stop_requested()) return rows;
  UPKEEP_TRY(const auto facts, store.look(source.key, stop_));
  if (!facts) return nullptr;
  if (facts->size == source.size && facts->modified == source.modified) return rows;
  source.size = facts->size;
  source.modified = facts->modified;
  return read();
}

}  // namespace upkeep
