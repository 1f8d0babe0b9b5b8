// Collections that have their rows from others: when what they expect may have changed, their store
// is listed again, which reads the rows.
#include <algorithm>
#include <variant>

#include "core/engine_parts.h"

namespace upkeep {
namespace {

bool has_rows_from(const Collection& collection, const std::string& other) {
  return std::ranges::any_of(collection.dimensions, [&](const Dimension& dimension) {
    const auto* table = std::get_if<Table>(&dimension.source);
    return table != nullptr && table->collection == other;
  });
}

}  // namespace

/// One of its partitions was found to be good.
void Engine::Parts::rows_given(Time now, CollectionId from) {
  for (const Collection& collection : config.collections) {
    StoreTrack& store = stores.at(collection.store.value);
    if (!store.wanted || !has_rows_from(collection, config.of(from).name)) continue;
    store.has_new_rows = true;
    if (!is_one_run()) list_for_rows(now, collection.store);
  }
}

void Engine::Parts::list_for_rows(Time now, StoreId id) {
  list_at(now + std::clamp(4 * stores.at(id.value).took, rows_wait_min, rows_wait_max), id);
}

/// One run fills all that gives rows before it asks for them. True when it does.
bool Engine::Parts::asks_for_rows(Time now) {
  if (!may_work() || now >= *assignment.run_until) return false;
  bool asks = false;
  for (std::uint64_t i = 0; i < stores.size(); ++i) {
    if (!stores[i].has_new_rows) continue;
    list(now, StoreId{i});
    asks = true;
  }
  return asks;
}

}  // namespace upkeep
