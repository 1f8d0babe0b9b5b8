// The rows of a table, or the values of a list, looked up by hash. The texts stay in the
// rows; a value costs 12 bytes beside them, and 4 for each date or number.
#pragma once
#include "coverage/axis.h"
#include "coverage/tuple_index.h"

namespace upkeep {

class RowsAxis final : public Axis {
 public:
  /// An error names the dimension and the value.
  static Result<AxisPtr> of_list(const std::string& name, const ValueList&);
  /// An error names the dimension, the row (the first has number 1) and the column. `rows`
  /// may have more columns than are asked for. The time is the first field of type date.
  static Result<AxisPtr> of_table(const std::string& name, const Table&,
                                  std::shared_ptr<const Rows> rows, const Zone&);
  /// The same values, told apart by some of the fields only: for a key that does not hold all
  /// of them. An error names two rows that these fields cannot tell apart.
  Result<AxisPtr> by_fields(std::span<const std::size_t> fields) const;

  std::uint64_t size() const override { return size_; }
  FieldType type(std::size_t field) const override { return columns_[field].type; }
  Cell cell(std::uint64_t value, std::size_t field) const override {
    return cell_of_row(row_of(value), columns_[field]);
  }
  std::uint64_t find_cells(std::span<const Cell>) const override;
  Extent extent(std::size_t field) const override;
  DateShape date_shape(std::size_t field) const override;
  Time start(std::uint64_t value) const override { return at_day(value, 0); }
  Time end(std::uint64_t value) const override { return at_day(value, 1); }
  std::uint64_t number(std::uint64_t value, std::string_view column) const override;

 private:
  /// Numbers that mostly need four bytes each.
  class Numbers {
   public:
    void reserve(std::uint64_t count) { narrow_.reserve(count); }
    void add(std::uint64_t number);
    std::uint64_t at(std::uint64_t i) const { return wide_.empty() ? narrow_[i] : wide_[i]; }

   private:
    std::vector<std::uint32_t> narrow_;
    std::vector<std::uint64_t> wide_;  ///< instead, once one is larger
  };
  struct Column {
    std::size_t at = 0;  ///< in the rows
    FieldType type = FieldType::text;
    std::shared_ptr<const Numbers> numbers;  ///< by row; not for texts. Of dates, the days
  };
  /// How its rows are called in errors.
  struct Names {
    std::string dimension, row = "row";
  };

  RowsAxis(Names, std::vector<std::string> fields, std::vector<Column>,
           std::shared_ptr<const Rows>);
  static Result<Column> make_column(const Names&, const TableField&, const Rows&);
  static std::optional<std::uint64_t> number_of(FieldType, std::string_view text);
  Cell cell_of_row(std::uint64_t row, const Column&) const;
  std::uint64_t row_of(std::uint64_t value) const {
    return rows_of_values_.empty() ? value : rows_of_values_[value];
  }
  std::uint64_t hash(std::span<const Cell>) const;
  std::uint64_t find_hashed(std::uint64_t hash, std::span<const Cell>) const;
  void index_values();
  void add_row(std::uint64_t row, std::uint64_t hash, std::span<const Cell>);
  void find_starts(const Zone&);
  Time at_day(std::uint64_t value, std::int64_t later) const;
  std::string row_text(std::uint64_t value) const;

  Names names_;
  std::vector<Column> columns_;
  std::shared_ptr<const Rows> rows_;
  std::uint64_t size_ = 0;
  std::vector<std::uint32_t> rows_of_values_;  ///< only where rows repeat: else they are the same
  TupleIndex index_;
  std::optional<std::size_t> time_;  ///< the first field of type date
  Day first_day_;
  std::vector<Time> starts_;  ///< of all days from first_day_ on
};

inline constexpr std::uint64_t axis_values_max = std::uint64_t{1} << 32;

}  // namespace upkeep
