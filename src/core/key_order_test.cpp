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

/// Does what is promised of the block hold for all partitions?
void expect_ordered(const Space& space) {
  const std::uint64_t block = ordered_block(space);
  for (std::uint64_t a = 0; a < space.size(); ++a) {
    for (std::uint64_t b = a + 1; b < space.size(); ++b) {
      if (a / block == b / block) continue;
      EXPECT_LT(space.key(a), space.key(b));
    }
  }
}

std::uint64_t block_of(const std::string& key, std::vector<Dimension> dimensions) {
  const auto space = make_space(collection(key, std::move(dimensions)));
  expect_ordered(*space);
  return ordered_block(*space);
}

TEST(OrderedBlock, is_one_where_all_values_rise_and_stand_in_order) {
  EXPECT_EQ(block_of("x/{d}/{n:02}", {dates("d", "2024-01-30", "2024-02-03"), numbers("n", 8, 11)}),
            1);
  EXPECT_EQ(block_of("{n}{k}", {numbers("n", 10, 13), list("k", {"a", "b"})}), 1);
}

TEST(OrderedBlock, ends_at_the_first_axis_whose_texts_do_not_rise) {
  EXPECT_EQ(block_of("{d}/{n}", {dates("d", "2024-01-30", "2024-02-03"), numbers("n", 8, 11)}), 4);
  EXPECT_EQ(block_of("{n}/{d}", {numbers("n", 8, 11), dates("d", "2024-01-30", "2024-02-03")}), 20);
  EXPECT_EQ(block_of("{d:%d-%m-%Y}", {dates("d", "2024-01-30", "2024-02-03")}), 5);
  EXPECT_EQ(block_of("{k}/{n}", {list("k", {"b", "a"}), numbers("n", 1, 3)}), 6);
}

TEST(OrderedBlock, ends_where_the_key_has_another_order_than_the_dimensions) {
  EXPECT_EQ(block_of("{n}/{m}", {numbers("m", 1, 3), numbers("n", 1, 3)}), 9);
  EXPECT_EQ(
      block_of("{k}/{n}/{m}", {list("k", {"a", "b"}), numbers("m", 1, 3), numbers("n", 1, 3)}), 9);
}

TEST(OrderedBlock, is_not_deceived_by_values_of_several_lengths) {
  EXPECT_EQ(block_of("{k}{n:03}", {list("k", {"p", "p1"}), numbers("n", 99, 101)}), 6)
      << "p099 < p1099, but p101 > p1099";
}

}  // namespace
}  // namespace upkeep
