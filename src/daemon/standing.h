// Snapshots of an engine for the views.
#pragma once
#include <map>
#include <vector>

#include "api/snapshot.h"
#include "core/engine.h"
#include "model/config.h"

namespace upkeep {

/// A snapshot with the queue that it refers to.
struct Standing {
  Queue queue;
  std::vector<CollectionStanding> collections;
};

/// The collections asked for (all, when empty). `listings`: how long each store's took.
Standing standing_of(const Config&, const Engine&, const std::vector<CollectionId>& asked,
                     const std::map<StoreId, Duration>& listings, Time now);

}  // namespace upkeep
