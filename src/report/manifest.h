// manifest.json: what an S3 Inventory report consists of. Source: Amazon S3 User Guide,
// "Locating your inventory list".
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace upkeep {

enum class ReportFormat : std::uint8_t { csv, parquet };

struct ReportFile {
  std::string key;         ///< in the store of the reports; see store_key() for `//`
  std::uint64_t size = 0;  ///< bytes as they are stored
  std::string md5;         ///< of these, 32 lower-case hexadecimal digits
};

struct Manifest {
  std::string source_bucket;  ///< its bare name
  Time taken_at;              ///< when scanning began: objects written later may be absent
  ReportFormat format = ReportFormat::csv;
  std::vector<std::string> columns;  ///< of CSV, in their order; a Parquet file has its own
  std::vector<ReportFile> files;
};

/// An error names the field that is missing or wrong, and what was expected. Fields that are
/// not known are passed over.
Result<Manifest> parse_manifest(std::string_view json);

/// Is `checksum`, the text of manifest.checksum, the MD5 of `manifest`? The error says what
/// it is instead.
Result<void> check_manifest(std::string_view manifest, std::string_view checksum);

}  // namespace upkeep
