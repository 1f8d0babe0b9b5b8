// Any bytes as a CSV file of a report: the same objects or the same error however the text is
// cut, which also sends each row down the quick way and the slow one.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "report/csv.h"

namespace {

using namespace upkeep;

std::string read(const std::vector<std::string>& columns, std::string_view text, std::size_t step) {
  std::string all;
  const auto take = [&](std::span<const Object> objects) {
    for (const Object& object : objects) {
      all.append(object.key).append(1, '\0').append(std::to_string(object.size));
      all.append(to_text(object.modified)).append(1, '\n');
    }
  };
  auto report = CsvReport::make(columns, "b", take).value();
  for (; !text.empty(); text.remove_prefix(std::min(step, text.size()))) {
    // A whole copy, so that reading beyond the piece is noticed.
    const std::vector<char> piece(text.begin(), text.begin() + std::min(step, text.size()));
    const auto taken = report.add({piece.data(), piece.size()});
    if (!taken) return taken.error().text;
  }
  const auto finished = report.finish();
  return finished ? all : finished.error().text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<std::vector<std::string>> kinds{
      {"Bucket", "Key", "Size", "LastModifiedDate"},
      {"Bucket", "Key", "VersionId", "IsLatest", "IsDeleteMarker", "Size", "LastModifiedDate"},
      {"Key", "ETag"}};
  if (size == 0) return 0;
  const auto& columns = kinds[data[0] % kinds.size()];
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  const std::string whole = read(columns, text, SIZE_MAX);
  UPKEEP_ASSERT(read(columns, text, 1) == whole);
  UPKEEP_ASSERT(read(columns, text, 90 + data[0]) == whole);
  return 0;
}
