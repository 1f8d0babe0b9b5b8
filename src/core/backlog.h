// The backlog: all gaps of all collections as tasks in the order in which they would start.
// Computed from coverage bits each time, never stored; only the best tasks are written out.
#pragma once
#include <cstdint>
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
};

class Backlog {
 public:
  /// `keep` is how many tasks are kept in order; all are counted. With `where`, other
  /// partitions are left out. Gaps: due, not good, no tombstone at `now`, not busy. A gap
  /// whose row says `not_before` later than `now`, one of a held collection, and one without
  /// a collector belong to held tasks.
  Backlog(const Config&, const Condition& where, std::span<const BacklogInput>, Time now,
          std::uint64_t keep);
  ~Backlog();
  Backlog(Backlog&&) noexcept;
  Backlog& operator=(Backlog&&) noexcept;

  /// Takes the next pending task off the front; nothing when none of those kept is left.
  std::optional<Task> next();
  /// Are there more pending tasks than were kept and taken?
  bool has_more() const;
  /// The first `limit` of those still here, pending before held, and the numbers of all.
  Queue window(std::uint64_t limit) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// How far promotion moves a task that waited so long: one class for each whole
/// `promote_after`, up to CRITICAL.
Priority promoted(Priority declared, Duration waited, Duration promote_after);

/// (hours waiting × age_per_hour) × weight + max(partitions × per_missing, −max_size_penalty)
double score(const Score&, double weight, Duration waiting, std::uint64_t partitions);

}  // namespace upkeep
