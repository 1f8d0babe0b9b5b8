// Promises about the queue that people see: it is right, and it does not depend on the past.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <numeric>
#include <utility>

#include "coverage/selector.h"
#include "sim/auditor.h"
#include "sim/transcript.h"

namespace upkeep::sim {
namespace {

std::string describe(const Queue& queue) {
  constexpr std::array statuses = {"pending", "running", "held"};
  std::string text = fmt::format("{} tasks, {} gaps\n", queue.total_tasks, queue.total_gaps);
  for (const Task& task : queue.tasks) {
    const std::string key = task.partitions.empty() ? "" : task.space->key(task.partitions.front());
    text += fmt::format("    {} {} {} {}, {} from {}, score {}, since {}, known since {}\n",
                        task.id, statuses[static_cast<std::size_t>(task.status)],
                        to_text(task.priority), to_text(task.kind), task.partitions.size(), key,
                        task.score, to_moment(task.since), to_moment(task.detected));
  }
  return text;
}

/// Was something lost that is there again, in whatever state? The next listing forgets it.
bool forgets_losses(const Coverage& coverage) {
  return std::ranges::any_of(coverage.lost, [&](const Loss& loss) {
    for (std::uint64_t i = loss.first; i <= loss.last; ++i) {
      if (coverage.present.test(i) && !coverage.invalid.test(i)) return true;
    }
    return false;
  });
}

/// Running before pending before held; within these by class, then by deadline, then by score.
bool comes_before(const Task& a, const Task& b) {
  const auto rank = [](const Task& task) {
    return task.status == Task::Status::running ? 0 : task.status == Task::Status::pending ? 1 : 2;
  };
  if (rank(a) != rank(b)) return rank(a) < rank(b);
  if (rank(a) != 1) return true;
  if (a.priority != b.priority) return a.priority < b.priority;
  return a.deadline != b.deadline ? a.deadline < b.deadline : a.score >= b.score;
}

}  // namespace

/// All gaps counted one by one, as the words of the design say.
void Auditor::queue_is_right() const {
  const Time now = world_.now;
  const Queue queue = engine_->queue(now);
  std::set<Key> busy;
  std::uint64_t gaps = 0;
  for (const RunningAttempt& attempt : engine_->attempts()) {
    for (const std::string& key : attempt.row.keys) busy.emplace(attempt.row.collection, key);
    gaps += attempt.task.partitions.size();  // none while an orphan's collection is not known
  }
  for (std::uint64_t i = 0; i < config_->collections.size(); ++i) {
    const CollectionId id{i};
    const CollectionView view = engine_->view(id);
    const auto& wanted = assignment_.collections;
    if (!view.space || (!wanted.empty() && std::ranges::find(wanted, id) == wanted.end())) continue;
    const Selector where(*view.space, std::span(&assignment_.where, 1), now);
    const std::string& name = config_->of(id).name;
    for (std::uint64_t p = 0; p < view.space->size(); ++p) {
      if (!view.coverage->gap(p) || !view.space->is_due(p, now) || !where.first(p)) continue;
      const Key key{name, view.space->key(p)};
      const PartitionRow* row = row_of(key);
      const bool gone = row != nullptr && row->gone_until > now && !view.coverage->present.test(p);
      gaps += !gone && !busy.contains(key);
    }
  }
  const auto sum = std::accumulate(queue.tasks_by_priority.begin(), queue.tasks_by_priority.end(),
                                   std::uint64_t{0});
  if (queue.total_gaps != gaps || queue.total_tasks != sum ||
      std::ranges::adjacent_find(queue.tasks, std::not_fn(comes_before)) != queue.tasks.end()) {
    violated("queue_is_right",
             fmt::format("one by one there are {} gaps; the queue says {}", gaps, describe(queue)));
  }
}

/// What is to be there by a time comes first from `lead` before it until the next such time.
void Auditor::deadlines_come_first() const {
  for (const Task& task : engine_->queue(world_.now).tasks) {
    if (task.status == Task::Status::running) continue;
    Time expected = Time::max();
    if (const auto& by = config_->of(task.collection).by) {
      const Time own = next_after(by->times, task.since, config_->zone);
      const Time following = next_after(by->times, own, config_->zone);
      if (own - by->lead <= world_.now && world_.now < following) expected = own;
    }
    const bool is_first = expected == Time::max() || task.priority == Priority::critical;
    if (task.deadline == expected && is_first) continue;
    violated("deadlines_come_first",
             fmt::format("{}, due since {}, should have the deadline {} and has {}, as {}", task.id,
                         to_moment(task.since), to_moment(expected), to_moment(task.deadline),
                         to_text(task.priority)));
  }
}

/// What missed its deadline is an incident from the next look at the queue on; where nothing is
/// filled, tombstones that end are noticed at the next listing.
void Auditor::late_gaps_are_told() {
  if (!assignment_.fill || !config_->enabled || stop_told_ || disk_low_ || is_maintenance()) {
    hours_untold_.clear();
    return;
  }
  for (std::uint64_t i = 0; i < config_->collections.size(); ++i) {
    const CollectionId id{i};
    const Collection& collection = config_->of(id);
    const CollectionView view = engine_->view(id);
    if (!collection.by || view.standing != CollectionView::Standing::known) continue;
    const Time last = last_at(collection.by->times, world_.now, config_->zone);
    const Time before = last_at(collection.by->times, last - Duration{1}, config_->zone);
    const auto is_late = [&](std::uint64_t p) {
      const PartitionRow* row = row_of({collection.name, view.space->key(p)});
      const bool gone =
          row != nullptr && row->gone_until > world_.now && !view.coverage->present.test(p);
      const bool lost = std::ranges::any_of(
          view.coverage->lost, [p](const Loss& loss) { return loss.first <= p && p <= loss.last; });
      const Time since = view.space->due(p);
      return view.coverage->gap(p) && !gone && !lost && before <= since && since < last;
    };
    bool late = false;
    for (std::uint64_t p = 0; p < view.space->size() && view.space->time_axis() && !late; ++p) {
      late = is_late(p);
    }
    const bool told = std::ranges::any_of(engine_->incidents(), [&](const auto& entry) {
      const IncidentRow& row = entry.second;
      return row.target == "collection:" + collection.name && row.kind == "deadline" &&
             row.state != IncidentRow::State::closed;
    });
    int& hours = hours_untold_[collection.name];
    hours = late && !told ? hours + 1 : 0;
    if (hours > 1) {
      violated("late_gaps_are_told",
               fmt::format("{} was not complete by {}, and no incident says so", collection.name,
                           to_moment(last)));
    }
  }
}

/// A task that may start does so: nothing else than its turn is waited for.
void Auditor::nothing_waits_in_vain() {
  const bool may_fill = assignment_.fill && !assignment_.run_until && config_->enabled &&
                        !stop_told_ && !disk_low_ && engine_->attempts().empty() &&
                        !is_maintenance();
  const bool has_started = std::exchange(starts_before_, ids_.size()) != ids_.size();
  const Queue queue = engine_->queue(world_.now);
  const auto pending = std::ranges::count(queue.tasks, Task::Status::pending, &Task::status);
  // A run of an earlier life goes on when its stores were listed again.
  const bool is_scheduled = std::ranges::any_of(taken_up_, [this](const auto& entry) {
    return entry.second.phase == ScheduleRow::Phase::filling &&
           were_listed(stores_of(entry.first), life_began_);
  });
  const std::uint64_t enough = is_scheduled ? 1 : config_->loop.min_tasks_to_trigger;
  const bool waits = static_cast<std::uint64_t>(pending) >= enough;
  hours_in_vain_ = may_fill && waits && !has_started ? hours_in_vain_ + 1 : 0;
  if (hours_in_vain_ > 2) {  // one of them may be a clock that jumped
    violated("nothing_waits_in_vain",
             fmt::format("for hours nothing has started, but {}", describe(queue)));
  }
}

/// What an engine knows must follow from rows, coverage files and one listing: a restart
/// loses nothing.
void Auditor::a_rebuilt_engine_agrees() const {
  std::map<std::string, Baseline> baselines;
  std::map<StoreId, StoreListed> listings;
  const bool in_between = std::ranges::any_of(engine_->incidents(), [](const auto& entry) {
    const IncidentRow& row = entry.second;
    // A refused collector is tried at the begin of a run, so there a restart makes a difference.
    const bool matters = row.kind == "unreadable" || row.kind == "permission_denied";
    return matters && row.state != IncidentRow::State::closed;
  });
  const bool is_paused = is_maintenance() || engine_->paused_until();
  if (in_between || is_paused || !engine_->attempts().empty())
    return;  // they do not outlive the engine
  for (std::uint64_t i = 0; i < config_->collections.size(); ++i) {
    const CollectionId id{i};
    const CollectionView view = engine_->view(id);
    if (view.standing != CollectionView::Standing::known) return;
    const Collection& collection = config_->of(id);
    if (forgets_losses(*view.coverage)) return;
    Baseline& kept = baselines[collection.name] = {view.space, *view.coverage};
    kept.coverage.looked.clear();  // the listing below shows what looks have shown until now
    CollectionFinding finding{id, view.space, *view.coverage, {}};
    finding.coverage.lost.clear();
    StoreListed& listing = listings[collection.store];
    listing.store = collection.store;
    listing.taken_at = view.coverage->taken_at;
    listing.findings.push_back(std::move(finding));
  }
  Assignment looking = assignment_;
  looking.fill = false;
  Engine twin(*config_, looking, world_.durable.state, std::move(baselines));
  for (const Command& command : twin.begin(world_.now).commands) {
    const auto* wish = std::get_if<ListStore>(&command);
    if (wish == nullptr) continue;
    listings[wish->store].request = wish->request;
    twin.step(world_.now, listings[wish->store]);
  }
  const Queue ours = engine_->queue(world_.now);
  const Queue theirs = twin.queue(world_.now);
  const auto same = [](const Task& a, const Task& b) {
    return a.id == b.id && a.priority == b.priority && a.partitions == b.partitions &&
           a.since == b.since && a.detected == b.detected && a.score == b.score &&
           a.deadline == b.deadline;
  };
  if (ours.total_gaps != theirs.total_gaps || ours.tasks_by_priority != theirs.tasks_by_priority ||
      ours.tasks_by_collection != theirs.tasks_by_collection ||
      !std::ranges::equal(ours.tasks, theirs.tasks, same)) {
    violated("a_rebuilt_engine_agrees",
             fmt::format("now {}after a restart {}", describe(ours), describe(theirs)));
  }
}

}  // namespace upkeep::sim
