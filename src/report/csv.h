// A CSV file of a report to objects: the hot path of every comparison with a report.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "report/columns.h"
#include "report/object_batch.h"

namespace upkeep {

/// Feed it the plain bytes in pieces of any size. Rows of older versions and delete markers
/// are passed over where the report has a column for them. An error names the row, from 1;
/// after one, the reader is of no use any more.
class CsvReport {
 public:
  /// `columns` and `bucket` as the manifest has them: a row of another bucket is an error.
  static Result<CsvReport> make(std::span<const std::string> columns, std::string bucket,
                                TakeObjects take);
  ~CsvReport();
  CsvReport(CsvReport&&) noexcept;
  CsvReport& operator=(CsvReport&&) noexcept;

  ReportColumns columns() const;
  Result<void> add(std::string_view piece);
  /// Takes the last row when it has no line break.
  Result<void> finish();
  /// So far, with those that were passed over.
  std::uint64_t rows() const;

 private:
  struct State;
  explicit CsvReport(std::unique_ptr<State>);
  std::unique_ptr<State> state_;
};

}  // namespace upkeep
