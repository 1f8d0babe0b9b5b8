// A Parquet file of a report to objects.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "parquet/file.h"
#include "report/columns.h"
#include "report/object_batch.h"

namespace upkeep {

/// Columns are found by their names. As with CSV, older versions and delete markers are passed
/// over, and a row of another bucket is an error; an error names the row, from 1. Keys are taken
/// as they are: S3 encodes them in CSV only.
class ParquetReport {
 public:
  /// An error when the file is not read, or a column has not the type that S3 gives it.
  static Result<ParquetReport> open(std::uint64_t size, parquet::ReadAt read, std::string bucket);

  ReportColumns columns() const { return columns_of(roles_); }
  std::uint64_t rows() const { return file_.rows(); }
  Result<void> read(const TakeObjects& take) const;

 private:
  ParquetReport(parquet::File file, std::string bucket)
      : file_(std::move(file)), bucket_(std::move(bucket)) {}
  Result<void> take_columns();

  parquet::File file_;
  std::string bucket_;
  std::vector<ColumnRole> roles_;     ///< of the columns that are read
  std::vector<std::size_t> columns_;  ///< their positions in the file
};

}  // namespace upkeep
