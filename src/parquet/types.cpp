#include "parquet/types.h"

#include <array>
#include <span>
#include <string_view>

namespace upkeep::parquet {
namespace {

constexpr std::array<std::string_view, 8> types{
    "BOOLEAN", "INT32", "INT64", "INT96", "FLOAT", "DOUBLE", "BYTE_ARRAY", "FIXED_LEN_BYTE_ARRAY"};
constexpr std::array<std::string_view, 10> encodings{"PLAIN",
                                                     "1",
                                                     "PLAIN_DICTIONARY",
                                                     "RLE",
                                                     "BIT_PACKED",
                                                     "DELTA_BINARY_PACKED",
                                                     "DELTA_LENGTH_BYTE_ARRAY",
                                                     "DELTA_BYTE_ARRAY",
                                                     "RLE_DICTIONARY",
                                                     "BYTE_STREAM_SPLIT"};
constexpr std::array<std::string_view, 8> codecs{"UNCOMPRESSED", "SNAPPY", "GZIP", "LZO",
                                                 "BROTLI",       "LZ4",    "ZSTD", "LZ4_RAW"};

std::string name_in(std::span<const std::string_view> names, std::int64_t number) {
  if (number < 0 || number >= static_cast<std::int64_t>(names.size())) {
    return std::to_string(number);
  }
  return std::string(names[static_cast<std::size_t>(number)]);
}

}  // namespace

std::string name_of(PhysicalType type) { return name_in(types, static_cast<int>(type)); }
std::string name_of(Encoding encoding) { return name_in(encodings, static_cast<int>(encoding)); }
std::string name_of(Codec codec) { return name_in(codecs, static_cast<int>(codec)); }

}  // namespace upkeep::parquet
