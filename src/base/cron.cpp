#include "base/cron.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <span>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "base/text.h"
#include "base/zone_clock.h"

namespace upkeep {
namespace {

using namespace std::chrono;

constexpr std::array<std::string_view, 12> month_names{"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                                       "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
constexpr std::array<std::string_view, 7> weekday_names{"SUN", "MON", "TUE", "WED",
                                                        "THU", "FRI", "SAT"};

struct Field {
  std::string_view name;
  std::uint64_t min, max;
  std::span<const std::string_view> names;  ///< of `min` and those that follow
  std::string_view expected;
};

constexpr std::array<Field, 5> fields{
    {{"minute", 0, 59, {}, "0 to 59"},
     {"hour", 0, 23, {}, "0 to 23"},
     {"day of the month", 1, 31, {}, "1 to 31"},
     {"month", 1, 12, month_names, "1 to 12 or JAN to DEC"},
     {"weekday", 0, 7, weekday_names, "0 to 7 (0 and 7 are Sunday) or SUN to SAT"}}};

struct Short {
  std::string_view name, fields;
};

constexpr std::array<Short, 7> shorts{{{"@hourly", "0 * * * *"},
                                       {"@daily", "0 0 * * *"},
                                       {"@midnight", "0 0 * * *"},
                                       {"@weekly", "0 0 * * 0"},
                                       {"@monthly", "0 0 1 * *"},
                                       {"@yearly", "0 0 1 1 *"},
                                       {"@annually", "0 0 1 1 *"}}};

constexpr std::uint64_t bits(std::uint64_t from, std::uint64_t to) {
  return (~std::uint64_t{0} >> (63 - to)) & (~std::uint64_t{0} << from);
}

constexpr std::uint64_t all_hours = bits(0, 23);
/// 29 February on a Sunday, which `0 0 29 2 */7` asks for, is at most 40 years away.
constexpr days search_max{366 * 41};
/// More than any zone was ever turned back.
constexpr hours turned_back_max{25};

std::unexpected<Error> fail_field(const Field& field, std::string_view text, std::string_view why) {
  return fail(fmt::format(
      "`{}` is no {} of a schedule: {}; it may be {}, a list such as {},{}, a "
      "range or a step such as */{}, or *",
      text, field.name, why, field.expected, field.min + 1, field.min + 3, field.min + 2));
}

Result<std::uint64_t> parse_value(const Field& field, std::string_view text) {
  for (std::size_t i = 0; i < field.names.size(); ++i) {
    const bool is_it = std::ranges::equal(text, field.names[i], [](char a, char b) {
      return (a >= 'a' && a <= 'z' ? static_cast<char>(a - ('a' - 'A')) : a) == b;
    });
    if (is_it) return field.min + i;
  }
  const auto value = text.size() <= 9 ? parse_number(text) : std::nullopt;
  if (!value) {
    return fail_field(field, text, text.empty() ? "a value is missing" : "it is no such value");
  }
  if (*value < field.min || *value > field.max) {
    return fail_field(field, text, "it is out of range");
  }
  return *value;
}

/// One part of a list: `*`, `5`, `1-5`, with `/2` behind a range or `*`.
Result<std::uint64_t> parse_part(const Field& field, std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string_view range = text.substr(0, slash);
  const std::size_t dash = range.find('-');
  const bool is_weekday = field.names.data() == weekday_names.data();
  const std::uint64_t top = is_weekday ? 6 : field.max;
  std::uint64_t from = field.min, to = top;
  if (range != "*") {
    UPKEEP_TRY(from, parse_value(field, range.substr(0, dash)));
    to = from;
    if (dash != range.npos) {
      UPKEEP_TRY(to, parse_value(field, range.substr(dash + 1)));
      if (is_weekday && to == 0 && from > 0) to = 7;  // FRI-SUN
    } else if (slash != text.npos) {
      return fail_field(field, text,
                        fmt::format("a step needs a range before it, `{}-{}` say", range, top));
    }
  }
  if (to < from) {
    return fail_field(field, text,
                      fmt::format("the range ends before it begins; write `{}-{},{}-{}` to go "
                                  "round the end",
                                  from, top, field.min, to));
  }
  std::uint64_t step = 1;
  if (slash != text.npos) {
    const auto given = parse_number(text.substr(slash + 1));
    if (!given || *given == 0 || *given > field.max) {
      return fail_field(field, text, fmt::format("the step must be 1 to {}", field.max));
    }
    step = *given;
  }
  std::uint64_t values = 0;
  for (std::uint64_t i = from; i <= to; i += step) values |= std::uint64_t{1} << i;
  return values;
}

Result<std::uint64_t> parse_field(const Field& field, std::string_view text) {
  std::uint64_t values = 0;
  for (const std::string_view part : split(text, ',')) {
    UPKEEP_TRY(const std::uint64_t more, parse_part(field, part));
    values |= more;
  }
  return values;
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (true) {
    const std::size_t begin = text.find_first_not_of(" \t");
    if (begin == text.npos) return words;
    text.remove_prefix(begin);
    const std::size_t size = std::min(text.find_first_of(" \t"), text.size());
    words.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
}

bool has(std::uint64_t set, std::uint64_t value) { return (set >> value & 1) != 0; }

}  // namespace

Result<Cron> Cron::parse(std::string_view text) {
  const std::string_view trimmed = trim(text);
  std::string_view written = trimmed;
  if (written.starts_with('@')) {
    const auto* const found = std::ranges::find(shorts, written, &Short::name);
    if (found == shorts.end()) {
      return fail(
          fmt::format("`{}` is no schedule; those with @ are @hourly, @daily, @weekly, "
                      "@monthly and @yearly",
                      written));
    }
    written = found->fields;
  }
  UPKEEP_TRY(Cron cron, parse_fields(written));
  cron.text_ = trimmed;
  return cron;
}

Result<Cron> Cron::parse_fields(std::string_view text) {
  const auto words = words_of(text);
  if (words.size() != fields.size()) {
    return fail(
        fmt::format("`{}` is no schedule: it has {} fields instead of five, which are "
                    "minute, hour, day of the month, month and weekday, as in `0 2 * * *`",
                    text, words.size()));
  }
  Cron cron;
  std::array<std::uint64_t, 5> values{};
  for (std::size_t i = 0; i < fields.size(); ++i) {
    UPKEEP_TRY(values[i], parse_field(fields[i], words[i]));
  }
  cron.minutes_ = values[0];
  cron.hours_ = values[1];
  cron.days_ = values[2];
  cron.months_ = values[3];
  cron.weekdays_ = (values[4] | values[4] >> 7) & bits(0, 6);
  cron.is_day_or_weekday_ = !words[2].starts_with('*') && !words[4].starts_with('*');
  if (!cron.can_come()) {
    return fail(fmt::format("`{}` is a schedule that never comes: no month `{}` has a day `{}`",
                            text, words[3], words[2]));
  }
  return cron;
}

bool Cron::can_come() const {
  if (is_day_or_weekday_) return true;
  constexpr std::array<std::uint64_t, 12> lengths{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  for (std::uint64_t month = 1; month <= 12; ++month) {
    if (has(months_, month) && (days_ & bits(1, lengths[month - 1])) != 0) return true;
  }
  return false;
}

bool Cron::has_day(local_days day) const {
  const year_month_day date(day);
  const bool fits_day = has(days_, unsigned(date.day()));
  const bool fits_weekday = has(weekdays_, weekday(day).c_encoding());
  return has(months_, unsigned(date.month())) &&
         (is_day_or_weekday_ ? fits_day || fits_weekday : fits_day && fits_weekday);
}

Cron::Minute Cron::next_match(Minute from) const {
  auto day = floor<days>(from);
  const auto end = day + search_max;
  auto hour = static_cast<std::uint64_t>((from - day) / hours{1});
  auto minute = static_cast<std::uint64_t>((from - day) % hours{1} / minutes{1});
  for (; day < end; day += days{1}, hour = 0, minute = 0) {
    if (!has_day(day)) continue;
    for (; hour < 24; ++hour, minute = 0) {
      const std::uint64_t left = minutes_ >> minute << minute;
      if (has(hours_, hour) && left != 0)
        return day + hours{hour} + minutes{std::countr_zero(left)};
    }
  }
  UPKEEP_ASSERT(day < end);
  return from;
}

Cron::Minute Cron::last_match(Minute from) const {
  auto day = floor<days>(from);
  const auto end = day - search_max;
  auto hour = static_cast<std::uint64_t>((from - day) / hours{1});
  auto minute = static_cast<std::uint64_t>((from - day) % hours{1} / minutes{1});
  for (; day > end; day -= days{1}, hour = 23, minute = 59) {
    if (!has_day(day)) continue;
    for (std::uint64_t left_hours = hour + 1; left_hours > 0; --left_hours, minute = 59) {
      const std::uint64_t left = minutes_ & bits(0, minute);
      if (has(hours_, left_hours - 1) && left != 0) {
        return day + hours{left_hours - 1} + minutes{63 - std::countl_zero(left)};
      }
    }
  }
  UPKEEP_ASSERT(day > end);
  return from;
}

/// The instants of what the clock shows, in its order, never fall back; so the first of them that
/// is late enough is the next.
Time Cron::next_after(Time time, const Zone& zone) const {
  const ZoneClock clock(zone);
  if (hours_ == all_hours) return next_of_hours(time, clock);
  Minute minute = next_match(floor<minutes>(clock.at(time)));
  while (clock.first_time(minute) <= time) minute = next_match(minute + minutes{1});
  return clock.first_time(minute);
}

Time Cron::last_at(Time time, const Zone& zone) const {
  const ZoneClock clock(zone);
  if (hours_ == all_hours) return last_of_hours(time, clock);
  Minute minute = last_match(floor<minutes>(clock.at(time)) + turned_back_max);
  while (clock.first_time(minute) > time) minute = last_match(minute - minutes{1});
  return clock.first_time(minute);
}

/// From one turn of the clocks to the next, they go evenly.
Time Cron::next_of_hours(Time time, const ZoneClock& clock) const {
  Time from = time + Duration{1};
  while (true) {
    const LocalTime shown = clock.at(from);
    const Time next = from + (next_match(ceil<minutes>(shown)) - shown);
    const auto turn = clock.next_turn(from);
    if (!turn || next < *turn) return next;
    from = *turn;
  }
}

Time Cron::last_of_hours(Time time, const ZoneClock& clock) const {
  Time from = time;
  while (true) {
    const LocalTime shown = clock.at(from);
    const Time last = from - (shown - last_match(floor<minutes>(shown)));
    const auto turn = clock.last_turn(from);
    if (!turn || last >= *turn) return last;
    from = *turn - Duration{1};
  }
}

}  // namespace upkeep
