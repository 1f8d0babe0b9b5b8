// What comes next: the backlog is computed when it is used up or out of date, and each task
// is checked again at the moment it is taken.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "core/engine_parts.h"
#include "core/retry.h"

namespace upkeep {

/// The order of one run holds across all its stores, so it waits for the slowest of them.
bool Engine::Parts::all_judged() const {
  return std::ranges::all_of(stores, [](const StoreTrack& s) { return s.judged || !s.wanted; });
}

bool Engine::Parts::may_start(Time now) const {
  if (!may_work()) return false;
  if (is_one_run()) return now < *assignment.run_until && all_judged();
  return round.since && now < *round.since + config.loop.max_run_time;
}

bool Engine::Parts::may_work() const {
  return assignment.fill && config.enabled && !stopping && !complete && !disk_low_since &&
         !calendar.paused_until;
}

/// Why nothing of the collection may be started; empty when it may.
std::string Engine::Parts::held_by(CollectionId id) const {
  const CollectionTrack& track = of(id);
  if (track.standing != Standing::known) return track.why;
  if (const StoreTrack& store = store_of(id); !store.unreachable.empty()) {
    return fmt::format("the store could not be looked at: {}", store.unreachable);
  }
  return {};
}

bool Engine::Parts::may_fill(CollectionId id) const {
  return of(id).assigned && config.of(id).collector && held_by(id).empty();
}

/// What the store confirmed to be gaps starts now, or goes back into the backlog.
void Engine::Parts::launch_confirmed(Time now) {
  std::vector<AttemptId> confirmed;
  for (const auto& [id, attempt] : attempts) {
    if (attempt.view.phase == Phase::confirming && attempt.is_confirmed) confirmed.push_back(id);
  }
  for (const AttemptId id : confirmed) {
    AttemptTrack& attempt = attempts.at(id);
    const bool may_go = may_start(now) && may_fill(*attempt.collection) &&
                        refusal(now, *attempt.collection, id).empty();
    if (!may_go || is_look_too_old(now, attempt)) {
      backlog_stale = true;
      release(now, attempt);
    } else if (may_launch(now, attempt)) {
      launch(now, attempt);
    }
  }
}

void Engine::Parts::fill(Time now) {
  blocked_until = Time::max();
  launch_confirmed(now);
  begin_round(now);
  bool is_out_of_tasks = false;
  while (may_start(now) && has_room() && !is_out_of_tasks) {
    auto task = next_task(now);
    is_out_of_tasks = !task;
    if (task) choose(now, *std::move(task));
  }
  end_round(now, is_out_of_tasks);
}

std::optional<Task> Engine::Parts::next_task(Time now) {
  if (!is_anything_known()) return {};
  for (;;) {
    if (backlog_stale && now >= backlog_not_before) rebuild_backlog(now);
    if (!backlog) break;
    if (backlog->is_short() && !backlog_stale) {
      backlog_stale = true;
      continue;
    }
    Turns turns;
    const auto gate = [&](const Backlog::Head& head) {
      return no_place_for(head.collection, head.rested).empty() &&
             passes(now, head.collection, head.gaps, turns);
    };
    if (auto task = backlog->next(gate)) {
      if (is_still_wanted(now, *task)) return task;
      continue;
    }
    break;
  }
  if (backlog_stale) wake_for_backlog(backlog_not_before);
  return {};
}

/// Leaves the partitions that are still gaps and free; false when none is left.
bool Engine::Parts::is_still_wanted(Time now, Task& task) const {
  const CollectionTrack& track = of(task.collection);
  if (!may_fill(task.collection) || track.space != task.space) return false;
  if (!refusal(now, task.collection).empty()) return false;
  std::erase_if(task.partitions, [&](std::uint64_t index) {
    const auto row = track.rows.find(index);
    const bool waits =
        row != track.rows.end() && (row->second.not_before > now || row->second.gone_until > now);
    return waits || !track.coverage.gap(index) || track.busy.contains(track.space->key(index));
  });
  return !task.partitions.empty();
}

Backlog Engine::Parts::compute_backlog(Time now, Backlog::Keep what) const {
  std::vector<BacklogInput> inputs;
  std::vector<std::vector<std::uint64_t>> busy;
  busy.reserve(collections.size());
  for (std::uint64_t i = 0; i < collections.size(); ++i) {
    const CollectionTrack& track = collections[i];
    if (!track.assigned || !track.space) continue;
    busy.push_back(track.busy_indices());
    BacklogInput input;
    input.collection = CollectionId{i};
    input.space = track.space;
    input.coverage = &track.coverage;
    input.rows = &track.rows;
    input.busy = busy.back();
    input.losses = track.coverage.lost;
    input.first_seen = track.row.first_seen == Time{} ? now : track.row.first_seen;
    input.held_by = held_by(CollectionId{i});
    if (!config.enabled) input.held_by = "filling is disabled by `enabled: false`";
    if (calendar.paused_until) {
      input.held_by = fmt::format("maintenance until {}", to_text(*calendar.paused_until));
    }
    if (input.held_by.empty()) input.held_by = refusal(now, CollectionId{i});
    if (what.held_too && input.held_by.empty()) {  // what is to start meets it when its turn comes
      const auto held = upstream_hold(now, CollectionId{i}, 1);
      if (held && held->is_long) input.held_by = held->why;
    }
    if (what.held_too) {
      if (input.held_by.empty()) input.held_by = no_place_for(CollectionId{i}, false);
      if (input.held_by.empty()) input.rested_held_by = no_place_for(CollectionId{i}, true);
    }
    inputs.push_back(std::move(input));
  }
  return Backlog(config, assignment.where, inputs, now, what);
}

Duration Engine::Parts::estimate(const Task& task) const {
  const auto collector = config.of(task.collection).collector;
  const Duration one = collector ? config.of(*collector).estimate : Duration{};
  return one * static_cast<Duration::rep>(task.partitions.size());
}

void Engine::Parts::rebuild_backlog(Time now) {
  close_idle_refusals(now);
  close_idle_breakers(now);
  backlog.emplace(
      compute_backlog(now, {.tasks = backlog_kept, .held_too = false, .of_each = true}));
  backlog_stale = false;
  // A large backlog costs time to compute: at most about a tenth of it is spent on that.
  const std::uint64_t gaps = backlog->window(0).total_gaps;
  backlog_not_before =
      now + std::min(config.loop.queue_poll, Duration{static_cast<Duration::rep>(gaps / 200)});
  if (!is_one_run()) {
    wake_for_backlog(std::max(now + config.loop.queue_poll, backlog->steady_until()));
  }
  for (std::uint64_t i = 0; i < collections.size(); ++i) {
    for (const auto& [index, row] : collections[i].rows) {
      const Time at = std::max(row.not_before, row.gone_until);
      if (at > now) wake_for_backlog(at);
    }
    if (collections[i].is_accepted) raise_unfillable(now, CollectionId{i});
  }
  renew_completeness(now);
  due(now, DeadlineDue{});
}

void Engine::Parts::wake_for_backlog(Time at) {
  if (at >= backlog_wake) return;
  backlog_wake = at;
  timers.at(at, BacklogDue{});
}

void Engine::Parts::due(Time now, const BacklogDue&) {
  if (now < backlog_wake) return;  // an earlier one took its place
  backlog_wake = Time::max();
  backlog_stale = true;
}

/// One incident for all partitions of a collection that rest after their last retry.
void Engine::Parts::raise_unfillable(Time now, CollectionId id) {
  const std::string target = "collection:" + config.of(id).name;
  std::uint64_t resting = 0;
  const PartitionRow* last = nullptr;
  for (const auto& [index, row] : of(id).rows) {
    if (row.rests == 0 || row.gone_until > now) continue;
    ++resting;
    if (last == nullptr || row.changed > last->changed) last = &row;
  }
  if (resting == 0) {
    incidents.settle(target, "unfillable", "no partition rests any more", now);
    return;
  }
  incidents.raise(
      target, "unfillable",
      fmt::format("{} {} after the last retry; the latest, {}: {}: {}", with_thousands(resting),
                  resting == 1 ? "partition rests" : "partitions rest", last->key,
                  to_text(last->why), last->text),
      resting, now);
}

}  // namespace upkeep
