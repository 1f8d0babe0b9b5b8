// What the engine remembers while it lives. Private to engine*.cpp.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "core/backlog.h"
#include "core/engine.h"
#include "core/engine_settings.h"
#include "core/engine_tracks.h"
#include "core/incidents.h"
#include "core/timers.h"
#include "core/upstreams.h"

namespace upkeep {

struct EngineMemory {
  EngineMemory(const Config&, Assignment, const State&, std::map<std::string, Baseline>);

  const CollectionTrack& of(CollectionId id) const { return collections.at(id.value); }
  CollectionTrack& of(CollectionId id) { return collections.at(id.value); }
  StoreTrack& store_of(CollectionId id) { return stores.at(config.of(id).store.value); }
  const StoreTrack& store_of(CollectionId id) const { return stores.at(config.of(id).store.value); }

  const Config& config;
  Assignment assignment;
  Random random;
  std::uint64_t life = 0;  ///< no two lives have the same: answers to an earlier one fit nothing
  std::uint64_t requests = 0, next_id = 1;
  EngineRow saved;
  Time begun;
  Step step;
  Timers timers;
  Incidents incidents;
  Upstreams upstreams;
  std::vector<StoreTrack> stores;
  std::vector<CollectionTrack> collections;
  std::map<AttemptId, AttemptTrack> attempts;
  std::map<std::pair<std::string, std::string>, PartitionRow> foreign_rows;  ///< not configured
  std::set<std::string> foreign_collections;                                 ///< likewise
  std::optional<Backlog> backlog;
  bool backlog_stale = true;
  Time backlog_not_before;          ///< not computed again before this, to bound its cost
  Time backlog_wake = Time::max();  ///< the earliest BacklogDue that is set
  RoundTrack round;
  CalendarTrack calendar;
  Time blocked_until = Time::max();   ///< when the first task that waits for an upstream may start
  Time upstreams_wake = Time::max();  ///< the earliest TokensDue that is set
  std::optional<Time> disk_low_since;
  bool stopping = false, complete = false;
};

}  // namespace upkeep
