// One attempt, from its choice to the end of its process.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "core/engine_parts.h"
#include "core/retry.h"

namespace upkeep {

void Engine::Parts::choose(Time now, Task task) {
  const AttemptId id{next_id++};
  CollectionTrack& track = of(task.collection);
  AttemptTrack& attempt = attempts[id];
  attempt.collection = task.collection;
  attempt.space = task.space;
  attempt.partitions = task.partitions;
  attempt.rested = std::ranges::any_of(task.partitions, [&](std::uint64_t index) {
    const auto row = track.rows.find(index);
    return row != track.rows.end() && row->second.rests > 0;
  });
  AttemptRow& row = attempt.view.row;
  row.id = id;
  row.collection = config.of(task.collection).name;
  row.task = task.id;
  for (const std::uint64_t index : task.partitions) {
    row.keys.push_back(task.space->key(index));
    track.busy.insert(row.keys.back());
  }
  task.status = Task::Status::running;
  attempt.view.task = std::move(task);
  // Of what was carried over, partitions that were not expected then are not known to be gaps.
  if (track.is_carried || track.coverage.taken_at + confirm_after < now) {
    attempt.view.phase = Phase::confirming;
    look(now, attempt);
  } else {
    launch(now, attempt);
  }
}

void Engine::Parts::launch(Time now, AttemptTrack& attempt) {
  const CollectionTrack& track = of(*attempt.collection);
  const Collector& collector = config.of(*config.of(*attempt.collection).collector);
  int earlier = 0;
  for (const std::string& key : attempt.view.row.keys) {
    const auto index = track.space->find_written(key);  // the space may be newer than the attempt's
    const auto row = index ? track.rows.find(*index) : track.rows.end();
    if (row != track.rows.end()) earlier = std::max(earlier, row->second.attempts);
  }
  AttemptRow& row = attempt.view.row;
  upstreams.start(upstream_of(*attempt.collection),
                  requests_of(*attempt.collection, attempt.partitions.size()), now);
  row.started = now;
  row.deadline = now + collector.timeout;
  attempt.view.phase = Phase::running;
  keep(PutAttempt{row});
  note(now, row.task,
       fmt::format("attempt {} started: collector {} for {} {} {} of {}, until {}", row.id.value,
                   collector.name, with_thousands(row.keys.size()), to_text(attempt.view.task.kind),
                   row.keys.size() == 1 ? "partition" : "partitions", row.collection,
                   to_text(row.deadline)));
  wish(StartAttempt{row.id, row.task, *attempt.collection, attempt.space, attempt.partitions,
                    earlier + 1, row.deadline});
  timers.at(row.deadline + collector.grace + end_patience, EndOverdue{row.id});
}

/// Forgets the attempt; its partitions are free again. Those that were tried and are still
/// gaps come back into the backlog when their rows say so.
void Engine::Parts::release(Time now, AttemptTrack& attempt) {
  if (attempt.collection) {
    for (const std::string& key : attempt.view.row.keys) of(*attempt.collection).busy.erase(key);
  }
  attempts.erase(attempt.view.row.id);
  if (!is_one_run()) wake_for_backlog(now + config.loop.queue_poll);
}

void Engine::Parts::on(Time now, const AttemptReported& report) {
  const auto found = attempts.find(report.attempt);
  if (found == attempts.end() || found->second.view.phase != Phase::running) return;
  AttemptTrack& attempt = found->second;
  if (const auto* progress = std::get_if<Progress>(&report.line)) {
    attempt.view.task.progress = std::clamp(progress->done, 0.0, 1.0);
  } else if (const auto* wait = std::get_if<RetryAfter>(&report.line)) {
    // A collector that asks for a year has a bug; a week is as long as any rest.
    attempt.retry_after = std::clamp(wait->from(now), Duration{}, rest_max);
  } else if (const auto* gone = std::get_if<GoneLine>(&report.line)) {
    const auto index = attempt.space->find(gone->partition);
    if (index && std::ranges::find(attempt.partitions, *index) != attempt.partitions.end()) {
      attempt.gone.insert(*index);
    }
  }
  told_of_upstream(now, attempt, report.line);
}

void Engine::Parts::on(Time now, const AttemptEnded& end) {
  const auto found = attempts.find(end.attempt);
  if (found == attempts.end() || found->second.view.phase != Phase::running) return;
  ended(now, found->second, outcome_of(end.ending));
}

void Engine::Parts::on(Time now, const OrphanEnded& end) {
  const auto found = attempts.find(end.attempt);
  if (found == attempts.end()) return;
  AttemptTrack& attempt = found->second;
  const bool overdue = attempt.view.phase == Phase::running && attempt.is_stopped;
  if (attempt.view.phase != Phase::orphan && !overdue) return;
  Ending ending;
  ending.kind = attempt.is_stopped ? Ending::Kind::timed_out : Ending::Kind::interrupted;
  ended(now, attempt, outcome_of(ending));
}

/// Neither its end nor, for an orphan, a free lock was reported by the deadline. The process
/// may be alive, so its partitions stay held until its lock is free.
void Engine::Parts::due(Time now, const EndOverdue& overdue) {
  const auto found = attempts.find(overdue.attempt);
  if (found == attempts.end()) return;
  AttemptTrack& attempt = found->second;
  if (attempt.view.phase != Phase::running && attempt.view.phase != Phase::orphan) return;
  // Asked again each time: the answer to the last question may have got lost.
  wish(WatchOrphan{overdue.attempt});
  attempt.is_stopped = true;
  wish(StopAttempt{overdue.attempt});
  timers.at(now + end_patience, overdue);
}

void Engine::Parts::ended(Time now, AttemptTrack& attempt, Outcome outcome) {
  const bool was_orphan = attempt.view.phase == Phase::orphan;
  attempt.view.phase = Phase::proving;
  note(now, attempt.view.row.task,
       fmt::format("attempt {} ended{}: {}", attempt.view.row.id.value,
                   was_orphan ? " after upkeep's own" : "",
                   outcome.claim == Claim::success ? "it claims success"
                                                   : fmt::format("{}", outcome.text)));
  attempt.outcome = std::move(outcome);
  judge_upstream(now, attempt);
  if (!attempt.collection) {  // it is no longer configured: nobody asks for its partitions
    keep(DropAttempt{attempt.view.row.id});
    release(now, attempt);
  } else if (attempt.space) {
    look(now, attempt);
  }
}

}  // namespace upkeep
