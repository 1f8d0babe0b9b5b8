// Any text as a manifest: what is accepted is whole, what is refused has a reason.
#include "report/manifest.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "report/csv.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto manifest = upkeep::parse_manifest({reinterpret_cast<const char*>(data), size});
  if (!manifest) {
    UPKEEP_ASSERT(!manifest.error().text.empty());
    return 0;
  }
  UPKEEP_ASSERT(!manifest->source_bucket.empty());
  for (const auto& file : manifest->files) {
    UPKEEP_ASSERT(!file.key.empty() && file.md5.size() == 32);
  }
  UPKEEP_ASSERT(manifest->format == upkeep::ReportFormat::parquet ||
                upkeep::CsvReport::make(manifest->columns, manifest->source_bucket, {}));
  return 0;
}
