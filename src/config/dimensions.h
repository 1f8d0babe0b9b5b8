// `dimensions` of a collection: ranges of dates and numbers, lists, tables.
#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/form.h"
#include "model/collection.h"

namespace upkeep {

Form<std::vector<Dimension>> dimensions();

/// By the end of a name; nothing when it does not show.
std::optional<Table::Format> table_format_of(std::string_view name);

/// `1d 1w 1mo 1y`, or a length like `1h` and `15m` that divides a day.
Result<CalendarStep> parse_step(std::string_view);
/// `2015-01-01`, `today`, `today-30d`, `today+2w`.
Result<DateBound> parse_date_bound(std::string_view);

}  // namespace upkeep
