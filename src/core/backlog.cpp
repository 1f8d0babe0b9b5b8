#include "core/backlog.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "base/text.h"
#include "core/best_tasks.h"
#include "core/planner.h"

namespace upkeep {
namespace {

/// The order of tasks that wait changes with hours of waiting, so minutes do not matter.
constexpr Duration order_lasts = std::chrono::minutes{5};

/// What holds a task of this collection back whatever its partitions are.
std::string hold_of_all(const BacklogInput& input, const Collection& collection) {
  if (!input.held_by.empty()) return input.held_by;
  return collection.collector ? "" : "no collector is declared for it";
}

/// What holds a partition back by its row; empty when nothing does.
std::string hold_of_row(const PartitionRow& row, Time now) {
  if (std::max(row.gone_until, row.not_before) <= now) return {};
  if (row.gone_until > row.not_before) {
    return "said not to exist upstream, tried again from " + to_text(row.gone_until);
  }
  const std::string time = to_text(row.not_before);
  // Between two rests there is one attempt, which exit 75 may put off like any other.
  if (row.rests == 0 || row.deferrals > 0) return "retries at " + time;
  const std::string why = row.text.empty() ? std::string(to_text(row.why)) : row.text;
  if (row.attempts == 0) return fmt::format("rests until {}: {}", time, why);
  return fmt::format("rests until {} after {} attempt{}: {}", time, row.attempts,
                     row.attempts == 1 ? "" : "s", why);
}

std::string task_id(std::string_view collection, GapKind kind, std::string_view key) {
  const std::string name = fmt::format("{} {} {}", collection, to_text(kind), key);
  return fmt::format("t{:012x}", hash_of(name) & 0xffff'ffff'ffffu);
}

}  // namespace

Priority promoted(Priority declared, Duration waited, Duration promote_after) {
  if (promote_after <= Duration::zero() || waited < promote_after) return declared;
  const auto steps = waited / promote_after;
  const auto rank = static_cast<Duration::rep>(declared);
  return steps >= rank ? Priority::critical : static_cast<Priority>(rank - steps);
}

double score(const Score& settings, double weight, Duration waiting, std::uint64_t partitions) {
  const double hours = static_cast<double>(waiting.count()) / 3'600'000.0;
  const double size = static_cast<double>(partitions) * settings.per_missing;
  return hours * settings.age_per_hour * weight + std::max(size, -settings.max_size_penalty);
}

/// Tasks as drafts until somebody looks at them.
struct Backlog::Parts {
  struct Source {
    CollectionId collection;
    SpacePtr space;
    Duration estimate{};  ///< of one partition
  };
  std::vector<Source> sources;
  std::vector<TaskDraft> drafts;                       ///< in order, pending before held
  std::vector<std::vector<std::uint64_t>> partitions;  ///< of each draft
  std::vector<std::string> held_by;                    ///< of each draft
  std::vector<bool> taken;                             ///< which drafts are gone
  /// Of each input, and of what rested of it: the pending drafts in order, how many of them are
  /// gone, and how many there are in all.
  struct Lane {
    std::vector<std::size_t> drafts;
    std::size_t taken = 0;
    std::uint64_t pending = 0;
    bool is_short() const { return taken == drafts.size() && pending > taken; }
  };
  std::vector<Lane> lanes;
  std::uint64_t pending = 0;  ///< at the beginning
  Time steady_until = Time::max();
  Queue numbers;

  Task task(std::size_t position) const;
  Task take(Lane&);
};

Task Backlog::Parts::task(std::size_t position) const {
  const TaskDraft& draft = drafts[position];
  const Source& source = sources[draft.input];
  Task task;
  task.id = task_id(source.space->collection().name, draft.kind, draft.key);
  task.collection = source.collection;
  task.space = source.space;
  task.kind = draft.kind;
  task.declared = draft.declared;
  task.priority = draft.rank.priority;
  task.score = draft.rank.score;
  task.deadline = draft.rank.deadline;
  task.since = draft.rank.since;
  task.detected = draft.detected;
  task.partitions = partitions[position];
  task.status = draft.rank.held ? Task::Status::held : Task::Status::pending;
  task.held_by = held_by[position];
  return task;
}

Backlog::Backlog(const Config& config, const Condition& where, std::span<const BacklogInput> inputs,
                 Time now, Keep keep)
    : parts_(std::make_unique<Parts>()) {
  constexpr std::uint64_t share_min = 200;
  const std::uint64_t share =
      keep.of_each ? std::max(share_min, keep.tasks / std::max<std::size_t>(1, inputs.size()))
                   : keep.tasks;
  BestTasks best(inputs, share, keep.held_too), rested(best);
  parts_->lanes.resize(2 * inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const BacklogInput& input = inputs[i];
    const Collection& collection = config.of(input.collection);
    const Duration estimate =
        collection.collector ? config.of(*collection.collector).estimate : Duration{};
    parts_->sources.push_back({input.collection, input.space, estimate});
    if (input.space == nullptr || input.coverage == nullptr) continue;  // unknown is not missing
    const Planned planned =
        plan_collection(config, where, input, i, now, {&best, keep.of_each ? &rested : &best});
    for (std::size_t r = 0; r < 2; ++r) {
      parts_->pending += planned.pending[r];
      parts_->lanes[2 * i + r].pending = planned.pending[r];
    }
    if (keep.of_each) {
      for (BestTasks* const kept : {&best, &rested}) {
        std::ranges::move(kept->take(), std::back_inserter(parts_->drafts));
        *kept = BestTasks(inputs, share, keep.held_too);
      }
    }
    // What holds all of a collection may be over at any time.
    const bool may_end = planned.tasks > 0 && !input.held_by.empty();
    parts_->steady_until =
        std::min({parts_->steady_until, may_end ? now : planned.next_due, planned.next_deadline});
    parts_->numbers.total_tasks += planned.tasks;
    parts_->numbers.total_gaps += planned.gaps;
    for (std::size_t p = 0; p < planned.by_priority.size(); ++p) {
      parts_->numbers.tasks_by_priority[p] += planned.by_priority[p];
    }
    if (planned.tasks > 0) parts_->numbers.tasks_by_collection[input.collection] += planned.tasks;
    parts_->numbers.estimate += estimate * static_cast<Duration::rep>(planned.gaps);
  }
  // As time goes by, waiting tasks change places, and conditions on an age change their minds.
  if (!where.terms.empty()) parts_->steady_until = now;
  if (parts_->pending > 0) parts_->steady_until = std::min(parts_->steady_until, now + order_lasts);
  if (keep.of_each) {
    std::ranges::sort(parts_->drafts, [&](const TaskDraft& a, const TaskDraft& b) {
      return comes_before(inputs, a, b);
    });
  } else {
    parts_->drafts = best.take();
  }
  parts_->taken.resize(parts_->drafts.size());
  parts_->partitions = find_partitions(config, where, inputs, now, parts_->drafts);
  for (std::size_t position = 0; position < parts_->drafts.size(); ++position) {
    const TaskDraft& draft = parts_->drafts[position];
    const std::size_t lane = 2 * draft.input + (draft.rested ? 1 : 0);
    if (!draft.rank.held) parts_->lanes[lane].drafts.push_back(position);
    std::string held_by;
    if (draft.rank.held) {
      const BacklogInput& input = inputs[draft.input];
      held_by = hold_of_all(input, config.of(input.collection));
      if (held_by.empty()) held_by = hold_of_row(input.rows->at(draft.released), now);
      if (held_by.empty()) held_by = input.rested_held_by;
    }
    parts_->held_by.push_back(std::move(held_by));
  }
}

Backlog::~Backlog() = default;
Backlog::Backlog(Backlog&&) noexcept = default;
Backlog& Backlog::operator=(Backlog&&) noexcept = default;

/// The first of the lane's drafts, which are not used up.
Task Backlog::Parts::take(Lane& lane) {
  const std::size_t position = lane.drafts[lane.taken++];
  taken[position] = true;
  Task task = this->task(position);
  const std::uint64_t gaps = task.partitions.size();
  --numbers.total_tasks;
  numbers.total_gaps -= gaps;
  --numbers.tasks_by_priority[static_cast<std::size_t>(task.priority)];
  auto& of_collection = numbers.tasks_by_collection;
  if (--of_collection[task.collection] == 0) of_collection.erase(task.collection);
  numbers.estimate -= sources[drafts[position].input].estimate * static_cast<Duration::rep>(gaps);
  return task;
}

std::optional<Task> Backlog::next(const Gate& may_start) {
  std::vector<std::pair<std::size_t, Parts::Lane*>> heads;
  for (Parts::Lane& lane : parts_->lanes) {
    if (lane.taken < lane.drafts.size()) heads.emplace_back(lane.drafts[lane.taken], &lane);
  }
  std::ranges::sort(heads);
  for (const auto& [position, lane] : heads) {
    const TaskDraft& draft = parts_->drafts[position];
    const Head head{parts_->sources[draft.input].collection, draft.count, draft.rested};
    if (may_start(head)) return parts_->take(*lane);
  }
  return {};
}

bool Backlog::is_short() const {
  return std::ranges::any_of(parts_->lanes, &Parts::Lane::is_short);
}

bool Backlog::is_urgent() const {
  if (parts_->drafts.empty()) return false;
  const Rank& first = parts_->drafts.front().rank;
  return !first.held && first.deadline != Time::max();
}

std::uint64_t Backlog::pending() const { return parts_->pending; }
Time Backlog::steady_until() const { return parts_->steady_until; }

Queue Backlog::window(std::uint64_t limit) const {
  Queue queue = parts_->numbers;
  for (std::size_t i = 0; i < parts_->drafts.size() && queue.tasks.size() < limit; ++i) {
    if (!parts_->taken[i]) queue.tasks.push_back(parts_->task(i));
  }
  return queue;
}

}  // namespace upkeep
