#include "base/digits.h"

#include <gtest/gtest.h>

namespace upkeep {
namespace {

std::string digits(std::uint64_t number, std::size_t width) {
  std::string out = "<";
  append_digits(out, number, width);
  return out;
}

TEST(Digits, are_filled_up_with_zeros_and_never_cut) {
  EXPECT_EQ(digits(0, 0), "<0");
  EXPECT_EQ(digits(0, 1), "<0");
  EXPECT_EQ(digits(0, 3), "<000");
  EXPECT_EQ(digits(7, 4), "<0007");
  EXPECT_EQ(digits(10, 2), "<10");
  EXPECT_EQ(digits(12345, 4), "<12345");
  EXPECT_EQ(digits(18446744073709551615u, 4), "<18446744073709551615");
  EXPECT_EQ(digits(18446744073709551615u, 21), "<018446744073709551615");
}

}  // namespace
}  // namespace upkeep
