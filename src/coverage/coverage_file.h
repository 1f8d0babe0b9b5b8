// Coverage as bytes: versioned, checksummed, with the values of its dimensions, so that it
// can be mapped by value when a range grew or a row was inserted. Format: docs/coverage-file.md.
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "coverage/coverage.h"
#include "coverage/space.h"

namespace upkeep {

std::string encode_coverage(const Space&, const Coverage&);

/// The coverage, carried over to `space`: what the file does not know is missing. An error
/// when the bytes are not such a file, are damaged, or speak of another collection's fields.
Result<Coverage> decode_coverage(std::string_view bytes, const Space& space);

}  // namespace upkeep
