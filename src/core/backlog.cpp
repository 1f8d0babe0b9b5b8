#include "core/backlog.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "base/text.h"
#include "core/best_tasks.h"
#include "core/planner.h"

namespace upkeep {
namespace {

/// What holds a task of this collection back whatever its partitions are.
std::string hold_of_all(const BacklogInput& input, const Collection& collection) {
  if (!input.held_by.empty()) return input.held_by;
  return collection.collector ? "" : "no collector is declared for it";
}

/// What holds a partition back by its row.
std::string hold_of_row(const PartitionRow& row) {
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
  std::size_t taken = 0;                               ///< so many are gone from the front
  std::uint64_t pending = 0, pending_kept = 0;         ///< at the beginning
  Time nothing_until = Time::max();
  Queue numbers;

  Task task(std::size_t position) const;
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
  BestTasks best(inputs, keep.tasks, keep.held_too);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const BacklogInput& input = inputs[i];
    const Collection& collection = config.of(input.collection);
    const Duration estimate =
        collection.collector ? config.of(*collection.collector).estimate : Duration{};
    parts_->sources.push_back({input.collection, input.space, estimate});
    if (input.space == nullptr || input.coverage == nullptr) continue;  // unknown is not missing
    const Planned planned = plan_collection(config, where, input, i, now, best);
    parts_->pending += planned.pending;
    // What holds all of a collection may be over at any time.
    const bool may_end = planned.tasks > 0 && !input.held_by.empty();
    parts_->nothing_until = std::min(parts_->nothing_until, may_end ? now : planned.next_due);
    parts_->numbers.total_tasks += planned.tasks;
    parts_->numbers.total_gaps += planned.gaps;
    for (std::size_t p = 0; p < planned.by_priority.size(); ++p) {
      parts_->numbers.tasks_by_priority[p] += planned.by_priority[p];
    }
    if (planned.tasks > 0) parts_->numbers.tasks_by_collection[input.collection] += planned.tasks;
    parts_->numbers.estimate += estimate * static_cast<Duration::rep>(planned.gaps);
  }
  // As time goes by, waiting tasks change places, and conditions on an age change their minds.
  if (parts_->pending > 0 || !where.terms.empty()) parts_->nothing_until = now;
  parts_->drafts = best.take();
  parts_->partitions = find_partitions(config, where, inputs, now, parts_->drafts);
  for (const TaskDraft& draft : parts_->drafts) {
    parts_->pending_kept += draft.rank.held ? 0 : 1;
    std::string held_by;
    if (draft.rank.held) {
      const BacklogInput& input = inputs[draft.input];
      held_by = hold_of_all(input, config.of(input.collection));
      if (held_by.empty()) held_by = hold_of_row(input.rows->at(draft.released));
    }
    parts_->held_by.push_back(std::move(held_by));
  }
}

Backlog::~Backlog() = default;
Backlog::Backlog(Backlog&&) noexcept = default;
Backlog& Backlog::operator=(Backlog&&) noexcept = default;

std::optional<Task> Backlog::next() {
  Parts& parts = *parts_;
  if (parts.taken == parts.pending_kept) return {};
  Task task = parts.task(parts.taken);
  const std::uint64_t gaps = task.partitions.size();
  --parts.numbers.total_tasks;
  parts.numbers.total_gaps -= gaps;
  --parts.numbers.tasks_by_priority[static_cast<std::size_t>(task.priority)];
  auto& of_collection = parts.numbers.tasks_by_collection;
  if (--of_collection[task.collection] == 0) of_collection.erase(task.collection);
  parts.numbers.estimate -=
      parts.sources[parts.drafts[parts.taken].input].estimate * static_cast<Duration::rep>(gaps);
  ++parts.taken;
  return task;
}

bool Backlog::has_more() const { return parts_->pending > parts_->pending_kept; }

std::uint64_t Backlog::pending() const { return parts_->pending; }
Time Backlog::nothing_until() const { return parts_->nothing_until; }

Queue Backlog::window(std::uint64_t limit) const {
  Queue queue = parts_->numbers;
  const std::size_t end =
      parts_->taken + std::min<std::uint64_t>(limit, parts_->drafts.size() - parts_->taken);
  for (std::size_t i = parts_->taken; i < end; ++i) queue.tasks.push_back(parts_->task(i));
  return queue;
}

}  // namespace upkeep
