#include "io/table_cache.h"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "coverage/rows_axis.h"
#include "io/tables.h"

namespace upkeep {
namespace {

/// Some file systems count whole seconds, or two.
constexpr std::int64_t racy_seconds = 2;

/// What differs when a file was written, or replaced by another one.
struct FileVersion {
  std::uint64_t device = 0, inode = 0;
  std::int64_t size = 0;
  std::int64_t written = 0, written_nanoseconds = 0;
  std::int64_t changed = 0, changed_nanoseconds = 0;  ///< cannot be set back, as `written` can
  bool operator==(const FileVersion&) const = default;
};

/// Nothing when it cannot be seen.
std::optional<FileVersion> version_of(const std::string& path) {
  struct stat facts{};
  if (::stat(path.c_str(), &facts) != 0) return {};
  return FileVersion{facts.st_dev,         facts.st_ino,          facts.st_size,
                     facts.st_mtim.tv_sec, facts.st_mtim.tv_nsec, facts.st_ctim.tv_sec,
                     facts.st_ctim.tv_nsec};
}

/// Of all files that a table is read from.
struct TableVersion {
  FileVersion file;
  std::optional<FileVersion> log;  ///< of SQLite: what was written and is not in the file yet
  bool operator==(const TableVersion&) const = default;
};

std::optional<TableVersion> version_of(const Table& table) {
  const auto file = version_of(table.path);
  if (!file) return {};
  TableVersion version{*file, {}};
  if (table.format != Table::Format::sqlite) return version;
  // Reading makes an empty log, which says as little as none; and, for root, each opening of
  // the log sets its owner, which is a change but no write.
  auto log = version_of(table.path + "-wal");
  if (!log || log->size == 0) return version;
  log->changed = log->changed_nanoseconds = 0;
  version.log = log;
  return version;
}

std::int64_t seconds_now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now())
      .time_since_epoch()
      .count();
}

/// Would a write from `now` on show in the times?
bool is_settled(const TableVersion& version, std::int64_t now) {
  std::int64_t written = version.file.written;
  if (version.log) written = std::max(written, version.log->written);
  return now - written > racy_seconds;
}

}  // namespace

struct TableCache::Entry {
  std::mutex mutex;
  std::shared_ptr<const Rows> rows;  ///< null unless they can be used again
  TableVersion version;              ///< that they were read from
  /// Made of `rows`: by the name of the dimension and the types of its fields.
  std::map<std::pair<std::string, std::vector<FieldType>>, AxisPtr> axes;

  Result<std::shared_ptr<const Rows>> read(const Table&);
};

Result<std::shared_ptr<const Rows>> TableCache::Entry::read(const Table& table) {
  const std::int64_t now = seconds_now();
  const auto before = version_of(table);
  if (rows && before == version) return rows;
  rows.reset();  // first, so that there is room for the new ones
  axes.clear();
  UPKEEP_TRY(Rows read, read_table(table));
  auto shared = std::make_shared<const Rows>(std::move(read));
  // Between the two looks nothing was written or put in its place: this is what was read.
  if (before && is_settled(*before, now) && version_of(table) == before) {
    rows = shared;
    version = *before;
  }
  return shared;
}

TableCache::TableCache(Zone zone, Gather gather)
    : zone_(std::move(zone)), gather_(std::move(gather)) {}
TableCache::~TableCache() = default;

TableCache::Entry& TableCache::entry_of(const Table& table) {
  const std::lock_guard lock(mutex_);
  auto& entry = entries_[{table.format, table.path, table.query, columns_of(table)}];
  if (!entry) entry = std::make_unique<Entry>();
  return *entry;
}

Result<std::shared_ptr<const Rows>> TableCache::rows(const Table& table) {
  Entry& entry = entry_of(table);
  const std::lock_guard lock(entry.mutex);
  return entry.read(table);
}

Result<AxisPtr> TableCache::axis(const Dimension& dimension) {
  const Table& table = std::get<Table>(dimension.source);
  std::pair<std::string, std::vector<FieldType>> name{dimension.name, {}};
  for (const TableField& field : table.fields) name.second.push_back(field.type);
  Entry& entry = entry_of(table);
  const std::lock_guard lock(entry.mutex);
  const bool gathers = table.is_chained() && gather_;
  if (gathers && !entry.rows) {
    UPKEEP_TRY(entry.rows, gather_(dimension));
  }
  UPKEEP_TRY(const auto rows, gathers ? entry.rows : entry.read(table));
  if (const auto made = entry.axes.find(name); made != entry.axes.end()) return made->second;
  UPKEEP_TRY(AxisPtr axis, RowsAxis::of_table(dimension.name, table, rows, zone_));
  if (rows == entry.rows) entry.axes[std::move(name)] = axis;
  return axis;
}

}  // namespace upkeep
