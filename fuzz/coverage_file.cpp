// Any bytes as a coverage file: as they are, and again as the body of a file of each version whose
// frame is right, so that the checksum does not keep the fuzzer out. What is read can be written.
#include "coverage/coverage_file.h"

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "coverage/byte_stream.h"

namespace {

using namespace upkeep;

SpacePtr make_space() {
  Table table;
  table.fields = {{"s", FieldType::text}, {"g", FieldType::number}};
  const auto rows = std::make_shared<Rows>(std::vector<std::string>{"s", "g"});
  for (const auto& [s, g] : {std::pair{"a", "1"}, std::pair{"b", "22"}, std::pair{"b", "1"}}) {
    rows->add(std::vector<std::string_view>{s, g});
  }
  Surroundings around;
  around.tables["t"] = rows;
  const auto day = [](unsigned d) {
    return DateBound{.day = std::chrono::sys_days{std::chrono::year{2024} / std::chrono::January /
                                                  std::chrono::day{d}}};
  };
  Collection collection;
  collection.key = "{d}/{s}/{g}/{n}";
  collection.dimensions = {{"d", DateRange{day(1), day(9), {}}, true},
                           {"t", table, false},
                           {"n", NumberRange{1, 7, 1}, false}};
  return Space::make(collection, around).value();
}

std::string framed(std::string_view body, std::uint64_t version) {
  ByteWriter out;
  out.raw("UPKEEPCV");
  out.word(version, 4);
  out.word(body.size() + 24);
  out.raw(body);
  const std::string& bytes = out.bytes();
  out.word(crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()), 4);
  return std::move(out.bytes());
}

void check(std::string_view bytes, const Space& space) {
  const auto coverage = decode_coverage(bytes, space);
  if (!coverage) {
    UPKEEP_ASSERT(!coverage.error().text.empty());
    return;
  }
  UPKEEP_ASSERT(coverage->present.size() == space.size());
  const std::string written = encode_coverage(space, *coverage);
  const auto again = decode_coverage(written, space);
  UPKEEP_ASSERT(again && encode_coverage(space, *again) == written);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const SpacePtr space = make_space();
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check(bytes, *space);
  // A seed that is a whole file gives its body.
  const bool whole = bytes.starts_with("UPKEEPCV") && size >= 24;
  const std::string_view body = whole ? bytes.substr(20, size - 24) : bytes;
  for (const std::uint64_t version : {1u, 2u}) check(framed(body, version), *space);
  return 0;
}
