// The status for programs.
#include <algorithm>

#include "api/incidents_json.h"
#include "api/json_writer.h"
#include "api/scan_json.h"
#include "api/status.h"
#include "api/words.h"
#include "model/priority.h"

namespace upkeep {
namespace {

double seconds(Duration span) { return static_cast<double>(span.count()) / 1000; }

void write_components(JsonWriter& json, const Status& status) {
  json.key("components").begin_object();
  for (const Component& component : status.components) {
    json.key(component.name)
        .begin_object()
        .member("health", to_text(component.health))
        .member("state", component.state)
        .member("text", component.text)
        .member("restarts", component.restarts)
        .end_object();
  }
  json.end_object();
}

void write_queue(JsonWriter& json, const Status& status) {
  const QueueStatus& queue = status.queue;
  json.key("queue")
      .begin_object()
      .member("tasks", queue.tasks)
      .member("gaps", queue.gaps)
      .member("running", queue.running)
      .member("held", queue.held)
      .member("estimated_minutes", minutes(queue.estimate))
      .key("by_priority")
      .begin_object();
  for (const Priority priority : priorities) {
    json.member(lower_text(priority), queue.by_priority[static_cast<std::size_t>(priority)]);
  }
  json.end_object().end_object();
}

void write_attempts(JsonWriter& json, const Status& status) {
  json.key("running_tasks").begin_array();
  for (const RunningStatus& attempt : status.attempts) {
    json.begin_object()
        .member("attempt", attempt.attempt.value)
        .member("task", attempt.task)
        .member("collection", attempt.collection)
        .member("what", attempt.what)
        .member("phase", attempt.phase)
        .member("partitions", attempt.partitions)
        .member("progress", attempt.progress)
        .member("started", to_text(attempt.started))
        .member("deadline", to_text(attempt.deadline))
        .end_object();
  }
  json.end_array();
}

void write_collection(JsonWriter& json, const CollectionStatus& collection) {
  const Summary& summary = collection.summary;
  json.begin_object().member("name", collection.name).member("standing", collection.standing);
  if (!collection.why.empty()) json.member("why", collection.why);
  if (collection.is_judged) {
    write_summary(json, summary);
    json.member("strays", collection.strays)
        .member("duplicates", collection.duplicates)
        .member("completeness", summary.completeness())
        .member("objects", collection.objects)
        .member("bytes", collection.bytes)
        .member("inventory_at", to_text(collection.inventory_at));
  }
  json.end_object();
}

void write_coverage(JsonWriter& json, const CollectionStatus& collection) {
  json.begin_object().member("name", collection.name).member("standing", collection.standing);
  if (!collection.why.empty()) json.member("why", collection.why);
  if (collection.is_judged) {
    json.member("expected", collection.summary.expected)
        .member("good", collection.summary.good())
        .member("completeness", collection.summary.completeness())
        .member("inventory_at", to_text(collection.inventory_at));
  }
  json.key("dimensions").begin_array();
  for (const DimensionStatus& dimension : collection.dimensions) {
    json.begin_object().member("name", dimension.name).key("fields").begin_array();
    for (const std::string& field : dimension.fields) json.value(field);
    json.end_array().member("values", dimension.values).member("has_days", dimension.is_time);
    json.end_object();
  }
  json.end_array().end_object();
}

void write_schedules(JsonWriter& json, const Status& status) {
  json.key("schedules").begin_array();
  for (const ScheduleStatus& one : status.schedules) {
    json.begin_object()
        .member("collector", one.collector)
        .member("schedule", one.times)
        .member("due", to_text(one.due))
        .member("state", one.phase)
        .member("next", to_text(one.next))
        .end_object();
  }
  json.end_array();
}

void write_listings(JsonWriter& json, const Status& status) {
  json.key("listings").begin_array();
  for (const ListingStatus& one : status.listings) {
    const Duration since = std::max(status.now - one.since, Duration{});
    json.begin_object()
        .member("store", one.store)
        .member("seconds", seconds(since))
        .member("keys", one.progress.keys)
        .member("keys_per_second", rate_of(one.progress, since))
        .member("requests", one.progress.requests)
        .member("at_once", one.progress.at_once)
        .end_object();
  }
  json.end_array();
}

void write_upstreams(JsonWriter& json, const Status& status) {
  json.key("upstreams").begin_array();
  for (const UpstreamStatus& one : status.upstreams) {
    json.begin_object()
        .member("name", one.name)
        .member("attempts", one.attempts)
        .member("waiting", one.waiting)
        .member("requests_last_minute", one.last_minute)
        .member("requests", one.granted)
        .member("throttled", one.throttled);
    json.key("learnt_per_minute");
    one.learnt_per_minute > 0 ? json.value(one.learnt_per_minute) : json.null();
    json.key("learnt_attempts");
    one.learnt_attempts > 0 ? json.value(one.learnt_attempts) : json.null();
    json.member("held_by", one.held_by).key("held_until");
    one.held_until ? json.value(to_text(*one.held_until)) : json.null();
    json.end_object();
  }
  json.end_array();
}

/// Of all collections: what lies in their folders, by the oldest of the inventories.
void write_inventory(JsonWriter& json, const Status& status) {
  std::uint64_t objects = 0, bytes = 0;
  Time oldest = Time::max();
  for (const CollectionStatus& collection : status.collections) {
    if (!collection.is_judged) continue;
    objects += collection.objects;
    bytes += collection.bytes;
    oldest = std::min(oldest, collection.inventory_at);
  }
  json.key("inventory").begin_object().member("objects", objects).member("bytes", bytes);
  json.key("at");
  oldest == Time::max() ? json.null() : json.value(to_text(oldest));
  json.key("age_seconds");
  oldest == Time::max() ? json.null() : json.value(seconds(status.now - oldest));
  json.end_object();
}

}  // namespace

std::string_view to_text(Health health) {
  switch (health) {
    case Health::healthy:
      return "healthy";
    case Health::degraded:
      return "degraded";
    case Health::unhealthy:
      return "unhealthy";
  }
  return "";
}

Health health_of(const Status& status) {
  Health worst = Health::healthy;
  for (const Component& component : status.components) worst = std::max(worst, component.health);
  for (const auto& [id, row] : status.incidents) {
    if (row.state == IncidentRow::State::open) worst = std::max(worst, Health::degraded);
  }
  return worst;
}

std::string status_json(const Status& status) {
  std::string out;
  JsonWriter json(out, 1);
  json.begin_object().member("running", status.running).key("pid");
  status.running ? json.value(status.pid) : json.null();
  json.key("uptime_seconds");
  status.running ? json.value(seconds(status.now - status.started)) : json.null();
  json.member("version", status.version)
      .member("config", status.config)
      .member("state", status.state)
      .member("time", to_text(status.now))
      .key("health");
  status.running ? json.value(to_text(health_of(status))) : json.null();
  json.key("http");
  status.http.empty() ? json.null() : json.value(status.http);
  json.member("mode", status.mode).key("maintenance_until");
  status.maintenance_until ? json.value(to_text(*status.maintenance_until)) : json.null();
  write_components(json, status);
  write_queue(json, status);
  write_attempts(json, status);
  write_inventory(json, status);
  write_listings(json, status);
  write_schedules(json, status);
  json.key("collections").begin_array();
  for (const CollectionStatus& collection : status.collections) write_collection(json, collection);
  json.end_array();
  write_upstreams(json, status);
  json.key("jobs").begin_array().end_array();
  std::string incidents = incidents_json(status.incidents, false);
  incidents.pop_back();
  json.key("incidents").raw(incidents);
  json.end_object();
  out += '\n';
  return out;
}

std::string coverage_json(const Status& status, std::uint64_t offset, std::uint64_t limit) {
  const std::uint64_t total = status.collections.size();
  const std::uint64_t first = std::min(offset, total), count = std::min(limit, total - first);
  std::string out;
  JsonWriter json(out, 2);
  json.begin_object().key("collections").begin_array();
  for (std::uint64_t i = first; i < first + count; ++i) write_coverage(json, status.collections[i]);
  json.end_array().member("total", total).member("offset", offset).key("next");
  first + count < total ? json.value(first + count) : json.null();
  json.end_object();
  out += '\n';
  return out;
}

std::string health_json(const Status& status) {
  std::string out;
  JsonWriter json(out, 1);
  json.begin_object().member("status", to_text(health_of(status)));
  write_components(json, status);
  json.end_object();
  out += '\n';
  return out;
}

}  // namespace upkeep
