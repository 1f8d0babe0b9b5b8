#include "coverage/axis.h"

#include <fmt/format.h>

#include "base/assert.h"
#include "base/digits.h"
#include "base/text.h"
#include "coverage/date_axis.h"
#include "coverage/number_axis.h"
#include "coverage/rows_axis.h"

namespace upkeep {

void Axis::append_text(std::uint64_t value, std::size_t field, std::string& out) const {
  const Cell there = cell(value, field);
  switch (type(field)) {
    case FieldType::text:
      out += there.text;
      break;
    case FieldType::number:
      append_digits(out, there.number, 1);
      break;
    case FieldType::date:
      append_date(static_cast<std::int64_t>(there.number), has_clock(), out);
      break;
  }
}

std::string Axis::text(std::uint64_t value, std::size_t field) const {
  std::string out;
  append_text(value, field, out);
  return out;
}

std::optional<Cell> Axis::parse(std::size_t field, std::string_view text) const {
  switch (type(field)) {
    case FieldType::text:
      return Cell{0, text};
    case FieldType::number: {
      const auto number = parse_number(text);
      if (!number || (text.size() > 1 && text.front() == '0')) return {};
      return Cell{*number, {}};
    }
    case FieldType::date:
      break;
  }
  const auto date = parse_date(text, has_clock());
  if (!date) return {};
  return Cell{static_cast<std::uint64_t>(*date), {}};
}

std::optional<std::uint64_t> Axis::find(std::span<const std::string_view> texts) const {
  if (texts.size() != fields_.size()) return {};
  std::vector<Cell> cells;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto parsed = parse(i, texts[i]);
    if (!parsed) return {};
    cells.push_back(*parsed);
  }
  const std::uint64_t value = find_cells(cells);
  return value == no_value ? std::nullopt : std::optional(value);
}

DateShape Axis::date_shape(std::size_t) const { return {}; }

Time Axis::start(std::uint64_t) const {
  UPKEEP_ASSERT(!"an axis without dates has no time");
  return {};
}

Time Axis::end(std::uint64_t value) const { return start(value); }

std::uint64_t Axis::number(std::uint64_t, std::string_view) const {
  UPKEEP_ASSERT(!"only a table has further columns");
  return 0;
}

Result<AxisPtr> make_axis(const Dimension& dimension, const Surroundings& around) {
  if (const auto* dates = std::get_if<DateRange>(&dimension.source)) {
    return DateAxis::make(dimension.name, *dates, around);
  }
  if (const auto* numbers = std::get_if<NumberRange>(&dimension.source)) {
    return NumberAxis::make(dimension.name, *numbers);
  }
  if (const auto* list = std::get_if<ValueList>(&dimension.source)) {
    return RowsAxis::of_list(dimension.name, *list);
  }
  const auto made = around.axes.find(dimension.name);
  if (made != around.axes.end()) return made->second;
  const auto rows = around.tables.find(dimension.name);
  if (rows == around.tables.end() || rows->second == nullptr) {
    return fail(fmt::format("dimension `{}`: its table has not been read", dimension.name));
  }
  return RowsAxis::of_table(dimension.name, std::get<Table>(dimension.source), rows->second,
                            around.zone);
}

}  // namespace upkeep
