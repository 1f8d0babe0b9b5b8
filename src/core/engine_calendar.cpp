// What happens at times of the calendar: during maintenance nothing is begun, and the scheduled
// runs of collectors list and fill beside the queue. Only the loop follows the calendar.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "core/engine_parts.h"

namespace upkeep {

using Stage = ScheduleRow::Phase;

void Engine::Parts::begin_calendar(Time now) {
  calendar.next = now;
  follow_calendar(now);
  if (is_one_run() || !assignment.fill) return;
  for (std::uint64_t i = 0; i < config.collectors.size(); ++i) {
    const Collector& collector = config.collectors[i];
    if (collector.schedule.empty()) continue;
    ScheduleTrack& run = calendar.runs[CollectorId{i}];
    run.row = {collector.name, to_text(collector.schedule),
               last_at(collector.schedule, now, config.zone), Stage::done};
    const auto known = calendar.rows.find(collector.name);
    // A clock that was ahead by more than people turn clocks was wrong: it made nothing good.
    if (known != calendar.rows.end() && known->second.times == run.row.times &&
        known->second.due <= now + turned_back_most) {
      run.row = known->second;
    } else {
      keep(PutSchedule{run.row});
    }
    if (run.row.phase != Stage::done) run.awaited = stores_of(CollectorId{i});
  }
  for (const auto& [name, row] : calendar.rows) {
    const bool is_declared = std::ranges::any_of(
        calendar.runs, [&](const auto& entry) { return entry.second.row.collector == name; });
    if (!is_declared) keep(DropSchedule{name});
  }
  calendar.next = now;
  follow_calendar(now);
}

/// Before all else that a step decides.
void Engine::Parts::follow_calendar(Time now) {
  if (is_one_run() || now < calendar.next) return;
  const bool was_paused = calendar.paused_until.has_value();
  calendar.paused_until = maintenance_until(config.maintenance, now, config.zone);
  if (calendar.paused_until && !was_paused) {
    note(now, "maintenance",
         fmt::format("nothing is started until {}", to_text(*calendar.paused_until)));
    round.since.reset();
    backlog_stale = true;  // what is to be confirmed goes back
  } else if (was_paused && !calendar.paused_until) {
    note(now, "maintenance", "it is over");
    backlog_stale = true;
    backlog_not_before = now;
  }
  calendar.next =
      calendar.paused_until.value_or(next_maintenance(config.maintenance, now, config.zone));
  for (auto& [id, run] : calendar.runs) {
    take_up(now, id, run);
    calendar.next = std::min(calendar.next, next_after(config.of(id).schedule, now, config.zone));
  }
  if (calendar.next != Time::max()) timers.at(calendar.next, Wake{});
}

/// However many times were missed, there is one run for them; and none while one goes on.
void Engine::Parts::take_up(Time now, CollectorId id, ScheduleTrack& run) {
  const bool may_begin = assignment.fill && config.enabled && !stopping && !complete;
  if (!may_begin || calendar.paused_until || run.row.phase != Stage::done) return;
  const Time due = last_at(config.of(id).schedule, now, config.zone);
  if (due <= run.row.due) return;
  run.row.due = due;
  run.awaited = stores_of(id);
  run.row.phase = run.awaited.empty() ? Stage::done : Stage::listing;
  keep(PutSchedule{run.row});
  if (run.awaited.empty()) return;  // no collection has this collector
  note(
      now, "collector:" + run.row.collector,
      fmt::format("its scheduled run of {} begins: its stores are listed, then its gaps are filled",
                  to_text(due)));
  for (const StoreId store : run.awaited) list(now, store);
}

std::set<StoreId> Engine::Parts::stores_of(CollectorId id) const {
  std::set<StoreId> found;
  for (const Collection& collection : config.collections) {
    if (collection.collector == id) found.insert(collection.store);
  }
  return found;
}

/// A store was listed for whoever waits for it.
void Engine::Parts::go_on_with_runs(Time now, StoreId store) {
  for (auto& [id, run] : calendar.runs) {
    if (run.awaited.erase(store) == 0 || !run.awaited.empty()) continue;
    backlog_stale = true;
    backlog_not_before = now;
    run.since = now;
    if (run.row.phase != Stage::listing) continue;  // an earlier life has ended the waits
    for (std::uint64_t i = 0; i < collections.size(); ++i) {
      if (config.collections[i].collector != id) continue;
      hurry(now, CollectionId{i}, {}, "the scheduled run of its collector begins");
    }
    run.row.phase = Stage::filling;
    keep(PutSchedule{run.row});
    if (round.since) round.since = now;  // it has the whole time of a round
  }
}

bool Engine::Parts::is_filling_scheduled() const {
  return std::ranges::any_of(calendar.runs, [](const auto& entry) {
    return entry.second.row.phase == Stage::filling && entry.second.awaited.empty();
  });
}

/// The round in which scheduled runs took part is over, there was nothing to do, or it took as
/// long as a round may.
void Engine::Parts::end_runs(Time now, bool is_round_over) {
  for (auto& [id, run] : calendar.runs) {
    if (run.row.phase != Stage::filling || !run.awaited.empty()) continue;
    if (!is_round_over && now < run.since + config.loop.max_run_time) continue;
    run.row.phase = Stage::done;
    keep(PutSchedule{run.row});
    take_up(now, id, run);  // what became due meanwhile
  }
}

std::vector<ScheduleView> Engine::schedules(Time now) const {
  std::vector<ScheduleView> views;
  for (const auto& [id, run] : parts_->calendar.runs) {
    const Schedule& schedule = parts_->config.of(id).schedule;
    views.push_back({id, run.row, next_after(schedule, now, parts_->config.zone)});
  }
  return views;
}

std::optional<Time> Engine::paused_until() const { return parts_->calendar.paused_until; }

}  // namespace upkeep
