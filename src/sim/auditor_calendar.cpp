// Promises about the calendar: maintenance is kept, and each scheduled run is made good once.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim/auditor.h"
#include "sim/transcript.h"

namespace upkeep::sim {

using namespace std::chrono;

/// Said once more, window by window.
bool Auditor::is_maintenance() const {
  if (assignment_.run_until) return false;
  return std::ranges::any_of(config_->maintenance, [&](const Maintenance& window) {
    const Time begun = last_at(window.schedule, world_.now, config_->zone);
    return world_.now < begun + window.duration;
  });
}

/// Nothing is begun during maintenance, and what follows it is not delayed.
void Auditor::maintenance_is_kept(const Step& step) const {
  const bool is_kept = is_maintenance();
  if (engine_->paused_until().has_value() != is_kept) {
    violated("maintenance_is_kept", is_kept ? "it is maintenance, and nobody knows"
                                            : "maintenance is over, and work does not go on");
  }
  if (!is_kept) return;
  for (const Command& command : step.commands) {
    if (const auto* list = std::get_if<ListStore>(&command)) {
      violated("maintenance_is_kept", config_->of(list->store).name + " is listed");
    } else if (const auto* start = std::get_if<StartAttempt>(&command)) {
      violated("maintenance_is_kept", fmt::format("a{} starts", start->attempt.value));
    }
  }
}

bool Auditor::may_follow_schedules() const {
  return assignment_.fill && !assignment_.run_until && config_->enabled && !stop_told_ &&
         !completed_ && !is_maintenance();
}

/// The stores of the collections that the collector fills.
std::set<StoreId> Auditor::stores_of(const std::string& collector) const {
  std::set<StoreId> stores;
  for (const Collection& collection : config_->collections) {
    const bool is_its =
        collection.collector && config_->of(*collection.collector).name == collector;
    if (is_its) stores.insert(collection.store);
  }
  return stores;
}

bool Auditor::were_listed(const std::set<StoreId>& stores, Time since) const {
  return std::ranges::all_of(stores, [&](StoreId id) {
    const auto at = listed_at_.find(id);
    return at != listed_at_.end() && at->second >= since;
  });
}

void Auditor::schedules_begin() {
  taken_up_ = world_.durable.state.schedules;
  taken_at_.clear();
  last_due_.clear();
  hours_filling_.clear();
  for (const auto& [name, row] : taken_up_) taken_at_[name] = life_began_;
}

/// Each row of scheduled runs goes its way: one time is taken up once, then its stores are
/// listed, then its gaps wait no longer.
void Auditor::schedule_changes(const ScheduleRow& row) {
  const auto wrong = [&](std::string_view what) {
    violated("scheduled_runs_are_made_once",
             fmt::format("{}, of {}: {}", row.collector, to_moment(row.due), what));
  };
  using Phase = ScheduleRow::Phase;
  const auto collector = std::ranges::find(config_->collectors, row.collector, &Collector::name);
  const auto known = taken_up_.find(row.collector);
  const bool is_new = known == taken_up_.end() || known->second.times != row.times;
  const ScheduleRow before = is_new ? ScheduleRow{} : known->second;
  const bool is_used = !stores_of(row.collector).empty();
  if (row.phase == Phase::listing || (row.phase == Phase::done && row.due != before.due)) {
    if (row.due != last_at(collector->schedule, world_.now, config_->zone)) {
      wrong("it is not the last time that was due");
    }
    if (row.phase == Phase::done && is_used && !is_new) wrong("it was left out");
    if (row.phase == Phase::listing && is_new) wrong("it was due before it was declared");
    if (before.phase != Phase::done) wrong("the one before is not over");
    if (row.due <= before.due) wrong("it was taken up before");
    const bool was_told_to_stop = std::exchange(stop_told_, false);  // perhaps by this very step
    if (row.phase == Phase::listing && !may_follow_schedules()) wrong("nothing may begin now");
    stop_told_ = was_told_to_stop;
    taken_at_[row.collector] = world_.now;
    for (const StoreId store : stores_of(row.collector)) ++reasons_[store];
  } else if (row.phase == Phase::filling) {
    if (!were_listed(stores_of(row.collector), taken_at_[row.collector])) {
      wrong("it fills before its stores were listed");
    }
    for (std::uint64_t i = 0; i < config_->collections.size(); ++i) {
      const auto its = config_->collections[i].collector;
      if (!its || config_->of(*its).name != row.collector) continue;
      for (const auto& [index, partition] : engine_->rows(CollectionId{i})) {
        if (partition.not_before > world_.now) wrong(partition.key + " waits all the same");
      }
    }
  }
  taken_up_[row.collector] = row;
  hours_filling_[row.collector] = 0;
}

/// Schedules go by whole minutes, but there are many steps in one.
Time Auditor::last_due(const Collector& collector) {
  auto& [minute, due] = last_due_[collector.name];
  if (minute != floor<minutes>(world_.now)) {
    minute = floor<minutes>(world_.now);
    due = last_at(collector.schedule, world_.now, config_->zone);
  }
  return due;
}

/// What is due is taken up at once, or as soon as anything may begin at all.
void Auditor::scheduled_times_are_made_good(const Step& step) {
  for (const Change& change : step.changes) {
    if (const auto* put = std::get_if<PutSchedule>(&change)) schedule_changes(put->row);
    if (const auto* drop = std::get_if<DropSchedule>(&change)) taken_up_.erase(drop->collector);
  }
  if (!may_follow_schedules()) return;
  for (const Collector& collector : config_->collectors) {
    if (collector.schedule.empty()) continue;
    const std::set<StoreId> stores = stores_of(collector.name);
    if (stores.empty()) continue;
    const ScheduleRow& row = taken_up_[collector.name];
    const Time due = last_due(collector);
    if (row.phase == ScheduleRow::Phase::done && row.due < due) {
      violated("scheduled_times_are_made_good",
               fmt::format("{} was due at {}", collector.name, to_moment(due)));
    }
    const Time since = taken_at_[collector.name] + milliseconds{1};
    if (row.phase == ScheduleRow::Phase::listing && were_listed(stores, since)) {
      violated("scheduled_times_are_made_good",
               fmt::format("the stores of {} were listed, but it is not filled", collector.name));
    }
  }
}

/// Once an hour: a run takes as long as a round of filling may, and no longer.
void Auditor::scheduled_runs_end() {
  for (const auto& [name, row] : taken_up_) {
    int& hours_filling = hours_filling_[name];
    const bool fills = row.phase == ScheduleRow::Phase::filling && may_follow_schedules() &&
                       !disk_low_ && were_listed(stores_of(name), life_began_);
    hours_filling = fills ? hours_filling + 1 : 0;
    const Duration most = config_->loop.max_run_time + hours{4};
    if (hours{hours_filling} > most) {
      violated("scheduled_runs_end",
               fmt::format("{} has been filling for {} hours", name, hours_filling));
    }
  }
}

}  // namespace upkeep::sim
