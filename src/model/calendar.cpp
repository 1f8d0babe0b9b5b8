#include "model/calendar.h"

#include <algorithm>

#include "base/assert.h"
#include "base/text.h"

namespace upkeep {
namespace {

/// When the window ends that holds at `time` and ends last; `time` itself when none holds.
Time end_of_window(const std::vector<Maintenance>& windows, Time time, const Zone& zone) {
  Time end = time;
  for (const Maintenance& window : windows) {
    const Time begun = last_at(window.schedule, time, zone);
    if (begun != Time::min()) end = std::max(end, begun + window.duration);
  }
  return end;
}

}  // namespace

Time last_at(const Schedule& schedule, Time time, const Zone& zone) {
  Time last = Time::min();
  for (const Cron& cron : schedule) last = std::max(last, cron.last_at(time, zone));
  return last;
}

Time next_after(const Schedule& schedule, Time time, const Zone& zone) {
  Time next = Time::max();
  for (const Cron& cron : schedule) next = std::min(next, cron.next_after(time, zone));
  return next;
}

std::string to_text(const Schedule& schedule) {
  std::vector<std::string> texts;
  for (const Cron& cron : schedule) texts.push_back(cron.text());
  return join(texts, "; ");
}

std::optional<Time> maintenance_until(const std::vector<Maintenance>& windows, Time time,
                                      const Zone& zone) {
  const Time horizon = time + std::chrono::days{366};
  Time end = time;
  for (Time next = end_of_window(windows, end, zone); next > end;
       next = end_of_window(windows, end, zone)) {
    end = next;
    if (end >= horizon) break;
  }
  return end == time ? std::nullopt : std::optional(end);
}

Time next_maintenance(const std::vector<Maintenance>& windows, Time time, const Zone& zone) {
  Time next = Time::max();
  for (const Maintenance& window : windows) {
    next = std::min(next, next_after(window.schedule, time, zone));
  }
  return next;
}

std::string_view to_text(ScheduleRow::Phase phase) {
  switch (phase) {
    case ScheduleRow::Phase::done:
      return "done";
    case ScheduleRow::Phase::listing:
      return "listing";
    case ScheduleRow::Phase::filling:
      return "filling";
  }
  UPKEEP_ASSERT(false);
}

std::optional<ScheduleRow::Phase> parse_schedule_phase(std::string_view text) {
  using enum ScheduleRow::Phase;
  for (const ScheduleRow::Phase phase : {done, listing, filling}) {
    if (to_text(phase) == text) return phase;
  }
  return {};
}

}  // namespace upkeep
