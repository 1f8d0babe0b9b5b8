// The sentences and small texts that several views share.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "api/json_writer.h"
#include "core/task.h"
#include "coverage/space.h"
#include "model/config.h"
#include "model/state.h"

namespace upkeep {

/// The collection's label `source`, else its name.
const std::string& source_of(const Collection&);
/// "pending", "running", "held".
std::string_view to_text(Task::Status);
/// Does it hold something until it is acknowledged?
bool is_hold(const IncidentRow&);
/// "critical", "high", "medium", "low".
std::string lower_text(Priority);

/// The fields that have the same text in all of these partitions (at least one), in the
/// order of the dimensions.
Partition shared_fields(const Space&, std::span<const std::uint64_t> partitions);
/// "season=2024-25 date=2025-10-21"
std::string to_text(const Partition&);
/// {"season": "2024-25", "date": "2025-10-21"}; all values are text.
void write(JsonWriter&, const Partition&);

/// "1 partition", "1,204 partitions".
std::string counted(std::uint64_t, std::string_view one, std::string_view many);
/// What its partitions share and how many there are: "date=2025-10-21 (25 partitions)".
std::string describe(const Space&, std::span<const std::uint64_t> partitions);

/// Why a task is there, a sentence.
std::string reason_of(const Config&, const Task&);
/// What its collector takes for it by its own estimate; nothing without a collector.
Duration estimate_of(const Config&, const Task&);
/// Minutes for people and files: at most four decimals.
double minutes(Duration);
/// "96.4 %"; 100 % only when nothing at all is lacking, 0 % only when nothing is there.
std::string to_percent_text(double share);

}  // namespace upkeep
