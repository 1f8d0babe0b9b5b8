// Any bytes between a right head and a right checksum as a coverage file: nothing in a file is
// trusted to be sensible, and what can be read is written so that it reads as the same again.
#include "coverage/coverage_file.h"

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/assert.h"

namespace {

void append_word(std::string& bytes, std::uint64_t value, int size) {
  for (int i = 0; i < size; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xff);
}

/// The file format of docs/coverage-file.md, version 1.
std::string sealed(std::string_view body) {
  std::string bytes = "UPKEEPCV";
  append_word(bytes, 1, 4);
  append_word(bytes, 8 + 4 + 8 + body.size() + 4, 8);
  bytes += body;
  append_word(bytes, crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()), 4);
  return bytes;
}

upkeep::SpacePtr make_space() {
  using namespace upkeep;
  Collection collection;
  collection.name = "fuzz";
  collection.key = "a/{d}/{n}/{l}";
  const Day day = std::chrono::sys_days{std::chrono::year{2024} / 2 / 28};
  const DateRange range{{.day = day}, {.day = day + std::chrono::days{2}}, {}};
  collection.dimensions.push_back({"d", range, true});
  collection.dimensions.push_back({"n", NumberRange{0, 6, 2}, false});
  collection.dimensions.push_back({"l", ValueList{{"x", "y"}}, false});
  return Space::make(collection, {Time{}, Zone(), {}}).value();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace upkeep;
  static const SpacePtr space = make_space();
  const auto coverage =
      decode_coverage(sealed({reinterpret_cast<const char*>(data), size}), *space);
  if (!coverage) return 0;
  UPKEEP_ASSERT(coverage->present.size() == space->size());
  const std::string written = encode_coverage(*space, *coverage);
  const auto again = decode_coverage(written, *space);
  UPKEEP_ASSERT(again && encode_coverage(*space, *again) == written);
  return 0;
}
