// Parquet to rows, a batch of each column at a time.
#include "io/table_parquet.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

#include "coverage/date_form.h"
#include "io/table_text.h"
#include "parquet/file.h"

namespace upkeep {
namespace {

using parquet::Kind;
using namespace std::chrono;

constexpr std::int64_t milliseconds_of_day = 24 * 60 * 60 * 1000;

/// The texts of one column of a batch. They are valid until the next one.
class Texts {
 public:
  explicit Texts(const parquet::Column& column) : column_(column) {}

  /// The text of a value, or nothing; then flaw() says why.
  std::optional<std::string_view> at(const parquet::Values& values, std::size_t row) {
    if (!values.is_missing.empty() && values.is_missing[row] != 0) {
      return without("null; leave such rows out of the file");
    }
    if (column_.kind == Kind::text) return values.texts[row];
    const std::int64_t number = values.numbers[row];
    if (column_.kind == Kind::number) return number_text(number);
    // Tables are mostly in order, so a date often stands there many times in a row.
    if (has_date_ && number == date_) return date_text_;
    return date_text(number);
  }

  const std::string& flaw() const { return flaw_; }

 private:
  std::nullopt_t without(std::string_view flaw) {
    flaw_ = flaw;
    return std::nullopt;
  }

  std::string_view number_text(std::int64_t number) {
    const bool is_unsigned = column_.annotation == parquet::Annotation::unsigned_number;
    char* const end = digits_ + sizeof digits_;
    const auto written = is_unsigned
                             ? std::to_chars(digits_, end, static_cast<std::uint64_t>(number))
                             : std::to_chars(digits_, end, number);
    return {digits_, written.ptr};
  }

  std::optional<std::string_view> date_text(std::int64_t number) {
    std::int64_t day = number;
    if (column_.kind == Kind::timestamp) {
      if (number % milliseconds_of_day != 0) {
        return without(
            "a time within a day; only whole days are read, so write the column as DATE");
      }
      day /= milliseconds_of_day;
    }
    constexpr sys_days first = year{1} / January / 1, last = year{9999} / December / 31;
    if (day < first.time_since_epoch().count() || day > last.time_since_epoch().count()) {
      return without("a date outside of the years 0001 to 9999");
    }
    date_text_.clear();
    append_date(minutes_at(sys_days{days{day}}), false, date_text_);
    has_date_ = true;
    date_ = number;
    return date_text_;
  }

  const parquet::Column& column_;
  std::string flaw_;
  char digits_[24];
  bool has_date_ = false;
  std::int64_t date_ = 0;  ///< what date_text_ was made of
  std::string date_text_;
};

Result<std::vector<std::size_t>> find_columns(const parquet::File& file,
                                              const std::vector<std::string>& wanted) {
  std::vector<std::string> names;
  for (const parquet::Column& column : file.columns()) names.push_back(column.name);
  std::vector<std::size_t> positions;
  for (const std::string& name : wanted) {
    const auto found = std::ranges::find(names, name);
    if (found == names.end()) return fail(no_such_column("column", name, names));
    if (std::find(found + 1, names.end(), name) != names.end()) {
      return fail(fmt::format("the column `{}` stands twice", name));
    }
    positions.push_back(static_cast<std::size_t>(found - names.begin()));
    const parquet::Column& column = file.columns()[positions.back()];
    UPKEEP_CHECK(parquet::check_readable(column));
    if (column.kind == Kind::boolean) {
      return fail(
          fmt::format("the column `{}` holds booleans; write it as text or whole numbers", name));
    }
  }
  return positions;
}

}  // namespace

Result<Rows> read_parquet(std::uint64_t size, parquet::ReadAt read,
                          std::vector<std::string> columns, NoRows no_rows) {
  UPKEEP_TRY(const parquet::File file, parquet::File::open(size, std::move(read)));
  UPKEEP_TRY(const std::vector<std::size_t> positions, find_columns(file, columns));
  Rows rows(std::move(columns));
  std::vector<Texts> texts;
  for (const std::size_t position : positions) texts.emplace_back(file.columns()[position]);
  std::vector<std::string_view> row_texts(positions.size());
  const auto take = [&](const parquet::Batch& batch) -> Result<void> {
    for (std::size_t row = 0; row < batch.rows; ++row) {
      for (std::size_t i = 0; i < texts.size(); ++i) {
        const auto text = texts[i].at(batch.columns[i], row);
        if (!text) {
          return fail(fmt::format("row {}: the column `{}` is {}", rows.size() + 1,
                                  rows.columns()[i], texts[i].flaw()));
        }
        row_texts[i] = *text;
      }
      UPKEEP_CHECK(rows.add(row_texts));
    }
    return {};
  };
  UPKEEP_CHECK(file.read(positions, take));
  if (rows.size() == 0 && no_rows == NoRows::are_an_error) return fail("it has no rows");
  return rows;
}

}  // namespace upkeep
