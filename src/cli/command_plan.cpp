// plan and tasks: the queue as it would be, and as it was last written.
#include <fmt/format.h>

#include <algorithm>

#include "api/cost_text.h"
#include "api/display.h"
#include "api/plan_text.h"
#include "api/tasks_json.h"
#include "base/json.h"
#include "cli/commands.h"
#include "cli/selection.h"
#include "daemon/setup.h"
#include "io/files.h"
#include "io/owner_lock.h"

namespace upkeep {
namespace {

std::string text_at(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

double number_at(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_number() ? found->get<double>() : 0;
}

Duration minutes_at(const Json& json, const char* name) {
  const double milliseconds = number_at(json, name) * 60'000;
  const bool fits = milliseconds > 0 && milliseconds < 1e15;
  return Duration{fits ? static_cast<Duration::rep>(milliseconds) : 0};
}

std::uint64_t count_at(const Json& json, const char* name) {
  const double number = number_at(json, name);
  return number > 0 ? static_cast<std::uint64_t>(number) : 0;
}

/// The fields of the first partition that stand on the task as well.
std::string shared_text(const Json& task) {
  const auto partitions = task.find("partitions");
  if (partitions == task.end() || !partitions->is_array() || partitions->empty()) return {};
  const Json& first = partitions->front();
  if (!first.is_object()) return {};
  std::string out;
  for (const auto& [field, value] : first.items()) {
    const auto shared = task.find(field);
    if (!value.is_string() || shared == task.end() || *shared != value) continue;
    out += fmt::format("{}{}={}", out.empty() ? "" : " ", field, value.get<std::string>());
  }
  return out;
}

Result<QueuePage> read_page(const Json& file) {
  if (!file.is_object() || !file.contains("tasks") || !file["tasks"].is_array()) {
    return fail("it is not a task queue");
  }
  QueuePage page;
  page.total_tasks = count_at(file, "total_tasks");
  page.total_gaps = count_at(file, "total_gaps");
  page.estimate = minutes_at(file, "estimated_total_minutes");
  if (const auto counts = file.find("by_priority"); counts != file.end() && counts->is_object()) {
    for (const auto& [name, number] : counts->items()) {
      if (number.is_number_unsigned()) page.by_priority[name] = number.get<std::uint64_t>();
    }
  }
  for (const Json& task : file["tasks"]) {
    if (!task.is_object()) return fail("one of its tasks is no object");
    page.tasks.push_back({.id = text_at(task, "id"),
                          .priority = text_at(task, "priority"),
                          .collection = text_at(task, "collection"),
                          .what = shared_text(task),
                          .kind = text_at(task, "gap_type"),
                          .status = text_at(task, "status"),
                          .held_by = text_at(task, "held_by"),
                          .gaps = count_at(task, "missing_files"),
                          .estimate = minutes_at(task, "estimated_time_minutes"),
                          .progress = number_at(task, "progress")});
  }
  return page;
}

/// Who works on it, and how old what is shown is.
std::string owner_text(const Config& config, const Json& file) {
  const auto written = parse_time(text_at(file, "generated_at"));
  const std::string age =
      written ? fmt::format("written {} ago", to_rough_text(now_by_clock() - *written))
              : std::string("of an unknown time");
  const auto owner = owner_of(config.state);
  if (!owner || !*owner) return fmt::format("Nothing is running; this is the last queue, {}.", age);
  const std::string who = **owner == 0 ? "A process" : fmt::format("Process {}", **owner);
  return fmt::format("{} is working on it; {}.", who, age);
}

}  // namespace

void show_plan(const Snapshot& snapshot, bool json, Terminal& terminal) {
  const bool all_known = std::ranges::all_of(snapshot.collections, is_judged);
  const std::vector<StoreCost> costs = costs_of(snapshot);
  if (json) {
    terminal.write(tasks_json(snapshot.config, snapshot.queue, snapshot.now, costs));
  } else if (all_known || snapshot.queue.total_tasks > 0) {
    terminal.write(queue_text(queue_page(snapshot.config, snapshot.queue), terminal.style()));
    const std::string cost = listing_cost_text(costs) + filling_cost_text(costs);
    if (!cost.empty()) terminal.write('\n' + cost);
  }
  complain_of_unjudged(snapshot, terminal);
}

CommandResult plan_command(const Call& call, Terminal& terminal) {
  const auto format = format_of(call);
  if (!format) return std::unexpected(format.error());
  const auto config = load(call);
  if (!config) return std::unexpected(config.error());
  const auto selection = select(*config, call);
  if (!selection) return std::unexpected(selection.error());
  const auto taken = survey(*config, *selection, call, terminal);
  if (!taken) return std::unexpected(taken.error());
  const Snapshot& snapshot = (*taken)->snapshot();
  show_plan(snapshot, *format == "json", terminal);
  const ExitCode verdict = verdict_of(snapshot);
  if (verdict == ExitCode::unjudged) return verdict;
  return snapshot.queue.total_tasks > 0 ? ExitCode::trouble : ExitCode::done;
}

CommandResult tasks_command(const Call& call, Terminal& terminal) {
  const auto format = format_of(call);
  if (!format) return std::unexpected(format.error());
  const auto config = load(call);
  if (!config) return std::unexpected(config.error());
  const std::string path = config->state + "/inventory/gaps.json";
  const auto text = read_file(path);
  if (!text) {
    return refuse(ExitCode::not_running,
                  fmt::format("there is no task queue yet ({}); `upkeep run` makes one, `upkeep "
                              "plan` shows what it would be",
                              text.error().text));
  }
  const auto file = parse_json(*text);
  const auto page = file ? read_page(*file) : Result<QueuePage>(std::unexpected(file.error()));
  if (!page) {
    return refuse(ExitCode::internal, fmt::format("{}: {}; `upkeep run` writes it anew",
                                                  printable(path), page.error().text));
  }
  if (*format == "json") {
    terminal.write(*text);
  } else {
    terminal.write(owner_text(*config, *file) + '\n');
    terminal.write(queue_text(*page, terminal.style()));
  }
  return ExitCode::done;
}

}  // namespace upkeep
