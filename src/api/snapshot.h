// Everything that the reading commands show, at one moment. The shell fills it in; the
// views of this folder are functions of it.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "core/engine.h"
#include "port/object_store.h"

namespace upkeep {

/// One collection as it stands.
struct CollectionStanding {
  CollectionId id;
  CollectionView view;
  std::vector<std::uint64_t> gone;  ///< ascending; partitions with a tombstone
  /// What is known of single partitions, by index in view.space; may be null.
  const std::map<std::uint64_t, PartitionRow>* rows = nullptr;
  Duration listing{};  ///< how long the listing took that it was judged by; 0: unknown
  Time first_seen;     ///< no gap of it was known before this
};

/// References must outlive it.
struct Snapshot {
  const Config& config;
  Time now;
  std::vector<CollectionStanding> collections;  ///< those asked for, in the config's order
  const Queue& queue;
  const std::map<IncidentId, IncidentRow>& incidents;
  /// What was asked of each bucket on the way to this; its reports may lie in another one.
  std::map<StoreId, ObjectStore::Requests> requests = {};
};

/// Was it judged, so that its numbers mean something? Held ones were.
inline bool is_judged(const CollectionStanding& standing) {
  return standing.view.standing != CollectionView::Standing::unknown &&
         standing.view.space != nullptr && standing.view.coverage != nullptr;
}

}  // namespace upkeep
