#include "coverage/carry_over.h"

#include <algorithm>
#include <utility>

#include "coverage/coverage_file.h"

namespace upkeep {
namespace {

bool are_same(const DateRange& a, const DateRange& b) {
  const auto bounds = [](const DateRange& range) {
    return std::pair(range.from.day, range.to.day);
  };
  return bounds(a) == bounds(b) && a.every.unit == b.every.unit && a.every.count == b.every.count &&
         a.every.length == b.every.length;
}

bool are_same(const NumberRange& a, const NumberRange& b) {
  return a.from == b.from && a.to == b.to && a.every == b.every;
}

bool have_same_cells(const Axis& a, const Axis& b) {
  for (std::uint64_t value = 0; value < a.size(); ++value) {
    for (std::size_t field = 0; field < a.fields().size(); ++field) {
      const Cell x = a.cell(value, field), y = b.cell(value, field);
      if (x.number != y.number || x.text != y.text) return false;
    }
  }
  return true;
}

bool have_same_values(const Axis& a, const Axis& b) {
  if (&a == &b) return true;
  if (a.size() != b.size() || !std::ranges::equal(a.fields(), b.fields())) return false;
  for (std::size_t field = 0; field < a.fields().size(); ++field) {
    if (a.type(field) != b.type(field)) return false;
  }
  const auto one = a.range(), other = b.range();
  if (!one || !other) return !one && !other && have_same_cells(a, b);
  if (one->index() != other->index()) return false;
  const auto* dates = std::get_if<DateRange>(&*one);
  return dates != nullptr ? are_same(*dates, std::get<DateRange>(*other))
                          : are_same(std::get<NumberRange>(*one), std::get<NumberRange>(*other));
}

}  // namespace

bool have_same_values(const Space& a, const Space& b) {
  return std::ranges::equal(a.axes(), b.axes(), [](const AxisPtr& one, const AxisPtr& other) {
    return have_same_values(*one, *other);
  });
}

/// An hour later most collections are what they were: then the numbers are the same, too.
Coverage carry_over(const Space& from, const Coverage& coverage, const Space& to) {
  if (&from == &to || have_same_values(from, to)) return coverage;
  auto carried = decode_coverage(encode_coverage(from, coverage), to);
  return carried ? *std::move(carried) : Coverage{};
}

}  // namespace upkeep
