// The status for people, at a glance.
#include <fmt/format.h>

#include <algorithm>

#include "api/display.h"
#include "api/incidents_json.h"
#include "api/status.h"
#include "api/text_table.h"
#include "api/words.h"
#include "base/text.h"
#include "model/priority.h"

namespace upkeep {
namespace {

Tint tint_of(Health health) {
  return health == Health::healthy    ? Tint::good
         : health == Health::degraded ? Tint::fair
                                      : Tint::bad;
}

std::string age(Time now, Time then) {
  return now <= then ? "just now" : to_rough_text(now - then) + " ago";
}

std::string head_text(const Status& status, const Style& style) {
  if (!status.running) {
    return tinted(style, Tint::bad, "upkeep is not running") +
           fmt::format(" (state in {}); what follows is as it was left\n", status.state);
  }
  const Health health = health_of(status);
  std::string out = tinted(style, tint_of(health), fmt::format("upkeep runs, {}", to_text(health)));
  if (!status.mode.empty()) out += tinted(style, Tint::fair, ": " + status.mode);
  out += fmt::format("\npid {}, up {}, {}", status.pid, to_rough_text(status.now - status.started),
                     status.config);
  if (!status.http.empty()) out += fmt::format(", http://{}", status.http);
  return out + '\n';
}

std::string components_text(const Status& status, const Style& style) {
  if (status.components.empty()) return {};
  TextTable table({{.title = "COMPONENT"}, {.title = "STATE"}, {.title = "", .width_min = 20}});
  for (const Component& component : status.components) {
    const std::string more =
        component.restarts == 0 ? "" : fmt::format(" (restarted {} times)", component.restarts);
    table.add({{component.name, Tint::plain},
               {component.state, tint_of(component.health)},
               {component.text + more, Tint::plain}});
  }
  return '\n' + table.render(style);
}

std::string queue_line(const Status& status) {
  const QueueStatus& queue = status.queue;
  std::string out = fmt::format("\nqueue: {}", counted(queue.tasks, "task", "tasks"));
  std::string classes;
  for (const Priority priority : priorities) {
    const std::uint64_t count = queue.by_priority[static_cast<std::size_t>(priority)];
    if (count == 0) continue;
    classes += fmt::format("{}{} {}", classes.empty() ? "" : ", ", with_thousands(count),
                           lower_text(priority));
  }
  if (!classes.empty()) out += fmt::format(" ({})", classes);
  out += fmt::format(" for {}", counted(queue.gaps, "gap", "gaps"));
  if (queue.held > 0) out += fmt::format("; {} held, `upkeep plan` says why", queue.held);
  if (queue.estimate > Duration{}) {
    out += fmt::format("; about {} of work", to_rough_text(queue.estimate));
  }
  return out + '\n';
}

std::string attempts_text(const Status& status, const Style& style) {
  if (status.attempts.empty()) return {};
  TextTable table({{.title = "RUNNING", .width_min = 16, .clip = Clip::middle},
                   {.title = "PHASE"},
                   {.title = "GAPS", .right = true, .rank = 2},
                   {.title = "DONE", .right = true},
                   {.title = "FOR", .right = true, .rank = 1},
                   {.title = "UNTIL", .rank = 3}});
  for (const RunningStatus& attempt : status.attempts) {
    table.add({{fmt::format("{} {}", attempt.collection, attempt.what), Tint::plain},
               {attempt.phase, Tint::good},
               {with_thousands(attempt.partitions), Tint::plain},
               {fmt::format("{:.0f} %", attempt.progress * 100), Tint::plain},
               {to_rough_text(std::max(status.now - attempt.started, Duration{})), Tint::plain},
               {to_text(attempt.deadline), Tint::dim}});
  }
  return '\n' + table.render(style);
}

std::string collections_text(const Status& status, const Style& style) {
  if (status.collections.empty()) return {};
  TextTable table({{.title = "COLLECTION", .width_min = 12, .clip = Clip::middle},
                   {.title = "COMPLETE", .right = true},
                   {.title = "GAPS", .right = true},
                   {.title = "OBJECTS", .right = true, .rank = 2},
                   {.title = "SIZE", .right = true, .rank = 3},
                   {.title = "LISTED", .right = true, .rank = 1}});
  for (const CollectionStatus& one : status.collections) {
    if (!one.is_judged) {
      table.add({{one.name, Tint::plain}, {one.standing, Tint::bad}, {}, {}, {}, {}});
      continue;
    }
    const double share = one.summary.completeness();
    const Tint tint = one.standing != "known" ? Tint::fair : share >= 1 ? Tint::good : Tint::plain;
    table.add({{one.name, Tint::plain},
               {to_percent_text(share), tint},
               {with_thousands(one.summary.gaps()), Tint::plain},
               {with_thousands(one.objects), Tint::plain},
               {to_size_text(one.bytes), Tint::plain},
               {age(status.now, one.inventory_at), Tint::plain}});
  }
  std::string out = '\n' + table.render(style);
  for (const CollectionStatus& one : status.collections) {
    if (one.why.empty()) continue;
    out +=
        wrapped(fmt::format("{} is {}: {}", printable(one.name), one.standing, printable(one.why)),
                style.width, 2) +
        '\n';
  }
  return out;
}

std::string schedules_text(const Status& status) {
  std::string out;
  for (const ScheduleStatus& one : status.schedules) {
    const std::string now = one.phase == "done" ? "" : fmt::format("now {}, ", one.phase);
    out +=
        fmt::format("scheduled: {}, {}next in {} ({})\n", printable(one.collector), now,
                    to_rough_text(std::max(one.next - status.now, Duration{})), to_text(one.next));
  }
  return out;
}

std::string learnt_text(const UpstreamStatus& one) {
  std::string out;
  if (one.learnt_per_minute > 0) out = fmt::format("{:.1f}/min", one.learnt_per_minute);
  if (one.learnt_attempts > 0) {
    out += fmt::format("{}{} at once", out.empty() ? "" : ", ", one.learnt_attempts);
  }
  return out.empty() ? "-" : out;
}

std::string upstreams_text(const Status& status, const Style& style) {
  if (status.upstreams.empty()) return {};
  TextTable table({{.title = "UPSTREAM", .width_min = 8, .clip = Clip::middle},
                   {.title = "LAST MINUTE", .right = true},
                   {.title = "REQUESTS", .right = true, .rank = 2},
                   {.title = "THROTTLED", .right = true, .rank = 1},
                   {.title = "ATTEMPTS", .right = true},
                   {.title = "ASKING", .right = true, .rank = 3},
                   {.title = "LEARNT", .rank = 4}});
  std::string holds;
  for (const UpstreamStatus& one : status.upstreams) {
    table.add({{one.name, one.held_by.empty() ? Tint::plain : Tint::fair},
               {with_thousands(one.last_minute)},
               {with_thousands(one.granted)},
               {with_thousands(one.throttled), one.throttled > 0 ? Tint::fair : Tint::plain},
               {with_thousands(one.attempts)},
               {with_thousands(one.waiting)},
               {learnt_text(one), Tint::dim}});
    if (!one.held_by.empty()) holds += wrapped(printable(one.held_by), style.width, 2) + '\n';
  }
  return '\n' + table.render(style) + holds;
}

std::string work_line(const Status& status) {
  const Counters& done = status.counters;
  if (!status.running || done.attempts == 0) return {};
  const double share =
      1 - static_cast<double>(done.attempts_failed) / static_cast<double>(done.attempts);
  return fmt::format("since the start: {} filled, {} of {} succeeded\n",
                     counted(done.closed, "gap", "gaps"), to_percent_text(share),
                     counted(done.attempts, "attempt", "attempts"));
}

}  // namespace

std::string status_text(const Status& status, const Style& style) {
  std::string out = head_text(status, style);
  out += components_text(status, style);
  out += queue_line(status);
  out += schedules_text(status);
  out += work_line(status);
  out += attempts_text(status, style);
  out += collections_text(status, style);
  out += upstreams_text(status, style);
  if (!status.incidents.empty()) {
    out += '\n' + incidents_text(status.incidents, false, status.now, style);
  }
  return out;
}

std::string health_text(const Status& status, const Style& style) {
  const Health health = health_of(status);
  std::string out = tinted(style, tint_of(health), std::string(to_text(health))) + '\n';
  return out + components_text(status, style);
}

}  // namespace upkeep
