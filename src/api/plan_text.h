// The task queue for people: what would run, in which order, how long it may take.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "api/style.h"
#include "core/task.h"
#include "model/config.h"

namespace upkeep {

/// One task as it is shown, whether it comes from an engine or from gaps.json.
struct TaskLine {
  std::string id, priority, collection, what, kind, status, held_by;
  std::uint64_t gaps = 0;
  Duration estimate{};  ///< by its collector
  double progress = 0;  ///< of a running one, 0 to 1
};

struct QueuePage {
  std::vector<TaskLine> tasks;
  std::uint64_t total_tasks = 0, total_gaps = 0;
  Duration estimate{};                               ///< of all tasks, one after the other
  std::map<std::string, std::uint64_t> by_priority;  ///< by lower-case name
};

QueuePage queue_page(const Config&, const Queue&);

/// A sentence with the totals, the tasks in order, and once each what holds some of them.
std::string queue_text(const QueuePage&, const Style&);

}  // namespace upkeep
