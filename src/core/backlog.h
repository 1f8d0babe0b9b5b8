// The backlog: all gaps of all collections as tasks in the order in which they would start.
// Computed from coverage bits each time, never stored; only the best tasks are written out.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/time.h"
#include "core/task.h"
#include "coverage/coverage.h"
#include "coverage/space.h"
#include "model/config.h"
#include "model/state.h"

namespace upkeep {

/// One collection as the engine sees it when the backlog is computed. References must hold
/// during the call only; the space is kept.
struct BacklogInput {
  CollectionId collection;
  SpacePtr space;
  const Coverage* coverage = nullptr;
  const std::map<std::uint64_t, PartitionRow>* rows = nullptr;  ///< by index in `space`
  std::span<const std::uint64_t> busy;  ///< ascending: in an attempt, or being proved
  std::span<const Loss> losses;         ///< ascending, disjoint
  Time first_seen;                      ///< no gap is detected before this
  std::string held_by;                  ///< holds all of it, a sentence; empty when nothing does
  std::string rested_held_by{};         ///< likewise, of what rested after its last retry
};

/// A gap is a partition that is due, not good, without a tombstone (unless its object is
/// there all the same), not busy, and meant by `where`. Its task waits since the gap is known:
/// from max(since, first_seen) on; score and promotion count from there.
///
/// Order: pending before held; priority after promotion; the earlier deadline; the higher score;
/// the older `since`; the key of the first partition, bytewise; the collection.
///
/// A collector with a batch gets the gaps of one collection that share the fields of `by`, the
/// kind, the declared priority, the status, the number of rests and whether a deadline is near, cut
/// into tasks of `max` (fewer after rests) in the order of their indices; any other gets one gap a
/// task. Held are: all tasks of a held collection and of one without a collector, and those of
/// partitions whose row says `not_before` or, the object being there, `gone_until` later than now.
///
/// Memory grows with the tasks that are kept and with the batches that can still grow at one
/// place of the walk, not with the gaps.
class Backlog {
 public:
  /// What is to be kept in order; all tasks are counted.
  struct Keep {
    std::uint64_t tasks = 0;  ///< at most so many
    bool held_too = true;     ///< those that may not start cost as much as the others
    bool of_each = false;     ///< each collection has its share, and what rested of it another
  };
  /// A task that would be next.
  struct Head {
    CollectionId collection;
    std::uint64_t gaps = 0;
    bool rested = false;  ///< its partitions have failed after their last retry
  };
  using Gate = std::function<bool(const Head&)>;  ///< may it start now?
  /// An input without a space or coverage is unknown and gives nothing. Only the spaces are
  /// referred to afterwards.
  Backlog(const Config&, const Condition& where, std::span<const BacklogInput>, Time now, Keep);
  ~Backlog();
  Backlog(Backlog&&) noexcept;
  Backlog& operator=(Backlog&&) noexcept;

  /// Takes the first pending task that may start, and out of the numbers; nothing when none of
  /// those kept may. The gate is asked at most once for each collection and once for what rested
  /// of it, in the order of their first tasks.
  std::optional<Task> next(const Gate&);
  /// Are those kept of a collection used up where there were more? A new backlog gives them.
  bool is_short() const;
  /// Could a task start, then, whose deadline is near?
  bool is_urgent() const;
  /// How many tasks could start, when it was computed.
  std::uint64_t pending() const;
  /// Until then a new backlog would be the same, or almost: the order of tasks that wait changes
  /// slowly. Unless coverage, rows or holds change; Time::max() when only such a change can make
  /// a task.
  Time steady_until() const;
  /// The first `limit` of those still here, and the numbers of all but those taken.
  Queue window(std::uint64_t limit) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// How far promotion moves a task that waited so long: one class for each whole
/// `promote_after`, up to CRITICAL; none when that is not positive.
Priority promoted(Priority declared, Duration waited, Duration promote_after);

/// (hours waiting × age_per_hour) × weight + max(partitions × per_missing, −max_size_penalty)
double score(const Score&, double weight, Duration waiting, std::uint64_t partitions);

}  // namespace upkeep
