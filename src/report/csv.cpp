// Two ways lead through a row. The quick one (quick_row.h) knows only what S3 writes, and keeps
// away from the end of the piece. The slow one (csv_row.h) takes what is left over: it knows
// everything, and is the only one that finds errors.
#include "report/csv.h"

#include <fmt/format.h>

#include <optional>
#include <utility>
#include <vector>

#include "base/text.h"
#include "report/csv_row.h"
#include "report/quick_row.h"

namespace upkeep {
namespace {

// No row of S3 is nearly as long; what is longer is not a report.
constexpr std::size_t row_size_max = 1 << 20;

std::string shown(std::string_view field) {
  constexpr std::size_t shown_max = 80;
  if (field.size() <= shown_max) return fmt::format("`{}`", field);
  return fmt::format("`{} …`", field.substr(0, shown_max));
}

std::optional<bool> parse_flag(std::string_view field) {
  if (field == "true" || field == "True" || field == "TRUE") return true;
  if (field == "false" || field == "False" || field == "FALSE") return false;
  return {};
}

}  // namespace

struct CsvReport::State {
  State(std::vector<ColumnRole> its_roles, std::span<const std::string> its_names,
        std::string its_bucket, TakeObjects take)
      : roles(std::move(its_roles)),
        names(its_names.begin(), its_names.end()),
        bucket(std::move(its_bucket)),
        batch(std::move(take)),
        quick(roles, bucket) {}

  Result<void> add(std::string_view piece);
  Result<void> finish();
  Result<void> complete(std::string_view& piece);

  const char* take_quickly(std::string_view text);
  Result<void> take_slowly(std::string_view text);
  Result<bool> is_passed_over(std::span<const std::string_view> fields) const;
  Result<void> take_field(std::size_t column, std::string_view field, Object& object);
  std::unexpected<Error> wrong(std::size_t column, std::string_view field,
                               std::string_view what) const {
    return fail(
        fmt::format("row {}: `{}` is {}, which is {}", rows, names[column], shown(field), what));
  }

  bool take_key(std::string_view text, Object& object);

  const std::vector<ColumnRole> roles;
  const std::vector<std::string> names;
  const std::string bucket;
  ObjectBatch batch;
  QuickRow quick;
  std::uint64_t rows = 0;

  CsvRow row;
  std::string begun;  ///< a row whose end has not come yet
  RowEnd begun_end;   ///< looks for that end
};

Result<void> CsvReport::State::add(std::string_view piece) {
  UPKEEP_CHECK(complete(piece));
  while (!piece.empty()) {
    const char* next = take_quickly(piece);
    if (next == nullptr) {
      RowEnd end;
      const std::size_t size = end.find(piece);
      if (size == std::string_view::npos) {
        begun = piece;
        begun_end = end;
        break;
      }
      UPKEEP_CHECK(take_slowly(piece.substr(0, size)));
      next = piece.data() + size;
    }
    piece.remove_prefix(static_cast<std::size_t>(next - piece.data()));
  }
  batch.flush();  // the keys point into the piece
  return {};
}

/// Brings the row that an earlier piece began to its end, if that end is here.
Result<void> CsvReport::State::complete(std::string_view& piece) {
  if (begun.empty()) return {};
  const std::size_t size = begun_end.find(piece);
  const bool is_whole = size != std::string_view::npos;
  begun += piece.substr(0, size);
  piece.remove_prefix(is_whole ? size : piece.size());
  if (!is_whole && begun.size() <= row_size_max) return {};
  UPKEEP_CHECK(take_slowly(begun));
  begun.clear();
  return {};
}

Result<void> CsvReport::State::finish() {
  // Neither a line break nor the last field: more was to come.
  if (begun.ends_with(',')) return fail(fmt::format("row {}: it was cut short", rows + 1));
  if (!begun.empty()) UPKEEP_CHECK(take_slowly(begun));
  batch.flush();
  return {};
}

/// Where the next row begins; null when this one is for the slow way.
const char* CsvReport::State::take_quickly(std::string_view text) {
  if (text.size() <= quick.margin()) return nullptr;
  // Right where it is to stay: copying it would wait for what has just been written.
  Object& object = batch.next();
  QuickRow::Traits traits;
  const char* const next =
      quick.read(text.data(), text.data() + (text.size() - quick.margin()), object, traits);
  if (next == nullptr) return nullptr;
  if (traits.is_alive && !traits.is_encoded) {
    batch.keep_next();
  } else if (traits.is_alive) {
    Object decoded = object;
    if (!take_key(object.key, decoded)) return nullptr;
    batch.add(decoded);
  }
  ++rows;
  return next;
}

Result<void> CsvReport::State::take_slowly(std::string_view text) {
  ++rows;
  if (text.size() > row_size_max) {
    return fail(fmt::format("row {}: it is longer than {} bytes; this is no inventory report", rows,
                            row_size_max));
  }
  const auto fields = row.split(text);
  if (!fields) return fail(fmt::format("row {}: {}", rows, fields.error().text));
  if (fields->size() != roles.size()) {
    return fail(fmt::format("row {}: it has {} column{}, but the manifest names {}", rows,
                            fields->size(), fields->size() == 1 ? "" : "s", roles.size()));
  }
  UPKEEP_TRY(const bool passed_over, is_passed_over(*fields));
  if (passed_over) return {};
  Object object;
  for (std::size_t i = 0; i < roles.size(); ++i) UPKEEP_CHECK(take_field(i, (*fields)[i], object));
  batch.add(object);
  return {};
}

/// An older version or a delete marker; such a row may lack its size.
Result<bool> CsvReport::State::is_passed_over(std::span<const std::string_view> fields) const {
  bool passed_over = false;
  for (std::size_t i = 0; i < roles.size(); ++i) {
    const bool is_latest = roles[i] == ColumnRole::is_latest;
    if (!is_latest && roles[i] != ColumnRole::is_delete_marker) continue;
    const auto flag = parse_flag(fields[i]);
    if (!flag) return wrong(i, fields[i], "neither true nor false");
    passed_over = passed_over || *flag != is_latest;
  }
  return passed_over;
}

Result<void> CsvReport::State::take_field(std::size_t column, std::string_view field,
                                          Object& object) {
  switch (roles[column]) {
    case ColumnRole::bucket:
      if (field != bucket) return wrong(column, field, fmt::format("not `{}`", bucket));
      break;
    case ColumnRole::key:
      if (field.empty()) return wrong(column, field, "no key");
      if (!take_key(field, object)) {
        return wrong(column, field, "no URL-encoded text: two hexadecimal digits must follow `%`");
      }
      break;
    case ColumnRole::size: {
      const auto size = parse_number(field);
      if (!size) return wrong(column, field, "not a number of bytes");
      object.size = *size;
      break;
    }
    case ColumnRole::modified: {
      const auto time = parse_time(field);
      if (!time) return wrong(column, field, "no time like 2024-01-02T03:04:05.000Z");
      object.modified = *time;
      break;
    }
    case ColumnRole::is_latest:
    case ColumnRole::is_delete_marker:
    case ColumnRole::other:
      break;
  }
  return {};
}

/// Makes the key the object's, in memory of the batch; false when it is no URL-encoded text.
bool CsvReport::State::take_key(std::string_view text, Object& object) {
  char* const into = batch.room(text.size());
  const std::size_t size = decode_key(text, into);
  if (size == std::string_view::npos) return false;
  batch.keep(size);
  object.key = {into, size};
  return true;
}

CsvReport::CsvReport(std::unique_ptr<State> state) : state_(std::move(state)) {}
CsvReport::~CsvReport() = default;
CsvReport::CsvReport(CsvReport&&) noexcept = default;
CsvReport& CsvReport::operator=(CsvReport&&) noexcept = default;

Result<CsvReport> CsvReport::make(std::span<const std::string> columns, std::string bucket,
                                  TakeObjects take) {
  UPKEEP_TRY(auto roles, roles_of(columns));
  return CsvReport(
      std::make_unique<State>(std::move(roles), columns, std::move(bucket), std::move(take)));
}

ReportColumns CsvReport::columns() const { return columns_of(state_->roles); }
Result<void> CsvReport::add(std::string_view piece) { return state_->add(piece); }
Result<void> CsvReport::finish() { return state_->finish(); }
std::uint64_t CsvReport::rows() const { return state_->rows; }

}  // namespace upkeep
