#include "api/plan_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "api/text_table.h"
#include "api/words.h"
#include "base/text.h"

namespace upkeep {
namespace {

/// "25 critical, 120 high"; classes without tasks are left out.
std::string classes_text(const std::map<std::string, std::uint64_t>& by_priority) {
  std::string out;
  for (const Priority priority : priorities) {
    const std::string name = lower_text(priority);
    const auto found = by_priority.find(name);
    if (found == by_priority.end() || found->second == 0) continue;
    out += fmt::format("{}{} {}", out.empty() ? "" : ", ", with_thousands(found->second), name);
  }
  return out;
}

Tint tint_of(std::string_view priority) {
  if (priority == "CRITICAL") return Tint::bad;
  return priority == "HIGH" ? Tint::fair : Tint::plain;
}

TableCell status_cell(const TaskLine& task) {
  if (task.status == "running") {
    return {fmt::format("running {:.0f} %", task.progress * 100), Tint::good};
  }
  return {task.status, task.status == "held" ? Tint::fair : Tint::plain};
}

/// Each reason once, with how many of the listed tasks it holds.
std::string holds_text(const std::vector<TaskLine>& tasks, const Style& style) {
  std::vector<std::pair<std::string, std::uint64_t>> reasons;  // in order of appearance
  for (const TaskLine& task : tasks) {
    if (task.held_by.empty()) continue;
    const auto known =
        std::ranges::find(reasons, task.held_by, [](const auto& r) { return r.first; });
    if (known != reasons.end()) {
      ++known->second;
    } else {
      reasons.emplace_back(task.held_by, 1);
    }
  }
  constexpr std::size_t shown = 10;
  std::string out;
  for (std::size_t i = 0; i < std::min(reasons.size(), shown); ++i) {
    out += wrapped(fmt::format("held, {}: {}", counted(reasons[i].second, "task", "tasks"),
                               printable(reasons[i].first)),
                   style.width, 2);
    out += '\n';
  }
  if (reasons.size() > shown) {
    out += fmt::format("… and {} more; --json has them all\n",
                       counted(reasons.size() - shown, "reason", "reasons"));
  }
  return out;
}

}  // namespace

QueuePage queue_page(const Config& config, const Queue& queue) {
  QueuePage page;
  page.total_tasks = queue.total_tasks;
  page.total_gaps = queue.total_gaps;
  page.estimate = queue.estimate;
  for (const Priority priority : priorities) {
    page.by_priority[lower_text(priority)] =
        queue.tasks_by_priority[static_cast<std::size_t>(priority)];
  }
  for (const Task& task : queue.tasks) {
    TaskLine line;
    line.id = task.id;
    line.priority = to_text(task.priority);
    line.collection = config.of(task.collection).name;
    line.what = to_text(shared_fields(*task.space, task.partitions));
    line.kind = to_text(task.kind);
    line.status = to_text(task.status);
    line.held_by = task.held_by;
    line.gaps = task.partitions.size();
    line.estimate = estimate_of(config, task);
    line.progress = task.progress;
    page.tasks.push_back(std::move(line));
  }
  return page;
}

std::string queue_text(const QueuePage& page, const Style& style) {
  if (page.total_tasks == 0) return "Nothing is to be done: there are no gaps.\n";
  std::string sentence =
      fmt::format("{} in {} ({})", counted(page.total_gaps, "gap", "gaps"),
                  counted(page.total_tasks, "task", "tasks"), classes_text(page.by_priority));
  if (page.estimate > Duration{}) {
    sentence += fmt::format(", about {} of work", to_rough_text(page.estimate));
  }
  std::string out = wrapped(sentence + ".", style.width, 2);
  out += "\n\n";
  TextTable table({{.title = "#", .right = true, .rank = 5},
                   {.title = "PRIORITY"},
                   {.title = "COLLECTION", .rank = 1, .width_min = 8, .clip = Clip::middle},
                   {.title = "SHARED FIELDS", .rank = 2, .width_min = 12, .clip = Clip::middle},
                   {.title = "GAPS", .right = true},
                   {.title = "KIND", .rank = 3},
                   {.title = "ESTIMATE", .right = true, .rank = 4},
                   {.title = "STATUS"},
                   {.title = "TASK", .rank = 2}});
  std::uint64_t number = 0;
  for (const TaskLine& task : page.tasks) {
    table.add({{with_thousands(++number), Tint::dim},
               {task.priority, tint_of(task.priority)},
               {task.collection},
               {task.what.empty() ? "-" : task.what},
               {with_thousands(task.gaps)},
               {task.kind},
               {to_rough_text(task.estimate)},
               status_cell(task),
               {task.id, Tint::dim}});
  }
  out += table.render(style);
  if (page.total_tasks > page.tasks.size()) {
    out += fmt::format("… and {} more\n",
                       counted(page.total_tasks - page.tasks.size(), "task", "tasks"));
  }
  const std::string holds = holds_text(page.tasks, style);
  return holds.empty() ? out : out + '\n' + holds;
}

}  // namespace upkeep
