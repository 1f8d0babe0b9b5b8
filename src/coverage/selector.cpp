#include "coverage/selector.h"

#include <algorithm>
#include <bit>
#include <compare>
#include <limits>

#include "base/assert.h"
#include "base/text.h"
#include "coverage/date_form.h"

namespace upkeep {
namespace {

bool fits(std::strong_ordering order, Operator op) {
  switch (op) {
    case Operator::equal:
      return order == 0;
    case Operator::not_equal:
      return order != 0;
    case Operator::less:
      return order < 0;
    case Operator::less_equal:
      return order <= 0;
    case Operator::greater:
      return order > 0;
    case Operator::greater_equal:
      return order >= 0;
    case Operator::in:
      return order == 0;
  }
  return false;
}

/// A term whose values have been read as the type of their field.
class TermTest {
 public:
  TermTest(const Term& term, const Axis& axis, std::size_t field)
      : op_(term.op), axis_(axis), field_(field), type_(axis.type(field)) {
    for (const std::string& text : term.values) {
      if (const auto cell = read(text)) wanted_.push_back(*cell);
    }
  }

  bool holds(std::uint64_t value) const {
    const Cell cell = axis_.cell(value, field_);
    return std::ranges::any_of(
        wanted_, [&](const Cell& wanted) { return fits(compare(cell, wanted), op_); });
  }

 private:
  std::optional<Cell> read(const std::string& text) const {
    if (type_ == FieldType::text) return Cell{0, text};
    if (type_ == FieldType::number) {
      const auto number = parse_number(text);
      return number ? std::optional(Cell{*number, {}}) : std::nullopt;
    }
    // A day stands for its first instant where the field has a time of day.
    auto date = parse_date(text, false);
    if (!date) date = parse_date(text, true);
    return date ? std::optional(Cell{static_cast<std::uint64_t>(*date), {}}) : std::nullopt;
  }

  std::strong_ordering compare(const Cell& a, const Cell& b) const {
    switch (type_) {
      case FieldType::text:
        return a.text <=> b.text;
      case FieldType::number:
        return a.number <=> b.number;
      case FieldType::date:
        break;
    }
    return static_cast<std::int64_t>(a.number) <=> static_cast<std::int64_t>(b.number);
  }

  Operator op_;
  const Axis& axis_;
  std::size_t field_;
  FieldType type_;
  std::vector<Cell> wanted_;
};

/// Takes the bit out of the masks of those values for which the term does not hold. False
/// when the space has no such field.
bool exclude(const Space& space, const Term& term, std::uint64_t bit, Time now,
             std::vector<std::vector<std::uint64_t>>& masks) {
  const auto walk = [&](std::size_t i, const auto& holds) {
    const std::uint64_t size = space.axes()[i]->size();
    if (masks[i].empty()) masks[i].assign(size, ~std::uint64_t{0});
    for (std::uint64_t value = 0; value < size; ++value) {
      if (!holds(value)) masks[i][value] &= ~bit;
    }
    return true;
  };
  if (term.field == "age") {
    if (!space.time_axis()) return false;
    const Axis& axis = *space.axes()[*space.time_axis()];
    return walk(*space.time_axis(), [&](std::uint64_t value) {
      return fits((now - axis.end(value)).count() <=> term.age.count(), term.op);
    });
  }
  for (std::size_t i = 0; i < space.axes().size(); ++i) {
    const auto fields = space.axes()[i]->fields();
    const auto field = std::ranges::find(fields, term.field);
    if (field == fields.end()) continue;
    const TermTest test(term, *space.axes()[i], static_cast<std::size_t>(field - fields.begin()));
    return walk(i, [&](std::uint64_t value) { return test.holds(value); });
  }
  return false;
}

}  // namespace

Selector::Selector(const Space& space, std::span<const Condition> conditions, Time now) {
  UPKEEP_ASSERT(conditions.size() <= 64);
  std::vector<std::vector<std::uint64_t>> masks(space.axes().size());
  for (std::size_t c = 0; c < conditions.size(); ++c) {
    const std::uint64_t bit = std::uint64_t{1} << c;
    all_ |= bit;
    for (const Term& term : conditions[c].terms) {
      if (!exclude(space, term, bit, now, masks)) all_ &= ~bit;
    }
  }
  for (std::size_t i = 0; i < masks.size(); ++i) {
    // Axes that no condition asks for cost nothing.
    if (masks[i].empty()) continue;
    axes_.push_back({space.stride(i), masks[i].size(), std::move(masks[i])});
  }
}

std::optional<std::size_t> Selector::first(std::uint64_t index) const {
  std::uint64_t left = all_;
  for (const AxisMasks& axis : axes_) left &= axis.masks[index / axis.stride % axis.size];
  if (left == 0) return {};
  return static_cast<std::size_t>(std::countr_zero(left));
}

std::uint64_t Selector::steady_until(std::uint64_t index) const {
  std::uint64_t until = std::numeric_limits<std::uint64_t>::max();
  for (const AxisMasks& axis : axes_) {
    const std::uint64_t value = index / axis.stride % axis.size;
    std::uint64_t same = 1;  // values with the same mask; more than a word of them gains nothing
    while (same * axis.stride < 64 && value + same < axis.size &&
           axis.masks[value + same] == axis.masks[value]) {
      ++same;
    }
    until = std::min(until, (index / axis.stride + same) * axis.stride);
  }
  return until;
}

}  // namespace upkeep
