// Losses and growths: what is counted, what is too much, and since when a loss is known.
#include "core/hold.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

#include "base/random.h"
#include "coverage/testing.h"

namespace upkeep {
namespace {

using namespace std::chrono_literals;
using testing::collection;
using testing::make_space;
using testing::numbers;

const Time now = testing::at("2025-11-01T12:00:00Z");

Coverage with(std::uint64_t size, std::initializer_list<std::uint64_t> present) {
  Coverage coverage;
  coverage.taken_at = now;
  coverage.present = Bits(size);
  for (const std::uint64_t index : present) coverage.present.set(index);
  return coverage;
}

TEST(Difference, is_what_was_there_and_is_expected_and_is_not_there_now) {
  const auto space = make_space(collection("{n}", {numbers("n", 0, 9)}));
  const Coverage seen = with(10, {0, 4});
  const Difference lost = compare_inventories(*space, with(10, {0, 1, 2, 4, 6}), seen, now);
  EXPECT_EQ(lost.lost, (std::vector<Loss>{{1, 2, now}, {6, 6, now}}));
  EXPECT_EQ(lost.lost_count, 3);
  EXPECT_EQ(lost.had, 5);
  EXPECT_EQ(compare_inventories(*space, with(10, {4}), seen, now).lost_count, 0);
}

RC_GTEST_PROP(Difference, counts_only_what_is_due, (std::uint64_t seed)) {
  Random random(seed);
  const auto space =
      make_space(collection("{a}/{d}/{n}", {numbers("a", 1, 1 + random.below(3)),
                                            testing::dates("d", "2025-10-25", "2025-11-05"),
                                            numbers("n", 0, random.below(90))}));
  Coverage before = with(space->size(), {}), seen = before;
  std::vector<std::uint64_t> lost, found;
  std::uint64_t had = 0;
  for (std::uint64_t i = 0; i < space->size(); ++i) {
    if (random.chance(80)) before.present.set(i);
    if (random.chance(80)) seen.present.set(i);
    if (!before.present.test(i) || !space->is_due(i, now)) continue;
    ++had;
    if (!seen.present.test(i)) lost.push_back(i);
  }
  const Difference difference = compare_inventories(*space, before, seen, now);
  for (const Loss& loss : difference.lost) {
    for (std::uint64_t i = loss.first; i <= loss.last; ++i) found.push_back(i);
  }
  RC_ASSERT(found == lost);
  RC_ASSERT(difference.lost_count == lost.size());
  RC_ASSERT(difference.had == had);
}

TEST(Loss, is_too_large_above_a_share_and_a_number) {
  Store store;
  EXPECT_FALSE(is_too_large_a_loss(store, 9, 9)) << "fewer than ten";
  EXPECT_TRUE(is_too_large_a_loss(store, 10, 10));
  EXPECT_FALSE(is_too_large_a_loss(store, 50, 10)) << "just the share";
  EXPECT_TRUE(is_too_large_a_loss(store, 49, 10));
}

TEST(Growth, is_too_large_by_more_than_half_and_more_than_a_thousand) {
  EXPECT_FALSE(is_too_large_a_growth(100, 1100));
  EXPECT_TRUE(is_too_large_a_growth(100, 1101));
  EXPECT_FALSE(is_too_large_a_growth(4000, 6000));
  EXPECT_TRUE(is_too_large_a_growth(4000, 6001));
  EXPECT_FALSE(is_too_large_a_growth(4000, 0));
}

/// Ascending and disjoint losses among `size` partitions, all of that time.
std::vector<Loss> random_losses(Random& random, std::uint64_t size, Time since) {
  std::vector<Loss> losses;
  for (std::uint64_t first = random.below(5); first < size; first += 1 + random.below(6)) {
    const std::uint64_t last = std::min(size - 1, first + random.below(6));
    losses.push_back({first, last, since});
    first = last + 1;
  }
  return losses;
}

RC_GTEST_PROP(Losses, are_merged_with_the_newer_before_the_older, (std::uint64_t seed)) {
  Random random(seed);
  const std::uint64_t size = 1 + random.below(60);
  const std::vector<Loss> older = random_losses(random, size, now - 1h);
  const std::vector<Loss> newer = random_losses(random, size, now);
  Coverage current = with(size, {});
  std::map<std::uint64_t, Time> expected;
  for (std::uint64_t i = 0; i < size; ++i) {
    if (random.chance(20)) current.present.set(i);
  }
  for (const auto* losses : {&older, &newer}) {
    for (const Loss& loss : *losses) {
      for (std::uint64_t i = loss.first; i <= loss.last; ++i) {
        if (!current.present.test(i)) expected[i] = loss.since;
      }
    }
  }
  std::map<std::uint64_t, Time> merged;
  std::uint64_t next = 0;
  for (const Loss& loss : merge_losses(older, newer, current)) {
    RC_ASSERT(loss.first >= next);
    next = loss.last + 1;
    for (std::uint64_t i = loss.first; i <= loss.last; ++i) merged[i] = loss.since;
  }
  RC_ASSERT(merged == expected);
}

}  // namespace
}  // namespace upkeep
