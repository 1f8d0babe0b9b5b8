// Reports are read while their sums are made: a file that turns out to be another one than the
// manifest means spoils the whole reading.
#include "io/report_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>
#include <utility>

#include "report/csv.h"
#include "report/gunzip.h"
#include "report/md5.h"
#include "report/parquet_report.h"

namespace upkeep {
namespace {

constexpr std::size_t piece_size = 256 * 1024;
constexpr std::uint64_t manifest_size_max = 64 << 20;  ///< some 300,000 files

std::unexpected<Error> fail_at(std::string_view key, const Error& error) {
  return fail(fmt::format("`{}`: {}", key, error.text));
}

Result<std::string> read_small(ObjectStore& store, const std::string& key,
                               const std::stop_token& stop) {
  UPKEEP_TRY(const auto object, store.open(key, stop));
  if (object->size() > manifest_size_max) {
    return fail(fmt::format("`{}` has {} bytes, too many for a manifest", key, object->size()));
  }
  std::string bytes(object->size(), '\0');
  UPKEEP_CHECK(object->read(0, bytes));
  return bytes;
}

/// All bytes of the object, in pieces, on their way to `take`; their sum must be that of the
/// manifest.
template <class Take>
Result<void> read_verified(ObjectReader& object, const ReportFile& file, std::stop_token stop,
                           const Take& take) {
  if (object.size() != file.size) {
    return fail(fmt::format("it has {} bytes; the manifest says {}", object.size(), file.size));
  }
  Md5 sum;
  std::vector<char> piece(piece_size);
  for (std::uint64_t at = 0; at < file.size;) {
    if (stop.stop_requested()) return fail("the reading was stopped");
    const std::size_t size = std::min<std::uint64_t>(piece.size(), file.size - at);
    UPKEEP_CHECK(object.read(at, {piece.data(), size}));
    sum.add({piece.data(), size});
    UPKEEP_CHECK(take(std::string_view(piece.data(), size)));
    at += size;
  }
  UPKEEP_TRY(const std::string md5, sum.finish());
  if (md5 != file.md5) {
    return fail(fmt::format("its MD5 is {}; the manifest says {}", md5, file.md5));
  }
  return {};
}

Result<ReportColumns> read_csv(ObjectReader& object, const ReportFile& file,
                               const Manifest& manifest, const TakeObjects& sink,
                               std::stop_token stop) {
  UPKEEP_TRY(CsvReport rows, CsvReport::make(manifest.columns, manifest.source_bucket, sink));
  Gunzip gunzip;
  const auto take_plain = [&](std::string_view plain) { return rows.add(plain); };
  UPKEEP_CHECK(read_verified(object, file, std::move(stop), [&](std::string_view compressed) {
    return gunzip.add(compressed, take_plain);
  }));
  UPKEEP_CHECK(gunzip.finish());
  UPKEEP_CHECK(rows.finish());
  return rows.columns();
}

Result<ReportColumns> read_parquet(ObjectReader& object, const ReportFile& file,
                                   const Manifest& manifest, const TakeObjects& sink,
                                   std::stop_token stop) {
  UPKEEP_CHECK(read_verified(object, file, std::move(stop),
                             [](std::string_view) { return Result<void>{}; }));
  const auto read_at = [&](std::uint64_t offset, std::span<char> into) {
    return object.read(offset, into);
  };
  UPKEEP_TRY(const ParquetReport rows,
             ParquetReport::open(file.size, read_at, manifest.source_bucket));
  UPKEEP_CHECK(rows.read(sink));
  return rows.columns();
}

/// What the threads that read one report share.
class Reading {
 public:
  Reading(ObjectStore& store, const Report& report, std::stop_token stop, const ReportCache* cache)
      : store_(store), report_(report), stop_(std::move(stop)), cache_(cache) {}

  /// Takes files until none is left.
  void work(const TakeObjects& sink) {
    const std::vector<ReportFile>& files = report_.manifest.files;
    for (std::size_t i = next_++; i < files.size(); i = next_++) {
      const std::string key = store_key(report_.folder, files[i].key);
      const auto columns = read(key, files[i], sink);
      const std::lock_guard lock(mutex_);
      if (error_) return;
      if (columns) {
        columns_.size &= columns->size;
        columns_.modified &= columns->modified;
        continue;
      }
      error_ = fail_at(key, columns.error()).error();
      next_ = files.size();  // the others need not begin another one
      return;
    }
  }

  Result<ReportColumns> end() {
    if (error_) return std::unexpected(*error_);
    return columns_;
  }

 private:
  Result<ReportColumns> read(const std::string& key, const ReportFile& file,
                             const TakeObjects& sink) {
    if (cache_ == nullptr) {
      UPKEEP_TRY(const auto object, store_.open(key, stop_));
      return read_from(*object, file, sink);
    }
    UPKEEP_TRY(const auto copy, cache_->open(store_, key, file, stop_));
    auto columns = read_from(*copy, file, sink);
    if (columns) {
      copy->keep();
    } else if (!stop_.stop_requested()) {
      copy->reject();
    }
    return columns;
  }

  Result<ReportColumns> read_from(ObjectReader& object, const ReportFile& file,
                                  const TakeObjects& sink) {
    const bool is_csv = report_.manifest.format == ReportFormat::csv;
    return (is_csv ? read_csv : read_parquet)(object, file, report_.manifest, sink, stop_);
  }

  ObjectStore& store_;
  const Report& report_;
  std::stop_token stop_;
  const ReportCache* cache_;  ///< nullptr: the files are read where they lie
  std::atomic<std::size_t> next_ = 0;
  std::mutex mutex_;
  ReportColumns columns_{.size = true, .modified = true};
  std::optional<Error> error_;
};

/// The complete reports, the newest first. Lists no more of the store than it must: beside the
/// reports it may hold millions of other objects.
Result<std::vector<ReportFolder>> search_folders(ObjectStore& store, const std::string& prefix,
                                                 const std::stop_token& stop) {
  ReportSearch search(prefix);
  for (const std::string& beginning : search.beginnings()) {
    UPKEEP_TRY(const auto failed,
               store.list(beginning, [&](const Object& object) { search.add(object.key); }, stop));
    if (!failed.empty()) return std::unexpected(failed.front().error);
    auto folders = search.newest_first();
    if (!folders.empty()) return folders;
  }
  return std::vector<ReportFolder>{};
}

}  // namespace

Result<std::optional<Report>> find_report(ObjectStore& store, const std::string& prefix,
                                          std::stop_token stop) {
  UPKEEP_TRY(const std::vector<ReportFolder> folders, search_folders(store, prefix, stop));
  for (const ReportFolder& folder : folders) {
    if (folder.parent == folders.front().parent) continue;
    return fail(fmt::format(
        "there are reports of several configurations, in `{}` and `{}`: `prefix` must name one",
        folders.front().parent, folder.parent));
  }
  for (const ReportFolder& folder : folders) {
    UPKEEP_TRY(const std::string text, read_small(store, folder.manifest, stop));
    UPKEEP_TRY(const std::string checksum, read_small(store, folder.checksum, stop));
    if (!check_manifest(text, checksum)) continue;  // it is being replaced, or damaged
    auto manifest = parse_manifest(text);
    if (!manifest) return fail_at(folder.manifest, manifest.error());
    return Report{folder, *std::move(manifest)};
  }
  return std::nullopt;
}

Result<ReportColumns> read_report(ObjectStore& store, const Report& report,
                                  std::vector<TakeObjects> sinks, std::stop_token stop,
                                  const ReportCache* cache) {
  Reading reading(store, report, std::move(stop), cache);
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < std::min(sinks.size(), report.manifest.files.size()); ++i) {
      threads.emplace_back([&reading, &sink = sinks[i]] { reading.work(sink); });
    }
    reading.work(sinks.front());
  }
  return reading.end();
}

}  // namespace upkeep
