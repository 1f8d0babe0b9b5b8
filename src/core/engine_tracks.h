// What the engine knows of each store, collection and attempt while it lives. Private to
// engine*.cpp.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "core/backlog.h"
#include "core/engine.h"
#include "core/hold.h"
#include "coverage/selector.h"

namespace upkeep {

struct StoreTrack {
  bool wanted = false;               ///< a collection of this assignment lives there
  bool judged = false;               ///< was listed, with whatever result, in this life
  std::optional<RequestId> listing;  ///< asked for, not answered yet
  Time asked;                        ///< when the last listing was
  Duration took{};                   ///< the last one that was answered
  Time next_listing = Time::max();   ///< set one; timers that come before it do nothing
  bool has_new_rows = false;         ///< of its collections; the last listing may not know them
  int failures = 0;                  ///< of listings, in a row
  std::string unreachable;           ///< why it could not be looked at; empty when it could
  Time unreachable_since;
};

/// What a look at the store showed after the inventory began: fresher than the inventory.
struct Proof {
  Time at;  ///< when it was asked for: the look was not before that
  std::optional<GapKind> gap;
};

struct CollectionTrack {
  CollectionView::Standing standing = CollectionView::Standing::unknown;
  std::string why = "it has not been listed yet";
  bool assigned = true;      ///< may be filled in this life
  SpacePtr space;            ///< null before the first finding
  Coverage coverage;         ///< in `space`
  bool is_carried = false;   ///< was the last listing older than what was known, and ignored?
  bool is_accepted = false;  ///< is `coverage` the one that the next loss is measured against?
  std::optional<Baseline> baseline;  ///< otherwise this one is
  CollectionRow row;
  std::map<std::uint64_t, PartitionRow> rows;     ///< of partitions in `space`
  std::map<std::string, PartitionRow> strangers;  ///< of keys that `space` does not have
  std::set<std::string> busy;                     ///< keys that are in attempts
  std::map<std::uint64_t, Proof> proofs;
  bool is_kept = true;            ///< is everything that looks showed in a coverage file?
  std::optional<Selector> where;  ///< the assignment's condition

  /// Takes a new space and moves everything that is known by index to it, by key.
  void move_to(SpacePtr);
  /// What looks showed, for coverage files, and back again.
  std::vector<Looked> looks() const;
  void recall_looks(std::span<const Looked>);
  /// Ascending indices of partitions with a tombstone.
  std::vector<std::uint64_t> gone(Time now) const;
  std::vector<std::uint64_t> busy_indices() const;
};

/// The loop's round of filling, and what bears on the next one.
struct RoundTrack {
  std::optional<Time> since;  ///< attempts are started since then
  bool was_cut = false;       ///< the last one took too long; what it started goes on
  bool is_asked = false;      ///< by people, and no round came of it yet
};

/// The scheduled runs of one collector.
struct ScheduleTrack {
  ScheduleRow row;
  std::set<StoreId> awaited;  ///< to be listed before it fills
  Time since;                 ///< it has been filling, in this life
};

/// What the calendar says now.
struct CalendarTrack {
  Time next = Time::max();           ///< it says nothing else before this
  std::optional<Time> paused_until;  ///< the end of maintenance, while it holds
  std::map<CollectorId, ScheduleTrack> runs;
  std::map<std::string, ScheduleRow> rows;  ///< of the earlier life
};

/// An attempt from its choice until its partitions are settled.
struct AttemptTrack {
  RunningAttempt view;
  std::optional<CollectionId> collection;  ///< none when it is no longer configured
  SpacePtr space;                          ///< null while the collection of an orphan is not known
  std::vector<std::uint64_t> partitions;   ///< in `space`, in the order of view.row.keys
  std::optional<RequestId> look;           ///< asked for, not answered yet
  Time looked_at;                          ///< when the last look was asked for
  int looks_failed = 0;
  bool is_confirmed = false;  ///< its partitions were seen to be gaps; it may start
  Time confirmed_at;
  bool rested = false;      ///< its partitions had failed after their last retry
  bool is_stopped = false;  ///< asked to end, at its deadline or with upkeep
  std::optional<Outcome> outcome;
  std::optional<Duration> retry_after;
  bool is_throttled = false;     ///< its upstream refused requests of it, or asked for a pause
  std::set<std::uint64_t> gone;  ///< those that `gone` lines named
};

}  // namespace upkeep
