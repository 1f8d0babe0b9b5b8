// What pages are compressed with. Functions of memory, by the libraries of their makers.
#pragma once
#include <span>
#include <string_view>

#include "base/result.h"
#include "parquet/types.h"

namespace upkeep::parquet {

/// An error names the codec and those that are read.
Result<void> check_known(Codec);

/// Fills `plain` exactly, or says that the data is damaged.
Result<void> decompress(Codec, std::string_view compressed, std::span<char> plain);

/// The checksum of pages (CRC-32 as in gzip).
std::uint32_t crc_of(std::string_view bytes);

}  // namespace upkeep::parquet
