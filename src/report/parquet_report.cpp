#include "report/parquet_report.h"

#include <fmt/format.h>

#include <utility>

namespace upkeep {
namespace {

/// What S3 writes for each role.
parquet::Kind kind_of(ColumnRole role) {
  switch (role) {
    case ColumnRole::size:
      return parquet::Kind::number;
    case ColumnRole::modified:
      return parquet::Kind::timestamp;
    case ColumnRole::is_latest:
    case ColumnRole::is_delete_marker:
      return parquet::Kind::boolean;
    default:
      return parquet::Kind::text;
  }
}

std::string_view words_for(ColumnRole role) {
  switch (role) {
    case ColumnRole::size:
      return "a whole number";
    case ColumnRole::modified:
      return "a timestamp";
    case ColumnRole::is_latest:
    case ColumnRole::is_delete_marker:
      return "a boolean";
    default:
      return "text";
  }
}

/// Turns batches of columns into objects.
class Rows {
 public:
  Rows(const std::vector<ColumnRole>& roles, const std::string& bucket, const TakeObjects& take)
      : roles_(roles), bucket_(bucket), objects_(take) {}

  Result<void> take(const parquet::Batch& batch) {
    for (std::size_t row = 0; row < batch.rows; ++row) {
      ++rows_;
      Object object;
      bool is_alive = true;
      const char* wrong = nullptr;
      for (std::size_t i = 0; i < roles_.size(); ++i) {
        wrong = take_value(roles_[i], batch.columns[i], row, object, is_alive, wrong);
      }
      // Of what is passed over, nothing is asked.
      if (!is_alive) continue;
      if (wrong != nullptr) return fail(fmt::format("row {}: {}", rows_, wrong));
      objects_.add(object);
    }
    objects_.flush();  // the keys point into the batch
    return {};
  }

 private:
  const char* take_value(ColumnRole role, const parquet::Values& values, std::size_t row,
                         Object& object, bool& is_alive, const char* wrong) const;

  const std::vector<ColumnRole>& roles_;
  const std::string& bucket_;
  ObjectBatch objects_;
  std::uint64_t rows_ = 0;
};

/// What is wrong with the row, if not with this value then with one before.
const char* Rows::take_value(ColumnRole role, const parquet::Values& values, std::size_t row,
                             Object& object, bool& is_alive, const char* wrong) const {
  const bool is_missing = !values.is_missing.empty() && values.is_missing[row] != 0;
  switch (role) {
    case ColumnRole::bucket:
      return values.texts[row] == bucket_ ? wrong : "it is of another bucket";
    case ColumnRole::key:
      object.key = values.texts[row];
      return object.key.empty() ? "it has no key" : wrong;
    case ColumnRole::size:
      object.size = static_cast<std::uint64_t>(values.numbers[row]);
      return is_missing || values.numbers[row] < 0 ? "it has no size" : wrong;
    case ColumnRole::modified:
      object.modified = Time{Duration{values.numbers[row]}};
      return is_missing ? "it has no date" : wrong;
    case ColumnRole::is_latest:
      is_alive = is_alive && (is_missing || values.numbers[row] != 0);
      return is_missing ? "it does not say whether it is the latest version" : wrong;
    case ColumnRole::is_delete_marker:
      is_alive = is_alive && values.numbers[row] == 0;
      return is_missing ? "it does not say whether it is a delete marker" : wrong;
    case ColumnRole::other:
      break;
  }
  return wrong;
}

}  // namespace

Result<ParquetReport> ParquetReport::open(std::uint64_t size, parquet::ReadAt read,
                                          std::string bucket) {
  UPKEEP_TRY(parquet::File file, parquet::File::open(size, std::move(read)));
  ParquetReport report(std::move(file), std::move(bucket));
  UPKEEP_CHECK(report.take_columns());
  return report;
}

Result<void> ParquetReport::take_columns() {
  std::vector<std::string> names;
  for (const parquet::Column& column : file_.columns()) names.push_back(column.name);
  UPKEEP_TRY(const auto roles, roles_of(names));
  for (std::size_t i = 0; i < roles.size(); ++i) {
    if (roles[i] == ColumnRole::other) continue;
    if (file_.columns()[i].kind != kind_of(roles[i])) {
      return fail(
          fmt::format("the column `{}` of the report is not {}", names[i], words_for(roles[i])));
    }
    roles_.push_back(roles[i]);
    columns_.push_back(i);
  }
  return {};
}

Result<void> ParquetReport::read(const TakeObjects& take) const {
  Rows rows(roles_, bucket_, take);
  return file_.read(columns_, [&](const parquet::Batch& batch) { return rows.take(batch); });
}

}  // namespace upkeep
