// Where the order of keys follows from the order of indices.
#include "core/key_order.h"

#include <gtest/gtest.h>

#include "coverage/testing.h"

namespace upkeep {
namespace {

using testing::collection;
using testing::dates;
using testing::list;
using testing::make_space;
using testing::numbers;

/// How many pairs of partitions are known to be in order; none may be known wrongly.
std::uint64_t known(const std::string& key, std::vector<Dimension> dimensions) {
  const auto space = make_space(collection(key, std::move(dimensions)));
  const KeyOrder order(*space);
  std::uint64_t pairs = 0;
  for (std::uint64_t a = 0; a < space->size(); ++a) {
    const KeyOrder::Later later = order.later_than(a);
    for (std::uint64_t b = 0; b < space->size(); ++b) {
      if (!later.has(b)) continue;
      ++pairs;
      EXPECT_LT(space->key(a), space->key(b));
      const std::uint64_t end = std::min(later.stretch_from(b), space->size());
      EXPECT_GT(end, b);
      for (std::uint64_t c = b; c < end; ++c) EXPECT_TRUE(later.has(c));
    }
  }
  return pairs;
}

const Dimension five_days = dates("d", "2024-01-30", "2024-02-03");

TEST(KeyOrder, is_known_where_all_values_rise_and_stand_in_order) {
  EXPECT_EQ(known("x/{d}/{n:02}", {five_days, numbers("n", 8, 11)}), 20 * 19 / 2);
  EXPECT_EQ(known("{n}{k}", {numbers("n", 10, 13), list("k", {"a", "b"})}), 8 * 7 / 2);
}

TEST(KeyOrder, is_known_between_values_of_an_axis_that_rises) {
  EXPECT_EQ(known("{d}/{k}", {five_days, list("k", {"b", "a", "c"})}), 10 * 9);
  EXPECT_EQ(known("{k}/{n}", {list("k", {"b", "a"}), numbers("n", 1, 3)}), 0);
  EXPECT_EQ(known("{d:%d-%m-%Y}", {five_days}), 0);
}

TEST(KeyOrder, is_known_among_numbers_of_one_width) {
  EXPECT_EQ(known("{n}", {numbers("n", 8, 11)}), 1 + 1);
  EXPECT_EQ(known("{n}", {numbers("n", 5, 205, 50)}), 3);
  EXPECT_EQ(known("{n:02}", {numbers("n", 98, 101)}), 1 + 1);
  EXPECT_EQ(known("{d}/{n}", {five_days, numbers("n", 8, 11)}), 10 * 16 + 5 * 2);
  EXPECT_EQ(known("{n}/{d}", {numbers("n", 8, 11), five_days}), 2 * 25);
  EXPECT_EQ(known("{n}/{m}", {numbers("n", 0, 120), numbers("m", 9, 10)}),
            4 * (10 * 9 + 90 * 89 + 21 * 20) / 2);
}

TEST(KeyOrder, is_not_known_where_the_key_has_another_order_than_the_dimensions) {
  EXPECT_EQ(known("{n}/{m}", {numbers("m", 1, 3), numbers("n", 1, 3)}), 0);
  EXPECT_EQ(known("{k}/{n}/{m}", {list("k", {"a", "b"}), numbers("m", 1, 3), numbers("n", 1, 3)}),
            9 * 9);
}

TEST(KeyOrder, is_not_deceived_by_values_of_several_lengths) {
  EXPECT_EQ(known("{k}{n:03}", {list("k", {"p", "p1"}), numbers("n", 99, 101)}), 0)
      << "p099 < p1099, but p101 > p1099";
}

}  // namespace
}  // namespace upkeep
