#include "coverage/date_form.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/digits.h"

namespace upkeep {
namespace {

using namespace std::chrono;

struct UnitName {
  char letter;
  unsigned digits;
};
// In the order of DateUnit.
constexpr std::array<UnitName, date_units> unit_names{
    {{'Y', 4}, {'y', 2}, {'m', 2}, {'d', 2}, {'j', 3}, {'H', 2}, {'M', 2}}};

constexpr unsigned bit(DateUnit unit) { return 1u << static_cast<unsigned>(unit); }

std::optional<DateUnit> unit_of(char letter) {
  for (std::size_t i = 0; i < unit_names.size(); ++i) {
    if (unit_names[i].letter == letter) return static_cast<DateUnit>(i);
  }
  return {};
}

void append_literal(std::vector<DateItem>& items, char c) {
  if (items.empty() || items.back().unit) items.push_back({});
  items.back().literal += c;
}

year_month_day civil(std::int64_t minutes) { return year_month_day{day_of(minutes)}; }

std::uint64_t unit_value(std::int64_t minutes, DateUnit unit) {
  const auto clock = static_cast<std::uint64_t>(minutes - minutes_at(day_of(minutes)));
  const auto year = [&] { return static_cast<std::uint64_t>(int{civil(minutes).year()}); };
  switch (unit) {
    case DateUnit::year:
      return year();
    case DateUnit::short_year:
      return year() % 100;
    case DateUnit::month:
      return unsigned{civil(minutes).month()};
    case DateUnit::day:
      return unsigned{civil(minutes).day()};
    case DateUnit::day_of_year: {
      const sys_days january{civil(minutes).year() / January / 1};
      return static_cast<std::uint64_t>((day_of(minutes) - january).count()) + 1;
    }
    case DateUnit::hour:
      return clock / 60;
    case DateUnit::minute:
      return clock % 60;
  }
  return 0;
}

}  // namespace

unsigned digits_of(DateUnit unit) { return unit_names[static_cast<std::size_t>(unit)].digits; }

Result<std::vector<DateItem>> parse_date_form(std::string_view form) {
  std::vector<DateItem> items;
  for (std::size_t i = 0; i < form.size(); ++i) {
    if (form[i] != '%') {
      append_literal(items, form[i]);
      continue;
    }
    if (++i == form.size()) return fail(fmt::format("`{}` ends in %; write %% for it", form));
    if (form[i] == '%') {
      append_literal(items, '%');
    } else if (const auto unit = unit_of(form[i])) {
      items.push_back({unit, ""});
    } else {
      return fail(fmt::format(
          "%{} in `{}` cannot be read back from a key; use %Y %y %m %d %j %H %M", form[i], form));
    }
  }
  return items;
}

std::vector<DateItem> canonical_date_form(bool with_clock) {
  return *parse_date_form(with_clock ? "%Y-%m-%dT%H:%MZ" : "%Y-%m-%d");
}

Day day_of(std::int64_t minutes) {
  const std::int64_t days = minutes / minutes_of_day - (minutes % minutes_of_day < 0 ? 1 : 0);
  return Day{std::chrono::days{days}};
}

std::int64_t minutes_at(Day day) { return day.time_since_epoch().count() * minutes_of_day; }

void append_unit(std::int64_t minutes, DateUnit unit, std::string& out) {
  append_digits(out, unit_value(minutes, unit), digits_of(unit));
}

void append_date(std::int64_t minutes, bool with_clock, std::string& out) {
  const year_month_day date = civil(minutes);
  append_digits(out, static_cast<std::uint64_t>(int{date.year()}), 4);
  append_digits(out += '-', unsigned{date.month()}, 2);
  append_digits(out += '-', unsigned{date.day()}, 2);
  if (!with_clock) return;
  const auto clock = static_cast<std::uint64_t>(minutes - minutes_at(day_of(minutes)));
  append_digits(out += 'T', clock / 60, 2);
  append_digits(out += ':', clock % 60, 2);
  out += 'Z';
}

std::optional<std::int64_t> parse_date(std::string_view text, bool with_clock) {
  // Zeros stand for digits.
  const std::string_view shape = with_clock ? "0000-00-00T00:00Z" : "0000-00-00";
  if (text.size() != shape.size()) return {};
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (shape[i] == '0' ? !digit : text[i] != shape[i]) return {};
  }
  const auto pair = [&](std::size_t at) { return (text[at] - '0') * 10 + (text[at + 1] - '0'); };
  const year_month_day date{year{pair(0) * 100 + pair(2)}, month{static_cast<unsigned>(pair(5))},
                            day{static_cast<unsigned>(pair(8))}};
  if (!date.ok() || date.year() == year{0}) return {};
  if (!with_clock) return minutes_at(sys_days{date});
  if (pair(11) > 23 || pair(14) > 59) return {};
  return minutes_at(sys_days{date}) + pair(11) * 60 + pair(14);
}

Result<DateReader> DateReader::make(std::string_view field, const std::vector<DateUnit>& units,
                                    const DateShape& shape) {
  DateReader reader;
  reader.shape_ = shape;
  for (const DateUnit unit : units) reader.known_ |= bit(unit);
  using Precision = DateShape::Precision;
  const auto has = [&](DateUnit unit) { return reader.reads(unit); };
  const auto lacks = [&](std::string_view what, std::string_view mend) {
    return fail(
        fmt::format("the key does not tell the {} of `{}`; add {}, as in "
                    "`{{{}:%Y-%m-%d}}`",
                    what, field, mend, field));
  };
  if (!has(DateUnit::year)) {
    if (!has(DateUnit::short_year)) return lacks("year", "%Y");
    if (shape.last_year - shape.first_year >= 100) {
      return fail(fmt::format("%y cannot tell apart the years {} to {} of `{}`; write %Y",
                              shape.first_year, shape.last_year, field));
    }
  }
  const bool by_number = has(DateUnit::day_of_year);
  if (shape.precision >= Precision::month && !by_number && !has(DateUnit::month)) {
    return lacks("month", "%m");
  }
  if (shape.precision >= Precision::day && !by_number && !has(DateUnit::day)) {
    return lacks("day", "%d");
  }
  if (shape.precision >= Precision::hour && !has(DateUnit::hour)) return lacks("hour", "%H");
  if (shape.precision >= Precision::minute && !has(DateUnit::minute)) {
    return lacks("minute", "%M");
  }
  return reader;
}

std::optional<std::int64_t> DateReader::read(
    const std::array<std::uint64_t, date_units>& values) const {
  const auto get = [&](DateUnit unit) { return static_cast<int>(values[static_cast<int>(unit)]); };
  int year_number = get(DateUnit::year);
  if (!reads(DateUnit::year)) {
    const int ahead = get(DateUnit::short_year) - shape_.first_year % 100;
    year_number = shape_.first_year + (ahead < 0 ? ahead + 100 : ahead);
  } else if (reads(DateUnit::short_year) && year_number % 100 != get(DateUnit::short_year)) {
    return {};
  }
  if (year_number < 1 || year_number > 9999) return {};
  const year in{year_number};

  unsigned month_number = shape_.month;
  unsigned day_number = shape_.day;
  if (reads(DateUnit::day_of_year)) {
    const int number = get(DateUnit::day_of_year);
    if (number < 1 || number > (in.is_leap() ? 366 : 365)) return {};
    const year_month_day date{sys_days{in / January / 1} + days{number - 1}};
    month_number = unsigned{date.month()};
    day_number = unsigned{date.day()};
    if (reads(DateUnit::month) && get(DateUnit::month) != static_cast<int>(month_number)) return {};
    if (reads(DateUnit::day) && get(DateUnit::day) != static_cast<int>(day_number)) return {};
  } else {
    if (reads(DateUnit::month)) month_number = static_cast<unsigned>(get(DateUnit::month));
    if (month_number < 1 || month_number > 12) return {};
    const auto last = unsigned{(in / month{month_number} / std::chrono::last).day()};
    day_number = reads(DateUnit::day) ? static_cast<unsigned>(get(DateUnit::day))
                                      : std::min(day_number, last);
    if (day_number < 1 || day_number > last) return {};
  }
  const int hour_number = reads(DateUnit::hour) ? get(DateUnit::hour) : 0;
  const int minute_number = reads(DateUnit::minute) ? get(DateUnit::minute) : 0;
  if (hour_number > 23 || minute_number > 59) return {};
  const sys_days date{in / month{month_number} / day{day_number}};
  return minutes_at(date) + hour_number * 60 + minute_number;
}

}  // namespace upkeep
