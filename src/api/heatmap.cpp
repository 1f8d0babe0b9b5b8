#include "api/heatmap.h"

#include <algorithm>
#include <optional>
#include <variant>

namespace upkeep {
namespace {

using std::chrono::days;
using std::chrono::year_month_day;

constexpr std::size_t values_max = 24;           // of a dimension that gets rows of its own
constexpr std::uint64_t cells_max = 1ull << 22;  // of one tally, before it is put in periods
constexpr std::array periods = {Period::day, Period::week, Period::month, Period::quarter,
                                Period::year};

/// Buckets are counted from the epoch on; weeks begin on Monday.
std::int64_t ordinal(Day day, Period period) {
  const std::int64_t number = day.time_since_epoch().count();
  const year_month_day civil(day);
  const std::int64_t year = static_cast<int>(civil.year());
  const std::int64_t month = static_cast<unsigned>(civil.month()) - 1;
  switch (period) {
    case Period::day:
      return number;
    case Period::week:
      return (number + 3 - ((number + 3) % 7 + 7) % 7) / 7;
    case Period::month:
      return year * 12 + month;
    case Period::quarter:
      return year * 4 + month / 3;
    case Period::year:
      return year;
  }
  return number;
}

Day first_day(std::int64_t ordinal, Period period) {
  const auto begin = [](std::int64_t year, std::int64_t month) {
    return Day{std::chrono::year{static_cast<int>(year)} /
               std::chrono::month{static_cast<unsigned>(month + 1)} / 1};
  };
  switch (period) {
    case Period::day:
      return Day{days{ordinal}};
    case Period::week:
      return Day{days{ordinal * 7 - 3}};
    case Period::month:
      return begin(ordinal / 12, ordinal % 12);
    case Period::quarter:
      return begin(ordinal / 4, ordinal % 4 * 3);
    case Period::year:
      return begin(ordinal, 0);
  }
  return {};
}

/// The tallies of one collection by day, before they are put in periods.
struct Strip {
  std::string collection, label;
  std::vector<std::pair<Day, Tally>> cells;  ///< one for each value of the time dimension
};

/// Steps under a day run in UTC, all others in the configuration's zone.
Zone zone_of(const Config& config, const Collection& collection, std::size_t axis) {
  const auto* range = std::get_if<DateRange>(&collection.dimensions[axis].source);
  const bool under_a_day = range != nullptr && range->every.unit == CalendarStep::Unit::length;
  return under_a_day ? Zone() : config.zone;
}

/// The dimension whose values get rows of their own, if there is a fit one.
std::optional<std::size_t> row_axis(const Space& space, std::size_t time_axis) {
  for (std::size_t axis = 0; axis < space.axes().size(); ++axis) {
    const std::uint64_t size = space.axes()[axis]->size();
    if (axis == time_axis || size < 2 || size > values_max) continue;
    if (size * space.axes()[time_axis]->size() <= cells_max) return axis;
  }
  return {};
}

std::string label_of(const Axis& axis, std::uint64_t value) {
  std::string label;
  for (std::size_t field = 0; field < axis.fields().size(); ++field) {
    if (field > 0) label += ' ';
    axis.append_text(value, field, label);
  }
  return label;
}

bool has_time(const CollectionStanding& standing) {
  return is_judged(standing) && standing.view.space->time_axis().has_value();
}

std::vector<Strip> strips_of(const Snapshot& snapshot, const CollectionStanding& standing,
                             bool with_rows) {
  const Space& space = *standing.view.space;
  const std::size_t time_axis = *space.time_axis();
  const Axis& times = *space.axes()[time_axis];
  const Zone zone = zone_of(snapshot.config, space.collection(), time_axis);
  const auto by = with_rows ? row_axis(space, time_axis) : std::nullopt;
  const std::vector<Tally> tallies =
      by ? tally(space, *standing.view.coverage, snapshot.now, standing.gone, *by, time_axis)
         : tally(space, *standing.view.coverage, snapshot.now, standing.gone, time_axis);
  std::vector<Strip> strips(by ? space.axes()[*by]->size() : 1);
  for (std::size_t row = 0; row < strips.size(); ++row) {
    strips[row].collection = space.collection().name;
    if (by) strips[row].label = label_of(*space.axes()[*by], row);
    strips[row].cells.reserve(times.size());
  }
  for (std::uint64_t value = 0; value < times.size(); ++value) {
    const Day day = zone.day_at(times.start(value));
    for (std::size_t row = 0; row < strips.size(); ++row) {
      strips[row].cells.emplace_back(day, tallies[row * times.size() + value]);
    }
  }
  return strips;
}

std::size_t count_rows(const Snapshot& snapshot) {
  std::size_t rows = 0;
  for (const CollectionStanding& standing : snapshot.collections) {
    if (!has_time(standing)) continue;
    const Space& space = *standing.view.space;
    const auto by = row_axis(space, *space.time_axis());
    rows += by ? space.axes()[*by]->size() : 1;
  }
  return rows;
}

/// The first and the last day on which anything is expected.
std::optional<std::pair<Day, Day>> expected_span(std::span<const Strip> strips) {
  std::optional<std::pair<Day, Day>> span;
  for (const Strip& strip : strips) {
    for (const auto& [day, cell] : strip.cells) {
      if (cell.expected == 0) continue;
      if (!span) span = {day, day};
      span->first = std::min(span->first, day);
      span->second = std::max(span->second, day);
    }
  }
  return span;
}

}  // namespace

Heatmap make_heatmap(const Snapshot& snapshot, const ColumnsMax& columns_max,
                     std::size_t rows_max) {
  const bool with_rows = count_rows(snapshot) <= rows_max;
  std::vector<Strip> strips;
  Heatmap map;
  for (const CollectionStanding& standing : snapshot.collections) {
    if (!has_time(standing)) continue;
    for (Strip& strip : strips_of(snapshot, standing, with_rows)) {
      map.rows.push_back({strip.collection, strip.label, {}});
      strips.push_back(std::move(strip));
    }
  }
  const auto span = expected_span(strips);
  const std::size_t room = map.rows.empty() ? 0 : columns_max(map.rows);
  if (!span || room == 0) return {};
  const auto columns_in = [&](Period period) {
    return static_cast<std::size_t>(ordinal(span->second, period) - ordinal(span->first, period) +
                                    1);
  };
  const auto fit = std::ranges::find_if(periods, [&](Period b) { return columns_in(b) <= room; });
  map.period = fit == periods.end() ? Period::year : *fit;
  const std::size_t columns = std::min(columns_in(map.period), room);
  const std::int64_t begin =
      ordinal(span->second, map.period) - static_cast<std::int64_t>(columns) + 1;
  for (std::size_t i = 0; i < columns; ++i) {
    map.columns.push_back(first_day(begin + static_cast<std::int64_t>(i), map.period));
  }
  for (std::size_t row = 0; row < strips.size(); ++row) {
    map.rows[row].cells.resize(columns);
    for (const auto& [day, cell] : strips[row].cells) {
      const std::int64_t place = ordinal(day, map.period) - begin;
      if (place < 0 || place >= static_cast<std::int64_t>(columns)) continue;
      map.rows[row].cells[static_cast<std::size_t>(place)].good += cell.good;
      map.rows[row].cells[static_cast<std::size_t>(place)].expected += cell.expected;
    }
  }
  return map;
}

}  // namespace upkeep
