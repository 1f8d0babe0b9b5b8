// From the gaps of one collection to drafts of tasks: batches, scores, promotion.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "core/backlog.h"
#include "core/best_tasks.h"

namespace upkeep {

/// The numbers of one collection, of all its tasks.
struct Planned {
  std::uint64_t tasks = 0, gaps = 0;
  std::array<std::uint64_t, 2> pending{};  ///< [1]: of those that rested
  std::array<std::uint64_t, 4> by_priority{};
  Time next_due = Time::max();       ///< of partitions that are too early
  Time next_deadline = Time::max();  ///< or when it begins to be near
};

/// How many partitions with such a row may share a task where `max` may: a quarter after a rest,
/// a sixteenth after two, then one. One that fails always would else fail the others for ever.
std::uint64_t batch_max(std::uint64_t max, const PartitionRow*);

/// Offers every task of this collection to the first of `best`, or, when its partitions rested, to
/// the second. `position` is that of the input in those that they know. Memory grows with the
/// batches that are open at once, not with gaps.
Planned plan_collection(const Config&, const Condition& where, const BacklogInput&,
                        std::size_t position, Time now, std::array<BestTasks*, 2> best);

/// The partitions of each draft, ascending. Walks only where drafts with several are.
std::vector<std::vector<std::uint64_t>> find_partitions(const Config&, const Condition& where,
                                                        std::span<const BacklogInput>, Time now,
                                                        std::span<const TaskDraft>);

}  // namespace upkeep
