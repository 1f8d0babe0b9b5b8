// gaps.json: the task queue in the shape that existing orchestrators read.
#pragma once
#include <string>

#include "api/cost_text.h"
#include "core/task.h"
#include "model/config.h"

namespace upkeep {

/// `generated_at` is `now`. Ends with a newline. Fields and labels that all partitions of a
/// task share stand on the task too, unless they are named like one of its own members.
std::string tasks_json(const Config&, const Queue&, Time now,
                       const std::vector<StoreCost>& expected = {});

}  // namespace upkeep
