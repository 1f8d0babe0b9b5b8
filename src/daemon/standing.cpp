#include "daemon/standing.h"

#include <algorithm>

namespace upkeep {

Standing standing_of(const Config& config, const Engine& engine,
                     const std::vector<CollectionId>& asked,
                     const std::map<StoreId, Duration>& listings, Time now) {
  Standing standing;
  standing.queue = engine.queue(now);
  for (std::uint64_t i = 0; i < config.collections.size(); ++i) {
    const CollectionId id{i};
    if (!asked.empty() && std::ranges::find(asked, id) == asked.end()) continue;
    CollectionStanding collection;
    collection.id = id;
    collection.view = engine.view(id);
    collection.gone = engine.gone(id, now);
    collection.rows = &engine.rows(id);
    collection.first_seen = engine.first_seen(id);
    const auto took = listings.find(config.of(id).store);
    if (took != listings.end()) collection.listing = took->second;
    standing.collections.push_back(std::move(collection));
  }
  return standing;
}

}  // namespace upkeep
