// What the tests of Parquet files share: bytes in memory as a file.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>

#include "parquet/file.h"

namespace upkeep::parquet::testing {

/// The bytes must stay; reading beyond them fails the test.
inline ReadAt from(std::string_view bytes) {
  return [bytes](std::uint64_t offset, std::span<char> into) -> Result<void> {
    EXPECT_TRUE(offset <= bytes.size() && into.size() <= bytes.size() - offset);
    if (offset > bytes.size() || into.size() > bytes.size() - offset) return fail("beyond");
    std::ranges::copy(bytes.substr(offset, into.size()), into.begin());
    return {};
  };
}

}  // namespace upkeep::parquet::testing
