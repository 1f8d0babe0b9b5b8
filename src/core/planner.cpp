#include "core/planner.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <utility>

#include "base/assert.h"
#include "core/deadlines.h"
#include "core/gap_walk.h"
#include "core/grouping.h"
#include "core/key_order.h"

namespace upkeep {
namespace {

using Group = std::pair<std::uint64_t, std::uint64_t>;

/// After so many rests a partition is tried by itself.
constexpr std::uint64_t alone_after = 3;

std::uint64_t rests(const PartitionRow* row) {
  return row == nullptr ? 0 : std::min(alone_after, static_cast<std::uint64_t>(row->rests));
}

/// Turns gaps into (group, held): the partitions that may share a task.
class Sorter {
 public:
  Sorter(const Config& config, const BacklogInput& input, Time now)
      : now_(now), deadlines_(config.of(input.collection).by, now, config.zone) {
    const Collection& collection = config.of(input.collection);
    held_ = !input.held_by.empty() || !collection.collector;
    rested_held_ = !input.rested_held_by.empty();
    if (!collection.collector) return;
    const std::optional<Batch>& batch = config.of(*collection.collector).batch;
    if (!batch || batch->max <= 1) return;
    grouping_.emplace(*input.space, batch->by);
    if (grouping_->all_single()) {
      grouping_.reset();
    } else {
      max_ = batch->max;
    }
  }

  /// At most so many partitions a task.
  std::uint64_t max() const { return max_; }
  std::uint64_t max(const PlannedGap& gap) const { return batch_max(max_, gap.row); }
  bool is_held(const PlannedGap& gap) const {
    return held_ || gap.free_at() > now_ || (rested_held_ && rests(gap.row) > 0);
  }
  /// Because of which it comes first.
  Time deadline(const PlannedGap& gap) const { return deadlines_.near(gap.since); }
  Time next_deadline() const { return deadlines_.steady_until(); }
  /// Only where several partitions may share a task. The first number is the index at which
  /// the group is over.
  Group group_of(const PlannedGap& gap) {
    Group group = grouping_->group_of(gap.index);
    const auto kind = static_cast<std::uint64_t>(gap.kind);
    const auto priority = static_cast<std::uint64_t>(gap.priority);
    group.second = ((group.second * gap_kinds.size() + kind) * priorities.size() + priority) * 2 +
                   (is_held(gap) ? 1 : 0);
    group.second = group.second * (alone_after + 1) + rests(gap.row);
    group.second = group.second * 2 + (deadline(gap) == Time::max() ? 0 : 1);
    return group;
  }
  /// Gaps from the one last asked for up to before this index that are like it are of its group.
  std::uint64_t same_until() const { return grouping_->same_until(); }

 private:
  Time now_;
  Deadlines deadlines_;
  bool held_ = false;         ///< all of it
  bool rested_held_ = false;  ///< what rested
  std::optional<Grouping> grouping_;
  std::uint64_t max_ = 1;
};

/// Closes tasks: counts them and offers them.
class Planner {
 public:
  Planner(const Config& config, const BacklogInput& input, std::size_t position, Time now,
          std::array<BestTasks*, 2> best)
      : space_(*input.space),
        settings_(config.queue),
        weight_(config.of(input.collection).weight),
        first_seen_(input.first_seen),
        position_(position),
        now_(now),
        sorter_(config, input, now),
        shelves_{{{best[0], {}, {}}, {best[1], {}, {}}}} {}

  /// Takes in the gap, and those behind it that it may pass over.
  void add(const PlannedGap&, GapWalk&);
  Planned finish();

 private:
  /// A batch that may still grow.
  struct Open {
    TaskDraft draft;
    Time released;  ///< when the first of its partitions is free again
  };

  /// Where tasks are kept, and the rank of those that begin at one of these: they are known not
  /// to be among the best.
  struct Shelf {
    BestTasks* best;
    Rank refused;
    KeyOrder::Later refused_later;
  };

  Shelf& shelf_of(const TaskDraft& draft) { return shelves_[draft.rested ? 1 : 0]; }
  TaskDraft begin(const PlannedGap&, Group) const;
  void add_single(const PlannedGap&, GapWalk&);
  void close(TaskDraft);
  void close_before(std::uint64_t index);
  void rate(TaskDraft&) const;
  void count(const TaskDraft&, std::uint64_t tasks);
  bool offer(TaskDraft);

  const Space& space_;
  const QueueSettings& settings_;
  double weight_;
  Time first_seen_;
  std::size_t position_;
  Time now_;
  Sorter sorter_;
  std::array<Shelf, 2> shelves_;
  std::map<Group, Open> open_;  ///< in the order in which their groups are over
  Planned planned_;
  std::optional<KeyOrder> key_order_;  ///< once it was needed
};

void Planner::rate(TaskDraft& draft) const {
  draft.detected = std::max(draft.rank.since, first_seen_);
  const Duration waited = std::max(now_ - draft.detected, Duration{});
  draft.rank.priority = draft.rank.deadline == Time::max()
                            ? promoted(draft.declared, waited, settings_.promote_after)
                            : Priority::critical;
  draft.rank.score = score(settings_.score, weight_, waited, draft.count);
}

void Planner::count(const TaskDraft& draft, std::uint64_t tasks) {
  planned_.tasks += tasks;
  planned_.gaps += tasks * draft.count;
  if (!draft.rank.held) planned_.pending[draft.rested ? 1 : 0] += tasks;
  planned_.by_priority[static_cast<std::size_t>(draft.rank.priority)] += tasks;
}

/// False when it is not among the best. Where many tie, their keys decide; those that are
/// known to come later are refused without writing them.
bool Planner::offer(TaskDraft draft) {
  Shelf& shelf = shelf_of(draft);
  const Rank rank = draft.rank;
  const std::uint64_t first = draft.first;
  if (!shelf.best->takes(rank)) return false;
  if (shelf.refused == rank && shelf.refused_later.has(first)) return false;
  if (shelf.best->offer(std::move(draft))) return true;
  if (!key_order_) key_order_.emplace(space_);
  shelf.refused = rank;
  shelf.refused_later = key_order_->later_than(first);
  return false;
}

TaskDraft Planner::begin(const PlannedGap& gap, Group group) const {
  TaskDraft draft;
  draft.rank.held = sorter_.is_held(gap);
  draft.rank.since = gap.since;
  draft.rank.deadline = sorter_.deadline(gap);
  draft.input = position_;
  draft.first = draft.last = draft.released = gap.index;
  draft.count = 1;
  draft.group = group;
  draft.kind = gap.kind;
  draft.declared = gap.priority;
  draft.rested = rests(gap.row) > 0;
  return draft;
}

void Planner::close(TaskDraft draft) {
  rate(draft);
  count(draft, 1);
  offer(std::move(draft));
}

void Planner::close_before(std::uint64_t index) {
  while (!open_.empty() && open_.begin()->first.first <= index) {
    close(std::move(open_.begin()->second.draft));
    open_.erase(open_.begin());
  }
}

void Planner::add_single(const PlannedGap& gap, GapWalk& walk) {
  constexpr std::uint64_t all = std::numeric_limits<std::uint64_t>::max();
  TaskDraft draft = begin(gap, {});
  rate(draft);
  std::uint64_t refused_until = gap.index + 1;  // of those that are alike and so have its rank
  if (!offer(draft)) {
    Shelf& shelf = shelf_of(draft);
    refused_until =
        shelf.best->takes(draft.rank) ? shelf.refused_later.stretch_from(gap.index + 1) : all;
  }
  count(draft, 1 + walk.skip_alike(gap, refused_until, all).count);
}

void Planner::add(const PlannedGap& gap, GapWalk& walk) {
  if (sorter_.max() == 1) {
    add_single(gap, walk);
    return;
  }
  close_before(gap.index);
  const Group group = sorter_.group_of(gap);
  const Time released = gap.free_at();
  auto found = open_.find(group);
  if (found == open_.end()) {
    found = open_.emplace(group, Open{begin(gap, group), released}).first;
  } else {
    Open& open = found->second;
    open.draft.last = gap.index;
    ++open.draft.count;
    open.draft.rank.since = std::min(open.draft.rank.since, gap.since);
    open.draft.rank.deadline = std::min(open.draft.rank.deadline, sorter_.deadline(gap));
    if (released < open.released) {
      open.released = released;
      open.draft.released = gap.index;
    }
  }
  TaskDraft& draft = found->second.draft;
  const std::uint64_t max = sorter_.max(gap);
  const GapWalk::Alike alike = walk.skip_alike(gap, sorter_.same_until(), max - draft.count);
  if (alike.count > 0) {
    draft.count += alike.count;
    draft.last = alike.last;
  }
  if (draft.count == max) {
    close(std::move(found->second.draft));
    open_.erase(found);
  }
}

Planned Planner::finish() {
  for (auto& [group, open] : open_) close(std::move(open.draft));
  open_.clear();
  planned_.next_deadline = sorter_.next_deadline();
  return planned_;
}

/// A draft of a batch, and where its partitions go.
struct Wanted {
  const TaskDraft* draft;
  std::vector<std::uint64_t>* partitions;
  std::pair<Group, std::uint64_t> place() const { return {draft->group, draft->first}; }
};

/// The stretches of indices in which the batches lie, ascending and apart.
std::vector<std::pair<std::uint64_t, std::uint64_t>> stretches(std::span<const Wanted> wanted) {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> all, apart;
  for (const Wanted& one : wanted) all.emplace_back(one.draft->first, one.draft->last + 1);
  std::ranges::sort(all);
  for (const auto& [begin, end] : all) {
    if (!apart.empty() && begin <= apart.back().second) {
      apart.back().second = std::max(apart.back().second, end);
    } else {
      apart.emplace_back(begin, end);
    }
  }
  return apart;
}

/// Walks the gaps of one collection again to write out its batches. Those of one group follow
/// each other, so a gap belongs to the last that begins at or before it.
void write_out(GapWalk& walk, Sorter& sorter, std::vector<Wanted> wanted) {
  std::ranges::sort(wanted, {}, &Wanted::place);
  PlannedGap gap;
  for (const auto& [begin, end] : stretches(wanted)) {
    walk.seek(begin, end);
    while (walk.next(gap)) {
      const std::pair place(sorter.group_of(gap), gap.index);
      const auto behind = std::ranges::upper_bound(wanted, place, {}, &Wanted::place);
      if (behind == wanted.begin()) continue;
      const Wanted& one = *(behind - 1);
      if (one.draft->group == place.first && gap.index <= one.draft->last) {
        one.partitions->push_back(gap.index);
      }
    }
  }
}

}  // namespace

std::uint64_t batch_max(std::uint64_t max, const PartitionRow* row) {
  const std::uint64_t rested = rests(row);
  return rested == alone_after ? 1 : std::max<std::uint64_t>(1, max >> (2 * rested));
}

Planned plan_collection(const Config& config, const Condition& where, const BacklogInput& input,
                        std::size_t position, Time now, std::array<BestTasks*, 2> best) {
  Planner planner(config, input, position, now, best);
  GapWalk walk(config.of(input.collection), where, input, now);
  PlannedGap gap;
  while (walk.next(gap)) planner.add(gap, walk);
  Planned planned = planner.finish();
  planned.next_due = walk.next_due();
  return planned;
}

std::vector<std::vector<std::uint64_t>> find_partitions(const Config& config,
                                                        const Condition& where,
                                                        std::span<const BacklogInput> inputs,
                                                        Time now,
                                                        std::span<const TaskDraft> drafts) {
  std::vector<std::vector<std::uint64_t>> found(drafts.size());
  std::map<std::size_t, std::vector<Wanted>> batches;  // by input
  for (std::size_t i = 0; i < drafts.size(); ++i) {
    found[i].reserve(drafts[i].count);
    if (drafts[i].count == 1) {
      found[i].push_back(drafts[i].first);
    } else {
      batches[drafts[i].input].push_back({&drafts[i], &found[i]});
    }
  }
  for (auto& [position, wanted] : batches) {
    const BacklogInput& input = inputs[position];
    GapWalk walk(config.of(input.collection), where, input, now);
    Sorter sorter(config, input, now);
    write_out(walk, sorter, std::move(wanted));
  }
  for (std::size_t i = 0; i < drafts.size(); ++i) UPKEEP_ASSERT(found[i].size() == drafts[i].count);
  return found;
}

}  // namespace upkeep
