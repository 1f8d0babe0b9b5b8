// Parquet files with plain columns: the tables of a configuration and the reports of S3. Own
// code, since no distribution has a library for it. What is read, and limits: docs/parquet.md.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "parquet/chunk_input.h"
#include "parquet/column_reader.h"
#include "parquet/schema.h"

namespace upkeep::parquet {

/// Some rows: the columns that were asked for, in that order, each with `rows` values.
struct Batch {
  std::size_t rows = 0;
  std::span<const Values> columns;
};

/// The texts are valid during the call only; behind each, `padding` bytes can be read. Its
/// error ends the reading.
using TakeBatch = std::function<Result<void>(const Batch&)>;

/// Reads only the columns that are asked for, a page of each at a time, so memory does not grow
/// with the file. Row groups may be read by several threads at once when ReadAt allows it.
class File {
 public:
  /// An error when the file of `size` bytes is not Parquet, is damaged, or is encrypted.
  static Result<File> open(std::uint64_t size, ReadAt read);

  const std::vector<Column>& columns() const { return columns_; }
  std::uint64_t rows() const { return metadata_.rows; }
  std::size_t row_groups() const { return metadata_.row_groups.size(); }

  /// Do the values of all columns lie between the begin and the footer? Columns that are not read
  /// here are looked at, too; an error names the column.
  Result<void> check_places() const;

  /// The position of a column by its name; an error names those that there are.
  Result<std::size_t> find(std::string_view name) const;

  /// `wanted` are positions in columns(). An error names the column.
  Result<void> read(std::span<const std::size_t> wanted, const TakeBatch& take) const;
  Result<void> read_row_group(std::size_t row_group, std::span<const std::size_t> wanted,
                              const TakeBatch& take) const;

 private:
  File() = default;
  Result<void> check_chunk(const RowGroup&, std::size_t column) const;
  bool lies_inside(const ColumnChunk&) const;

  ReadAt read_;
  std::uint64_t data_end_ = 0;  ///< where the footer begins
  Metadata metadata_;
  std::vector<Column> columns_;
};

}  // namespace upkeep::parquet
