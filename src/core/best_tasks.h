// The best of many tasks, in the order in which they would start.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "core/backlog.h"
#include "model/gap.h"
#include "model/priority.h"

namespace upkeep {

/// What decides the order of tasks, but for the key.
struct Rank {
  bool held = false;
  Priority priority = Priority::medium;  ///< after promotion
  Time deadline = Time::max();           ///< of tasks that must come first because of it
  double score = 0;
  Time since;
  bool operator==(const Rank&) const = default;
};

/// Would a task of rank `a` start before one of rank `b`?
bool comes_before(const Rank& a, const Rank& b);

/// A task whose partitions are not written out yet: `count` gaps of one group, the first and
/// the last of them at these indices.
struct TaskDraft {
  Rank rank;
  std::size_t input = 0;  ///< of which BacklogInput
  std::uint64_t first = 0, last = 0, count = 0;
  bool rested = false;  ///< its partitions have failed after their last retry
  std::pair<std::uint64_t, std::uint64_t> group;
  GapKind kind = GapKind::missing;
  Priority declared = Priority::medium;
  Time detected;
  std::uint64_t released = 0;  ///< held by its rows: the index of the first to be free again
  std::string key;             ///< of its first partition
};

/// Would the first start before the second?
bool comes_before(std::span<const BacklogInput>, const TaskDraft&, const TaskDraft&);

/// Keeps the best of what it is offered, in memory for twice as many.
class BestTasks {
 public:
  BestTasks(std::span<const BacklogInput> inputs, std::uint64_t keep, bool held_too)
      : inputs_(inputs), keep_(keep), held_too_(held_too) {}

  /// Can a task of this rank still be among the best? Cheap, so that few drafts are made.
  bool takes(const Rank& rank) const {
    if (rank.held && !held_too_) return false;
    return keep_ > 0 && (!worst_ || !comes_before(worst_->rank, rank));
  }
  /// False when it is not among the best, nor is any other of its rank with a later key.
  bool offer(TaskDraft);
  /// The best, in order.
  std::vector<TaskDraft> take();

 private:
  bool before(const TaskDraft& a, const TaskDraft& b) const { return comes_before(inputs_, a, b); }
  void cut();

  std::span<const BacklogInput> inputs_;
  std::uint64_t keep_;
  bool held_too_;
  std::vector<TaskDraft> drafts_;
  std::optional<TaskDraft> worst_;  ///< of those that were kept at the last cut
};

}  // namespace upkeep
