#include "coverage/date_axis.h"

#include <fmt/format.h>

#include <algorithm>

namespace upkeep {
namespace {

using namespace std::chrono;
using Unit = CalendarStep::Unit;

Day day_of_bound(const DateBound& bound, Day today) {
  return bound.today ? today + days{bound.days} : bound.day;
}

std::string show(Day day) {
  std::string text;
  append_date(minutes_at(day), false, text);
  return text;
}

/// So many months later; a day that the month does not have becomes its last.
Day add_months(year_month_day first, std::int64_t count) {
  const year_month month = year_month{first.year(), first.month()} + months{count};
  const day last = (month / std::chrono::last).day();
  return sys_days{month / std::min(first.day(), last)};
}

std::int64_t month_number(year_month_day date) {
  return int{date.year()} * std::int64_t{12} + unsigned{date.month()} - 1;
}

Result<void> check(const std::string& name, Day from, Day to, const CalendarStep& every) {
  const auto error = [&](std::string_view what) {
    return fail(fmt::format("dimension `{}`: {}", name, what));
  };
  if (from < sys_days{year{1} / January / 1} || to > sys_days{year{9998} / December / 31}) {
    return error("its dates must lie in the years 0001 to 9998");
  }
  if (every.unit == Unit::length) {
    if (every.length < 1min || every.length % 1min != 0ms || 24h % every.length != 0ms) {
      return error("a step under a day must be whole minutes and divide the day, as `15m` or `1h`");
    }
  } else if (every.count < 1 || every.count > 100'000) {
    return error("`every` must be at least one day or month");
  }
  return {};
}

}  // namespace

DateAxis::DateAxis(const std::string& name, Day from, CalendarStep every)
    : Axis({name}), from_(from), first_(from), every_(every) {
  if (every.unit == Unit::length) step_ = every.length / 1min;
}

Result<AxisPtr> DateAxis::make(const std::string& name, const DateRange& range,
                               const Surroundings& around) {
  // Steps under a day run in UTC, so their last day is the one of UTC, too.
  const bool under_a_day = range.every.unit == Unit::length;
  const Day today = under_a_day ? floor<days>(around.now) : around.zone.day_at(around.now);
  const Day from = day_of_bound(range.from, today);
  const Day to = day_of_bound(range.to, today);
  UPKEEP_CHECK(check(name, std::min(from, to), std::max(from, to), range.every));
  if (from > to && !range.from.today && !range.to.today) {
    return fail(
        fmt::format("dimension `{}`: `from` ({}) is after `to` ({})", name, show(from), show(to)));
  }
  std::shared_ptr<DateAxis> axis(new DateAxis(name, from, range.every));
  axis->size_ = from > to ? 0 : axis->count_up_to(to);
  if (!under_a_day) {
    axis->starts_.reserve(axis->size_ + 1);
    for (std::uint64_t i = 0; i <= axis->size_; ++i) {
      axis->starts_.push_back(around.zone.start_of(day_of(axis->minutes(i))));
    }
  }
  return axis;
}

std::uint64_t DateAxis::count_up_to(Day to) const {
  switch (every_.unit) {
    case Unit::length:
      return static_cast<std::uint64_t>(((to - from_).count() + 1) * minutes_of_day / step_);
    case Unit::days:
      return static_cast<std::uint64_t>((to - from_).count() / every_.count) + 1;
    case Unit::months:
      break;
  }
  const std::int64_t months_between = month_number(to) - month_number(first_);
  std::uint64_t count = static_cast<std::uint64_t>(months_between / every_.count) + 1;
  if (day_of(minutes(count - 1)) > to) --count;
  return count;
}

std::int64_t DateAxis::minutes(std::uint64_t value) const {
  const auto count = static_cast<std::int64_t>(value);
  switch (every_.unit) {
    case Unit::length:
      return minutes_at(from_) + count * step_;
    case Unit::days:
      return minutes_at(from_ + days{count * every_.count});
    case Unit::months:
      break;
  }
  return minutes_at(add_months(first_, count * every_.count));
}

Cell DateAxis::cell(std::uint64_t value, std::size_t) const {
  return {static_cast<std::uint64_t>(minutes(value)), {}};
}

std::uint64_t DateAxis::find_cells(std::span<const Cell> cells) const {
  const auto wanted = static_cast<std::int64_t>(cells[0].number);
  const std::int64_t from = minutes_at(from_);
  if (wanted < from) return no_value;
  if (every_.unit == Unit::months) {
    const Day day = day_of(wanted);
    const std::int64_t between = month_number(day) - month_number(first_);
    if (between % every_.count != 0) return no_value;
    const auto value = static_cast<std::uint64_t>(between / every_.count);
    if (value >= size_ || minutes(value) != wanted) return no_value;
    return value;
  }
  const std::int64_t step = every_.unit == Unit::length ? step_ : every_.count * minutes_of_day;
  const auto value = static_cast<std::uint64_t>((wanted - from) / step);
  if (value >= size_ || (wanted - from) % step != 0) return no_value;
  return value;
}

Axis::Extent DateAxis::extent(std::size_t) const {
  if (size_ == 0) return {};
  return {cell(0, 0).number, cell(size_ - 1, 0).number};
}

DateShape DateAxis::date_shape(std::size_t) const {
  using Precision = DateShape::Precision;
  DateShape shape;
  shape.month = unsigned{first_.month()};
  shape.day = unsigned{first_.day()};
  shape.first_year = int{first_.year()};
  shape.last_year = shape.first_year;
  if (size_ != 0) shape.last_year = int{year_month_day{day_of(minutes(size_ - 1))}.year()};
  switch (every_.unit) {
    case Unit::length:
      shape.precision = step_ % 60 == 0 ? Precision::hour : Precision::minute;
      break;
    case Unit::days:
      shape.precision = Precision::day;
      break;
    case Unit::months:
      shape.precision = every_.count % 12 == 0 ? Precision::year : Precision::month;
      break;
  }
  return shape;
}

std::optional<std::variant<DateRange, NumberRange>> DateAxis::range() const {
  if (size_ == 0) return {};
  const auto fixed = [](Day day) { return DateBound{false, 0, day}; };
  return DateRange{fixed(from_), fixed(day_of(minutes(size_ - 1))), every_};
}

Time DateAxis::start(std::uint64_t value) const {
  if (has_clock()) return Time{std::chrono::minutes{minutes(value)}};
  return starts_[value];
}

Time DateAxis::end(std::uint64_t value) const { return start(value + 1); }

}  // namespace upkeep
