// Dates and steps as they are written in ranges.
#include <fmt/format.h>

#include "base/text.h"
#include "config/dimensions.h"

namespace upkeep {
namespace {

using namespace std::chrono;

constexpr std::uint64_t count_max = 100'000;  // of days or months: 270 years and more

/// "12mo" → 12 and "mo".
struct Amount {
  std::uint64_t count = 0;
  std::string_view unit;
};
std::optional<Amount> parse_amount(std::string_view text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto count = parse_number(text.substr(0, digits));
  if (!count || *count == 0 || *count > count_max) return {};
  return Amount{*count, text.substr(digits)};
}

}  // namespace

Result<CalendarStep> parse_step(std::string_view text) {
  const auto wrong = [&](std::string_view what) {
    return fail(
        fmt::format("`{}` {}; expected a step like 1d, 1w, 1mo, 1y, 1h or 15m", text, what));
  };
  CalendarStep step;
  if (const auto amount = parse_amount(text)) {
    const auto count = static_cast<std::int64_t>(amount->count);
    step.unit = CalendarStep::Unit::days;
    if (amount->unit == "d") return step.count = count, step;
    if (amount->unit == "w") return step.count = 7 * count, step;
    step.unit = CalendarStep::Unit::months;
    if (amount->unit == "mo") return step.count = count, step;
    if (amount->unit == "y") return step.count = 12 * count, step;
  }
  const auto length = parse_duration(text);
  if (!length || *length == Duration{}) return wrong("is not a step");
  if (*length >= days{1}) return wrong("is longer than a day, which is counted in days");
  if (*length % minutes{1} != Duration{}) return wrong("is not a step of whole minutes");
  if (days{1} % *length != Duration{}) return wrong("does not divide a day");
  step.unit = CalendarStep::Unit::length;
  step.length = *length;
  return step;
}

Result<DateBound> parse_date_bound(std::string_view text) {
  DateBound bound;
  if (text.starts_with("today")) {
    bound.today = true;
    const std::string_view rest = text.substr(5);
    if (rest.empty()) return bound;
    const auto amount = parse_amount(rest.substr(1));
    if ((rest.front() == '+' || rest.front() == '-') && amount &&
        (amount->unit == "d" || amount->unit == "w")) {
      const auto count = static_cast<std::int64_t>(amount->count) * (amount->unit == "w" ? 7 : 1);
      bound.days = rest.front() == '-' ? -count : count;
      return bound;
    }
  } else if (const auto midnight = parse_time(fmt::format("{}T00:00:00Z", text))) {
    bound.day = floor<days>(*midnight);
    return bound;
  }
  return fail(fmt::format(
      "`{}` is not a date; expected one like 2015-01-01, `today` or `today-30d`", text));
}

}  // namespace upkeep
