// What is said of each component, and of the engine as a whole.
#include <fmt/format.h>

#include <algorithm>

#include "api/words.h"
#include "base/text.h"
#include "coverage/coverage.h"
#include "daemon/activity.h"

namespace upkeep {
namespace {

using Listings = std::map<std::string, ListingFacts>;

std::string age(Time now, Time then) {
  const Duration since = now - then;
  return since < std::chrono::seconds{1} ? "just now" : to_rough_text(since) + " ago";
}

Component reconciler(const Status& status, const Listings& listings) {
  Component one{.name = "reconciler", .state = "waiting", .text = ""};
  std::vector<std::string> running;
  Time last{}, next = Time::max();
  std::size_t failed = 0;
  for (const auto& [store, facts] : listings) {
    if (facts.is_running) running.push_back(store);
    if (!facts.is_running) last = std::max(last, facts.since);
    if (facts.next) next = std::min(next, *facts.next);
    failed += facts.why ? 1 : 0;
  }
  if (failed > 0) one.health = failed == listings.size() ? Health::unhealthy : Health::degraded;
  if (running.empty() && status.maintenance_until) {
    one.state = "paused";
    one.text = status.mode;
  } else if (!running.empty()) {
    one.state = "running";
    one.text = "listing " + join(running, ", ");
  } else if (last != Time{}) {
    one.text = "listed " + age(status.now, last);
    if (next != Time::max()) {
      one.text += ", next in " + to_rough_text(std::max(next - status.now, Duration{}));
    }
  } else {
    one.text = status.mode;
  }
  if (failed > 0)
    one.text += fmt::format("; {} could not be listed", counted(failed, "store", "stores"));
  return one;
}

Component orchestrator(const Config& config, const Engine& engine, const Status& status) {
  Component one{.name = "orchestrator", .state = "idle", .text = "nothing can start"};
  const auto proving = static_cast<std::uint64_t>(
      std::ranges::count(status.attempts, "proving", &RunningStatus::phase));
  const std::uint64_t running = status.attempts.size() - proving;
  if (!status.attempts.empty()) {
    one.state = "running";
    one.text = fmt::format("{} of at most {} at once", counted(running, "attempt", "attempts"),
                           config.limits.tasks);
    if (proving > 0) one.text += fmt::format(", {} being proved", proving);
    if (status.maintenance_until) one.text += ", and nothing new: " + status.mode;
  } else if (!status.mode.empty()) {
    one.state = "paused";
    one.text = status.mode;
  }
  if (const auto since = engine.filling_since()) {
    one.text += ", filling since " + age(status.now, *since);
  }
  return one;
}

Component task_queue(const Status& status) {
  Component one{.name = "task_queue", .state = "available", .text = ""};
  one.text = fmt::format("{} for {}", counted(status.queue.tasks, "task", "tasks"),
                         counted(status.queue.gaps, "gap", "gaps"));
  if (status.queue.held > 0) one.text += fmt::format(", {} held", status.queue.held);
  return one;
}

Component store(const std::string& name, const Status& status, const ListingFacts& facts) {
  Component one{.name = "store:" + name, .state = "reachable", .text = ""};
  if (facts.why) {
    one.health = Health::degraded;
    one.state = "failed";
    one.text = *facts.why;
    one.restarts = facts.failures;
  } else if (facts.is_running) {
    const Duration since = std::max(status.now - facts.since, Duration{});
    one.text = "being listed since " + to_rough_text(since);
    if (facts.progress.requests > 0) one.text += ": " + progress_text(facts.progress, since);
  } else {
    one.text = "listed " + age(status.now, facts.since);
  }
  return one;
}

Component state(const Status& status, const std::string& trouble) {
  Component one{.name = "state", .state = "writable", .text = status.state};
  if (!trouble.empty()) {
    one.health = Health::unhealthy;
    one.state = "failed";
    one.text = trouble;
  }
  for (const auto& [id, row] : status.incidents) {
    if (row.target != "disk:state" || row.state != IncidentRow::State::open) continue;
    one.health = std::max(one.health, Health::degraded);
    one.state = "full";
    one.text = row.text;
  }
  return one;
}

std::string_view phase_text(RunningAttempt::Phase phase) {
  switch (phase) {
    case RunningAttempt::Phase::confirming:
      return "confirming";
    case RunningAttempt::Phase::running:
      return "running";
    case RunningAttempt::Phase::proving:
      return "proving";
    case RunningAttempt::Phase::orphan:
      return "orphan";
  }
  return "";
}

CollectionStatus describe(const Config& config, const Engine& engine, CollectionId id, Time now) {
  const CollectionView view = engine.view(id);
  CollectionStatus one;
  one.name = config.of(id).name;
  one.standing = view.standing == CollectionView::Standing::known  ? "known"
                 : view.standing == CollectionView::Standing::held ? "held"
                                                                   : "unknown";
  one.why = view.why;
  for (std::size_t i = 0; view.space != nullptr && i < view.space->axes().size(); ++i) {
    const auto fields = view.space->axes()[i]->fields();
    one.dimensions.push_back({view.space->collection().dimensions[i].name,
                              {fields.begin(), fields.end()},
                              view.space->axes()[i]->size(),
                              view.space->time_axis() == i});
  }
  if (view.space == nullptr || view.coverage == nullptr) return one;
  one.is_judged = true;
  one.summary = summarize(*view.space, *view.coverage, now, engine.gone(id, now));
  one.objects = view.coverage->objects;
  one.bytes = view.coverage->bytes;
  one.strays = view.coverage->strays;
  one.duplicates = view.coverage->duplicates;
  one.inventory_at = view.coverage->taken_at;
  return one;
}

UpstreamStatus describe(const UpstreamView& view, Time now) {
  constexpr double an_hour = 60'000;  // of thousandths of a request an hour, in those a minute
  UpstreamStatus one;
  one.name = view.row.name;
  one.attempts = view.attempts;
  one.waiting = view.waiting;
  one.last_minute = view.last_minute;
  one.granted = view.row.granted;
  one.throttled = view.row.throttled;
  one.learnt_per_minute = static_cast<double>(view.row.allowed) / an_hour;
  one.learnt_attempts = view.row.attempts;
  one.held_by = view.held_by;
  if (view.held_until && *view.held_until > now) one.held_until = view.held_until;
  return one;
}

}  // namespace

std::vector<Component> components_of(const Config& config, const Engine& engine,
                                     const Status& status, const Listings& listings,
                                     const std::string& trouble) {
  std::vector<Component> all = {reconciler(status, listings), orchestrator(config, engine, status),
                                task_queue(status), state(status, trouble)};
  for (const auto& [name, facts] : listings) all.push_back(store(name, status, facts));
  return all;
}

void describe_engine(const Config& config, const Engine& engine, Status& status) {
  for (const RunningAttempt& attempt : engine.attempts()) {
    const std::string what = attempt.task.space && !attempt.task.partitions.empty()
                                 ? upkeep::describe(*attempt.task.space, attempt.task.partitions)
                                 : counted(attempt.row.keys.size(), "partition", "partitions");
    status.attempts.push_back({attempt.row.id, attempt.row.task, attempt.row.collection, what,
                               std::string(phase_text(attempt.phase)), attempt.row.keys.size(),
                               attempt.task.progress, attempt.row.started, attempt.row.deadline});
  }
  for (std::uint64_t i = 0; i < config.collections.size(); ++i) {
    status.collections.push_back(describe(config, engine, CollectionId{i}, status.now));
  }
  status.maintenance_until = engine.paused_until();
  if (status.maintenance_until && status.mode.empty()) {
    status.mode = "maintenance until " + to_text(*status.maintenance_until);
  }
  for (const ScheduleView& one : engine.schedules(status.now)) {
    status.schedules.push_back({one.row.collector, one.row.times, one.row.due,
                                std::string(to_text(one.row.phase)), one.next});
  }
  for (const UpstreamView& view : engine.upstreams(status.now)) {
    status.upstreams.push_back(describe(view, status.now));
  }
  for (const auto& [id, row] : engine.incidents()) {
    if (row.state != IncidentRow::State::closed) status.incidents.emplace(id, row);
  }
}

}  // namespace upkeep
