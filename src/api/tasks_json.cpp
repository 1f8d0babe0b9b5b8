#include "api/tasks_json.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "api/json_writer.h"
#include "api/words.h"

namespace upkeep {
namespace {

constexpr std::array<std::string_view, 21> own_members = {"id",
                                                          "priority",
                                                          "declared_priority",
                                                          "gap_type",
                                                          "collection",
                                                          "source",
                                                          "scraper",
                                                          "missing_files",
                                                          "reason",
                                                          "detected_at",
                                                          "created_at",
                                                          "status",
                                                          "estimated_time_minutes",
                                                          "score",
                                                          "deadline",
                                                          "partitions",
                                                          "held_by",
                                                          "progress",
                                                          "since",
                                                          "keys",
                                                          "attempt"};

bool is_own(std::string_view name) {
  return std::ranges::find(own_members, name) != own_members.end();
}

std::string scraper_of(const Config& config, const Collection& collection) {
  return collection.collector ? config.of(*collection.collector).name : std::string();
}

/// A value that is a whole number is written as one: 50, not 50.0.
void write_number(JsonWriter& json, std::string_view name, double number) {
  if (number == std::floor(number) && std::abs(number) < 1e15) {
    json.member(name, static_cast<std::int64_t>(number));
  } else {
    json.member(name, number);
  }
}

void write_task(JsonWriter& json, const Config& config, const Task& task) {
  const Collection& collection = config.of(task.collection);
  const Partition shared = shared_fields(*task.space, task.partitions);
  json.begin_object()
      .member("id", task.id)
      .member("priority", to_text(task.priority))
      .member("gap_type", to_text(task.kind))
      .member("collection", collection.name)
      .member("source", source_of(collection));
  for (const auto& [field, value] : shared) {
    if (!is_own(field)) json.member(field, value);
  }
  for (const auto& [label, value] : collection.labels) {
    const bool is_field =
        std::ranges::any_of(shared, [&](const auto& field) { return field.first == label; });
    if (!is_own(label) && !is_field) json.member(label, value);
  }
  json.member("scraper", scraper_of(config, collection))
      .member("missing_files", task.partitions.size());
  write_number(json, "estimated_time_minutes", minutes(estimate_of(config, task)));
  json.member("reason", reason_of(config, task))
      .member("detected_at", to_text(task.detected))
      .member("created_at", to_text(task.detected))
      .member("status", to_text(task.status));
  if (task.status == Task::Status::held) json.member("held_by", task.held_by);
  if (task.status == Task::Status::running) json.member("progress", task.progress);
  write_number(json, "score", std::round(task.score * 1000) / 1000);
  if (task.deadline != Time::max()) json.member("deadline", to_text(task.deadline));
  json.member("declared_priority", to_text(task.declared)).key("partitions").begin_array();
  for (const std::uint64_t index : task.partitions) write(json, task.space->partition(index));
  json.end_array().end_object();
}

void write_counts(JsonWriter& json, std::string_view name,
                  const std::map<std::string, std::uint64_t>& counts) {
  json.key(name).begin_object();
  for (const auto& [key, count] : counts) json.member(key, count);
  json.end_object();
}

}  // namespace

std::string tasks_json(const Config& config, const Queue& queue, Time now,
                       const std::vector<StoreCost>& expected) {
  std::map<std::string, std::uint64_t> by_source, by_scraper;
  for (const auto& [id, count] : queue.tasks_by_collection) {
    const Collection& collection = config.of(id);
    by_source[source_of(collection)] += count;
    if (collection.collector) by_scraper[scraper_of(config, collection)] += count;
  }
  std::string out;
  JsonWriter json(out, 2);
  json.begin_object()
      .member("schema_version", 1)
      .member("generated_at", to_text(now))
      .member("total_tasks", queue.total_tasks)
      .member("total_gaps", queue.total_gaps);
  JsonWriter& counts = json.key("by_priority").begin_object();
  for (const Priority priority : priorities) {
    counts.member(lower_text(priority),
                  queue.tasks_by_priority[static_cast<std::size_t>(priority)]);
  }
  json.end_object();
  write_counts(json, "by_source", by_source);
  write_counts(json, "by_scraper", by_scraper);
  write_number(json, "estimated_total_minutes", minutes(queue.estimate));
  json.member("truncated", queue.total_tasks > queue.tasks.size()).key("tasks").begin_array();
  for (const Task& task : queue.tasks) write_task(json, config, task);
  json.end_array();
  write_expected_costs(json, expected);
  json.end_object();
  out += '\n';
  return out;
}

}  // namespace upkeep
