#include "api/coverage_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <variant>

#include "api/json_writer.h"
#include "api/scan_json.h"
#include "api/words.h"
#include "base/text.h"
#include "coverage/tally_part.h"

namespace upkeep {
namespace {

/// Of a time dimension at once: a megabyte.
constexpr std::uint64_t values_at_once = 1 << 16;

struct CoveragePage {
  std::string by;
  std::uint64_t total = 0;
  std::vector<ValueTally> values;
};

Result<std::size_t> find_axis(const Space& space, const std::string& name) {
  const std::vector<Dimension>& dimensions = space.collection().dimensions;
  const auto found = std::ranges::find(dimensions, name, &Dimension::name);
  if (found != dimensions.end()) return static_cast<std::size_t>(found - dimensions.begin());
  std::vector<std::string> names;
  for (const Dimension& one : dimensions) names.push_back(one.name);
  return fail(
      fmt::format("`by` is a dimension of `{}`: {}", space.collection().name, join(names, ", ")));
}

CoveragePage page_by_value(const CoverageCopy& copy, std::size_t by, const CoverageQuery& query) {
  const Axis& axis = *copy.space->axes()[by];
  CoveragePage page{query.by, axis.size(), {}};
  const std::uint64_t first = std::min(query.offset, axis.size());
  const std::uint64_t count = std::min(query.limit, axis.size() - first);
  const auto cells =
      PartialTally(*copy.space, *copy.coverage, copy.now, copy.gone).part(by, first, count);
  for (std::uint64_t i = 0; i < count; ++i) {
    ValueTally one{{}, cells[i]};
    for (std::size_t field = 0; field < axis.fields().size(); ++field) {
      one.value.emplace_back(axis.fields()[field], axis.text(first + i, field));
    }
    page.values.push_back(std::move(one));
  }
  return page;
}

/// Steps under a day run in UTC, all others in the configuration's zone.
Zone zone_of(const CoverageCopy& copy, std::size_t time_axis) {
  const auto& source = copy.space->collection().dimensions[time_axis].source;
  const auto* range = std::get_if<DateRange>(&source);
  const bool under_a_day = range != nullptr && range->every.unit == CalendarStep::Unit::length;
  return under_a_day ? Zone() : copy.zone;
}

CoveragePage page_by_day(const CoverageCopy& copy, std::size_t by, const CoverageQuery& query) {
  const Axis& axis = *copy.space->axes()[by];
  const Zone zone = zone_of(copy, by);
  const PartialTally tallies(*copy.space, *copy.coverage, copy.now, copy.gone);
  std::map<Day, Tally> days;
  for (std::uint64_t first = 0; first < axis.size(); first += values_at_once) {
    const std::uint64_t count = std::min(values_at_once, axis.size() - first);
    const auto cells = tallies.part(by, first, count);
    for (std::uint64_t i = 0; i < count; ++i) {
      Tally& day = days[zone.day_at(axis.start(first + i))];
      day.good += cells[i].good;
      day.expected += cells[i].expected;
    }
  }
  CoveragePage page{"day", days.size(), {}};
  std::uint64_t place = 0;
  for (const auto& [day, tally] : days) {
    const bool is_shown = place >= query.offset && place - query.offset < query.limit;
    ++place;
    if (is_shown) page.values.push_back({{{"day", to_text(Time(day)).substr(0, 10)}}, tally});
  }
  return page;
}

Result<CoveragePage> page_of(const CoverageCopy& copy, const CoverageQuery& query) {
  if (!query.by.empty()) {
    UPKEEP_TRY(const std::size_t by, find_axis(*copy.space, query.by));
    return page_by_value(copy, by, query);
  }
  if (const auto by = copy.space->time_axis()) return page_by_day(copy, *by, query);
  const auto& dimensions = copy.space->collection().dimensions;
  return fail(fmt::format(
      "`{}` has no dimension of time, so it has no days{}", copy.collection,
      dimensions.empty() ? "" : "; ask by a dimension: `?by=" + dimensions.front().name + "`"));
}

}  // namespace

Result<std::string> coverage_page_json(const CoverageCopy& copy, const CoverageQuery& query) {
  UPKEEP_TRY(const CoveragePage page, page_of(copy, query));
  std::string out;
  JsonWriter json(out, 2);
  json.begin_object()
      .member("collection", copy.collection)
      .member("standing", copy.standing)
      .member("inventory_at", to_text(copy.coverage->taken_at))
      .member("by", page.by)
      .member("total", page.total)
      .member("offset", query.offset)
      .key("next");
  const bool is_last = query.offset >= page.total || page.total - query.offset <= query.limit;
  is_last ? json.null() : json.value(query.offset + query.limit);
  json.key("values");
  write(json, page.values);
  json.end_object();
  out += '\n';
  return out;
}

}  // namespace upkeep
