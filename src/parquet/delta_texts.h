// Texts whose sizes are written as differences, and those that also leave out what they share
// with the text before. Source: parquet-format/Encodings.md, "DELTA_LENGTH_BYTE_ARRAY" and
// "DELTA_BYTE_ARRAY".
#pragma once
#include "parquet/decoder.h"
#include "parquet/delta.h"

namespace upkeep::parquet {

/// Null when the page is damaged.
std::unique_ptr<Decoder> make_delta_texts(Encoding, std::string_view bytes,
                                          std::uint64_t values_max);

}  // namespace upkeep::parquet
