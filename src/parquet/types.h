// The enumerations of the format, with its own numbers. Source: parquet.thrift of
// github.com/apache/parquet-format.
#pragma once
#include <cstdint>
#include <string>

namespace upkeep::parquet {

enum class PhysicalType : std::uint8_t {
  boolean = 0,
  int32 = 1,
  int64 = 2,
  int96 = 3,
  float32 = 4,
  float64 = 5,
  byte_array = 6,
  fixed = 7,
};

enum class Encoding : std::int32_t {
  plain = 0,
  plain_dictionary = 2,
  rle = 3,
  bit_packed = 4,
  delta_binary_packed = 5,
  delta_length_byte_array = 6,
  delta_byte_array = 7,
  rle_dictionary = 8,
  byte_stream_split = 9,
};

enum class Codec : std::int32_t {
  uncompressed = 0,
  snappy = 1,
  gzip = 2,
  lzo = 3,
  brotli = 4,
  lz4 = 5,
  zstd = 6,
  lz4_raw = 7,
};

/// As the format spells them; a number where it is not known.
std::string name_of(PhysicalType);
std::string name_of(Encoding);
std::string name_of(Codec);

}  // namespace upkeep::parquet
