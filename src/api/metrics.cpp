// The status as numbers, for monitoring systems. The names are a contract: dashboards and alerts
// are built on them. Format: https://prometheus.io/docs/instrumenting/exposition_formats/
#include <fmt/format.h>

#include <functional>
#include <utility>
#include <vector>

#include "api/json_writer.h"
#include "api/status.h"
#include "api/words.h"
#include "model/priority.h"

namespace upkeep {
namespace {

struct Sample {
  std::vector<std::pair<std::string, std::string>> labels;
  double value = 0;
};

struct Family {
  std::string name, type, help;
  std::vector<Sample> samples;
};

double number(std::uint64_t value) { return static_cast<double>(value); }
double seconds(Duration span) { return static_cast<double>(span.count()) / 1000; }

Family plain(std::string name, std::string type, std::string help, double value) {
  return {std::move(name), std::move(type), std::move(help), {{{}, value}}};
}

void add_work(const Status& status, std::vector<Family>& families) {
  const Counters& done = status.counters;
  const auto count = [&](std::string name, std::string help, std::uint64_t value) {
    families.push_back(
        plain("upkeep_" + name + "_total", "counter", std::move(help), number(value)));
  };
  count("listings", "Listings of stores that ended.", done.listings);
  count("listings_failed", "Listings of stores that failed.", done.listings_failed);
  count("attempts", "Attempts of collectors that ended.", done.attempts);
  count("attempts_failed", "Attempts after which gaps were left.", done.attempts_failed);
  count("gaps_closed", "Gaps that attempts closed, as the store shows.", done.closed);
  count("gaps_failed", "Gaps that were still there after an attempt.", done.failed);
  count("gaps_gone", "Partitions that do not exist upstream.", done.gone);
  Family failures{"upkeep_failures_total", "counter", "Attempts that failed, by class.", {}};
  for (const FailureClass why : failure_classes) {
    if (why == FailureClass::none) continue;
    const auto found = done.failures.find(why);
    const double value = found == done.failures.end() ? 0 : number(found->second);
    failures.samples.push_back({{{"class", std::string(to_text(why))}}, value});
  }
  families.push_back(std::move(failures));
  families.push_back(
      plain("upkeep_success_ratio", "gauge", "Share of attempts since the start that left no gap.",
            done.attempts == 0 ? 1 : 1 - number(done.attempts_failed) / number(done.attempts)));
}

void add_queue(const Status& status, std::vector<Family>& families) {
  Family tasks{"upkeep_queue_tasks", "gauge", "Tasks in the queue, running ones too.", {}};
  for (const Priority priority : priorities) {
    tasks.samples.push_back({{{"priority", lower_text(priority)}},
                             number(status.queue.by_priority[static_cast<std::size_t>(priority)])});
  }
  families.push_back(std::move(tasks));
  families.push_back(
      plain("upkeep_queue_gaps", "gauge", "Gaps in the queue.", number(status.queue.gaps)));
  families.push_back(plain("upkeep_queue_estimate_seconds", "gauge",
                           "What the queue takes, one task after the other.",
                           seconds(status.queue.estimate)));
  families.push_back(plain("upkeep_attempts_running", "gauge", "Attempts that are under way.",
                           number(status.attempts.size())));
}

void add_collections(const Status& status, std::vector<Family>& families) {
  using Value = std::function<double(const CollectionStatus&)>;
  const auto add = [&](std::string name, std::string help, const Value& value) {
    Family family{"upkeep_collection_" + name, "gauge", std::move(help), {}};
    for (const CollectionStatus& one : status.collections) {
      if (one.is_judged) family.samples.push_back({{{"collection", one.name}}, value(one)});
    }
    if (!family.samples.empty()) families.push_back(std::move(family));
  };
  add("expected", "Partitions that should exist by now.",
      [](const auto& one) { return number(one.summary.expected); });
  add("completeness", "Good partitions of those expected, 0 to 1.",
      [](const auto& one) { return one.summary.completeness(); });
  add("objects", "Objects in its folder.", [](const auto& one) { return number(one.objects); });
  add("bytes", "Bytes in its folder.", [](const auto& one) { return number(one.bytes); });
  add("inventory_timestamp_seconds", "When its inventory began, in seconds since 1970.",
      [](const auto& one) { return seconds(one.inventory_at.time_since_epoch()); });
  Family gaps{"upkeep_collection_gaps", "gauge", "Gaps by kind.", {}};
  for (const CollectionStatus& one : status.collections) {
    if (!one.is_judged) continue;
    const Summary& summary = one.summary;
    for (const auto& [kind, value] :
         {std::pair{"missing", summary.missing}, std::pair{"invalid", summary.invalid},
          std::pair{"undersized", summary.undersized}, std::pair{"stale", summary.stale},
          std::pair{"incomplete", summary.incomplete}}) {
      gaps.samples.push_back({{{"collection", one.name}, {"kind", kind}}, number(value)});
    }
  }
  if (!gaps.samples.empty()) families.push_back(std::move(gaps));
}

void add_upstreams(const Status& status, std::vector<Family>& families) {
  using Value = std::function<double(const UpstreamStatus&)>;
  const auto add = [&](std::string name, std::string type, std::string help, const Value& value) {
    Family family{"upkeep_upstream_" + name, std::move(type), std::move(help), {}};
    for (const UpstreamStatus& one : status.upstreams) {
      family.samples.push_back({{{"upstream", one.name}}, value(one)});
    }
    if (!family.samples.empty()) families.push_back(std::move(family));
  };
  add("requests_total", "counter", "Requests that were granted, ever.",
      [](const auto& one) { return number(one.granted); });
  add("throttled_total", "counter", "Requests that it refused for their rate, ever.",
      [](const auto& one) { return number(one.throttled); });
  add("attempts", "gauge", "Attempts of its collectors that are under way.",
      [](const auto& one) { return number(one.attempts); });
  add("waiting", "gauge", "Processes that ask for requests.",
      [](const auto& one) { return number(one.waiting); });
  add("held", "gauge", "1 while no attempt may start there.",
      [](const auto& one) { return one.held_by.empty() ? 0 : 1; });
}

std::vector<Family> families_of(const Status& status) {
  std::vector<Family> families;
  families.push_back({"upkeep_info", "gauge", "Always 1.", {{{{"version", status.version}}, 1}}});
  families.push_back(plain("upkeep_uptime_seconds", "gauge", "Since the daemon started.",
                           seconds(status.now - status.started)));
  families.push_back(plain("upkeep_healthy", "gauge", "1 healthy, 0.5 degraded, 0 unhealthy.",
                           1 - 0.5 * static_cast<double>(health_of(status))));
  Family up{"upkeep_component_up", "gauge", "1 healthy, 0.5 degraded, 0 unhealthy.", {}};
  Family restarts{"upkeep_component_restarts_total", "counter", "Restarts of a component.", {}};
  for (const Component& one : status.components) {
    up.samples.push_back({{{"component", one.name}}, 1 - 0.5 * static_cast<double>(one.health)});
    restarts.samples.push_back({{{"component", one.name}}, static_cast<double>(one.restarts)});
  }
  if (!up.samples.empty()) families.push_back(std::move(up));
  if (!restarts.samples.empty()) families.push_back(std::move(restarts));
  families.push_back(plain("upkeep_maintenance", "gauge",
                           "1 during maintenance, when nothing is started.",
                           status.maintenance_until ? 1 : 0));
  Family next{"upkeep_schedule_next_timestamp_seconds",
              "gauge",
              "When the next scheduled run of a collector is due, in seconds since 1970.",
              {}};
  for (const ScheduleStatus& one : status.schedules) {
    next.samples.push_back({{{"collector", one.collector}}, seconds(one.next.time_since_epoch())});
  }
  if (!next.samples.empty()) families.push_back(std::move(next));
  add_work(status, families);
  add_queue(status, families);
  add_collections(status, families);
  add_upstreams(status, families);
  std::uint64_t open = 0;
  for (const auto& [id, row] : status.incidents) open += row.state == IncidentRow::State::open;
  families.push_back(
      plain("upkeep_incidents_open", "gauge", "Incidents that are open.", number(open)));
  return families;
}

std::string escaped(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (c == '\\' || c == '"') out += '\\';
    out += c == '\n' ? std::string("\\n") : std::string(1, c);
  }
  return out;
}

std::string labels_text(const Sample& sample) {
  std::string out;
  for (const auto& [name, value] : sample.labels) {
    out += fmt::format("{}{}=\"{}\"", out.empty() ? "" : ",", name, escaped(value));
  }
  return out.empty() ? "" : "{" + out + "}";
}

}  // namespace

std::string metrics_text(const Status& status) {
  std::string out;
  for (const Family& family : families_of(status)) {
    out += fmt::format("# HELP {} {}\n# TYPE {} {}\n", family.name, family.help, family.name,
                       family.type);
    for (const Sample& sample : family.samples) {
      out += fmt::format("{}{} {}\n", family.name, labels_text(sample), sample.value);
    }
  }
  return out;
}

std::string metrics_json(const Status& status) {
  std::string out;
  JsonWriter json(out, 1);
  json.begin_object();
  for (const Family& family : families_of(status)) {
    json.key(family.name);
    if (family.samples.size() == 1 && family.samples.front().labels.empty()) {
      json.value(family.samples.front().value);
      continue;
    }
    json.begin_array();
    for (const Sample& sample : family.samples) {
      json.begin_object();
      for (const auto& [name, value] : sample.labels) json.member(name, value);
      json.member("value", sample.value).end_object();
    }
    json.end_array();
  }
  json.end_object();
  out += '\n';
  return out;
}

}  // namespace upkeep
