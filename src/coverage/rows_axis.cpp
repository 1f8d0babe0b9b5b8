#include "coverage/rows_axis.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>

#include "base/assert.h"
#include "base/text.h"
#include "coverage/hash.h"

namespace upkeep {
namespace {

using namespace std::chrono;

bool is_unfit(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '/'; }

/// What makes a text unfit to stand in a key; empty when nothing does.
std::string_view flaw(std::string_view text) {
  if (text.empty()) return "is empty";
  if (text == "." || text == "..") return "names a folder";
  const auto unfit = std::ranges::find_if(text, is_unfit);
  if (unfit == text.end()) return "";
  return *unfit == '/' ? "holds `/`" : "holds a control character";
}

/// What a text of this type should have been.
std::string_view not_fit(FieldType type) {
  return type == FieldType::number ? "is not a whole number" : "is not a date like 2025-10-21";
}

}  // namespace

void RowsAxis::Numbers::add(std::uint64_t number) {
  if (wide_.empty()) {
    if (number <= std::numeric_limits<std::uint32_t>::max()) {
      narrow_.push_back(static_cast<std::uint32_t>(number));
      return;
    }
    wide_.assign(narrow_.begin(), narrow_.end());
    narrow_ = {};
  }
  wide_.push_back(number);
}

RowsAxis::RowsAxis(Names names, std::vector<std::string> fields, std::vector<Column> columns,
                   std::shared_ptr<const Rows> rows)
    : Axis(std::move(fields)),
      names_(std::move(names)),
      columns_(std::move(columns)),
      rows_(std::move(rows)) {}

Result<AxisPtr> RowsAxis::of_list(const std::string& name, const ValueList& list) {
  const auto rows = std::make_shared<Rows>(std::vector{name});
  for (const std::string& value : list.values) {
    UPKEEP_CHECK(rows->add(std::array{std::string_view(value)}));
  }
  const Names names{name, "value"};
  UPKEEP_TRY(Column column, make_column(names, {name, FieldType::text}, *rows));
  std::shared_ptr<RowsAxis> axis(new RowsAxis(names, {name}, {std::move(column)}, rows));
  axis->index_values();
  if (axis->size() != rows->size()) {
    return fail(fmt::format("dimension `{}`: a value stands twice in its list", name));
  }
  return axis;
}

Result<AxisPtr> RowsAxis::of_table(const std::string& name, const Table& table,
                                   std::shared_ptr<const Rows> rows, const Zone& zone) {
  const Names names{name};
  if (rows->size() >= std::numeric_limits<std::uint32_t>::max()) {
    return fail(fmt::format("dimension `{}`: its table has too many rows", name));
  }
  std::vector<std::string> fields;
  std::vector<Column> columns;
  for (const TableField& field : table.fields) {
    UPKEEP_TRY(Column column, make_column(names, field, *rows));
    fields.push_back(field.name);
    columns.push_back(std::move(column));
  }
  for (const std::string& further : table.columns) {
    UPKEEP_TRY([[maybe_unused]] const Column column,
               make_column(names, {further, FieldType::number}, *rows));
  }
  std::shared_ptr<RowsAxis> axis(
      new RowsAxis(names, std::move(fields), std::move(columns), std::move(rows)));
  axis->index_values();
  axis->find_starts(zone);
  return axis;
}

Result<RowsAxis::Column> RowsAxis::make_column(const Names& names, const TableField& field,
                                               const Rows& rows) {
  const auto at = rows.column(field.name);
  if (!at) {
    return fail(fmt::format("dimension `{}`: the table has no column `{}`; it has {}",
                            names.dimension, field.name, join(rows.columns(), ", ")));
  }
  const bool list = names.row == "value";
  const auto error = [&](std::uint64_t row, std::string_view what) {
    return fail(fmt::format("dimension `{}`, {} {}{}: `{}` {}", names.dimension, names.row, row + 1,
                            list ? "" : fmt::format(", column `{}`", field.name), rows.at(row, *at),
                            what));
  };
  auto numbers = std::make_shared<Numbers>();
  if (field.type != FieldType::text) numbers->reserve(rows.size());
  std::string_view before;
  std::optional<std::uint64_t> number;
  for (std::uint64_t row = 0; row < rows.size(); ++row) {
    const std::string_view text = rows.at(row, *at);
    // Tables are mostly in order, so a text often stands there many times in a row.
    const bool again = row > 0 && text == before;
    before = text;
    if (field.type == FieldType::text) {
      const std::string_view what = again ? "" : flaw(text);
      if (!what.empty()) return error(row, what);
      continue;
    }
    if (!again) number = number_of(field.type, text);
    if (!number) return error(row, not_fit(field.type));
    numbers->add(*number);
  }
  if (field.type == FieldType::text) numbers.reset();
  return Column{*at, field.type, std::move(numbers)};
}

/// As Numbers keeps it.
std::optional<std::uint64_t> RowsAxis::number_of(FieldType type, std::string_view text) {
  if (type == FieldType::number) return parse_number(text);
  const auto date = parse_date(text, false);
  if (!date || text >= "9999") return {};
  return static_cast<std::uint64_t>(*date / minutes_of_day);
}

Cell RowsAxis::cell_of_row(std::uint64_t row, const Column& column) const {
  if (column.type == FieldType::text) return {0, rows_->at(row, column.at)};
  const std::uint64_t number = column.numbers->at(row);
  return {column.type == FieldType::date ? number * minutes_of_day : number, {}};
}

std::uint64_t RowsAxis::hash(std::span<const Cell> cells) const {
  std::uint64_t hash = cells.size();
  for (std::size_t i = 0; i < cells.size(); ++i) {
    hash =
        columns_[i].type == FieldType::text ? mix(hash, cells[i].text) : mix(hash, cells[i].number);
  }
  return hash;
}

void RowsAxis::index_values() {
  index_ = TupleIndex(rows_->size());
  // The index is larger than a processor's caches: the places of some rows are fetched at once.
  constexpr std::uint64_t together = 32;
  std::vector<Cell> cells(together * columns_.size());
  std::array<std::uint64_t, together> hashes;
  for (std::uint64_t begin = 0; begin < rows_->size(); begin += together) {
    const std::uint64_t count = std::min(together, rows_->size() - begin);
    const auto cells_of = [&](std::uint64_t i) {
      return std::span(cells).subspan(i * columns_.size(), columns_.size());
    };
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto row = cells_of(i);
      for (std::size_t c = 0; c < row.size(); ++c) row[c] = cell_of_row(begin + i, columns_[c]);
      hashes[i] = hash(row);
      index_.prefetch(hashes[i]);
    }
    for (std::uint64_t i = 0; i < count; ++i) add_row(begin + i, hashes[i], cells_of(i));
  }
}

void RowsAxis::add_row(std::uint64_t row, std::uint64_t hash, std::span<const Cell> cells) {
  if (find_hashed(hash, cells) != no_value) {
    if (rows_of_values_.empty()) {  // the first that repeats: up to here rows are values
      rows_of_values_.resize(size_);
      std::iota(rows_of_values_.begin(), rows_of_values_.end(), std::uint32_t{0});
    }
    return;
  }
  index_.add(hash, static_cast<std::uint32_t>(size_));
  if (!rows_of_values_.empty()) rows_of_values_.push_back(static_cast<std::uint32_t>(row));
  ++size_;
}

std::uint64_t RowsAxis::find_cells(std::span<const Cell> cells) const {
  return find_hashed(hash(cells), cells);
}

std::uint64_t RowsAxis::find_hashed(std::uint64_t hash, std::span<const Cell> cells) const {
  const auto found = index_.find(hash, [&](std::uint32_t value) {
    const std::uint64_t row = row_of(value);
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const Cell there = cell_of_row(row, columns_[i]);
      if (there.number != cells[i].number || there.text != cells[i].text) return false;
    }
    return true;
  });
  return found ? *found : no_value;
}

Result<AxisPtr> RowsAxis::by_fields(std::span<const std::size_t> wanted) const {
  std::vector<std::string> names;
  std::vector<Column> columns;
  for (const std::size_t field : wanted) {
    names.push_back(fields()[field]);
    columns.push_back(columns_[field]);
  }
  std::shared_ptr<RowsAxis> axis(new RowsAxis(names_, std::move(names), std::move(columns), rows_));
  axis->index_values();
  if (axis->size() == size()) return axis;
  std::uint64_t value = 0;
  while (value < axis->size() && axis->row_of(value) == row_of(value)) ++value;
  std::vector<Cell> cells;
  for (const std::size_t field : wanted) cells.push_back(cell(value, field));
  return fail(fmt::format(
      "dimension `{}`: the rows {} and {} have the same key; add a field that tells them apart to "
      "the key",
      names_.dimension, axis->row_text(axis->find_cells(cells)), row_text(value)));
}

std::string RowsAxis::row_text(std::uint64_t value) const {
  return std::to_string(row_of(value) + 1);
}

Axis::Extent RowsAxis::extent(std::size_t field) const {
  Extent extent;
  for (std::uint64_t value = 0; value < size(); ++value) {
    const Cell there = cell(value, field);
    std::uint64_t measure = there.number;
    if (type(field) == FieldType::text) measure = there.text.size();
    extent.least = value == 0 ? measure : std::min(extent.least, measure);
    extent.most = std::max(extent.most, measure);
  }
  return extent;
}

DateShape RowsAxis::date_shape(std::size_t field) const {
  DateShape shape{.first_year = 1, .last_year = 1};
  if (size() == 0) return shape;
  std::int64_t first = std::numeric_limits<std::int64_t>::max(), last = 0;
  for (std::uint64_t value = 0; value < size(); ++value) {
    const auto date = static_cast<std::int64_t>(cell(value, field).number);
    first = std::min(first, date);
    last = value == 0 ? date : std::max(last, date);
  }
  shape.first_year = int{year_month_day{day_of(first)}.year()};
  shape.last_year = int{year_month_day{day_of(last)}.year()};
  return shape;
}

void RowsAxis::find_starts(const Zone& zone) {
  const auto date = std::ranges::find(columns_, FieldType::date, &Column::type);
  if (date == columns_.end()) return;
  time_ = static_cast<std::size_t>(date - columns_.begin());
  if (size() == 0) return;
  Day last_day = first_day_ = day_of(static_cast<std::int64_t>(cell(0, *time_).number));
  for (std::uint64_t value = 1; value < size(); ++value) {
    const Day day = day_of(static_cast<std::int64_t>(cell(value, *time_).number));
    first_day_ = std::min(first_day_, day);
    last_day = std::max(last_day, day);
  }
  for (Day day = first_day_; day <= last_day + days{1}; day += days{1}) {
    starts_.push_back(zone.start_of(day));
  }
}

Time RowsAxis::at_day(std::uint64_t value, std::int64_t later) const {
  UPKEEP_ASSERT(time_);
  const Day day = day_of(static_cast<std::int64_t>(cell(value, *time_).number));
  return starts_[static_cast<std::uint64_t>((day - first_day_).count() + later)];
}

std::uint64_t RowsAxis::number(std::uint64_t value, std::string_view column) const {
  const auto at = rows_->column(column);
  UPKEEP_ASSERT(at);
  return parse_number(rows_->at(row_of(value), *at)).value_or(0);
}

}  // namespace upkeep
