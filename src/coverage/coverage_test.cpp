#include "coverage/coverage.h"

#include "coverage/testing.h"

namespace upkeep {
namespace {

using namespace upkeep::testing;
using namespace std::chrono_literals;

const Time noon = at("2024-01-10T12:00:00Z");

Sight one(std::uint64_t size, Time modified) { return {1, 0, size, modified, true}; }

TEST(Judge, takes_the_first_kind_that_fits) {
  auto wanted = collection("{d}/{x}", {dates("d", "2024-01-01", "2024-01-20")});
  wanted.expect.min_size = 10;
  wanted.expect.max_age = 48h;
  wanted.expect.count = Count{2, ""};
  const auto space = make_space(wanted);
  const auto kind = [&](Sight sight) { return judge(*space, 0, sight, noon); };
  const Time old = noon - 3 * 24h;
  EXPECT_EQ(kind({0, 0, 0, noon, false}), GapKind::missing);
  EXPECT_EQ(kind({1, 1, 5, old, false}), GapKind::invalid);
  EXPECT_EQ(kind({1, 1, 5, old, true}), GapKind::undersized);
  EXPECT_EQ(kind({2, 1, 50, old, true}), GapKind::stale);
  EXPECT_EQ(kind({2, 1, 50, noon, true}), GapKind::incomplete);
  EXPECT_EQ(kind({2, 1, 5, noon, true}), GapKind::incomplete);
  EXPECT_EQ(kind({2, 0, 50, noon, true}), std::nullopt);
}

TEST(Judge, a_size_of_exactly_the_least_is_enough) {
  auto wanted = collection("{n}", {numbers("n", 1, 2)});
  wanted.expect.min_size = 10;
  const auto space = make_space(wanted);
  EXPECT_EQ(judge(*space, 0, one(9, noon), noon), GapKind::undersized);
  EXPECT_EQ(judge(*space, 0, one(10, noon), noon), std::nullopt);
}

TEST(Judge, what_was_written_before_it_settled_is_stale_once_it_has) {
  auto wanted = collection("{d}", {dates("d", "2024-01-01", "2024-01-20")});
  wanted.expect.settled_after = 72h;
  const auto space = make_space(wanted);
  const Time settled = at("2024-01-05T00:00:00Z");  // of the first of January
  EXPECT_EQ(judge(*space, 0, one(1, settled - 1s), settled - 1ms), std::nullopt);
  EXPECT_EQ(judge(*space, 0, one(1, settled - 1s), settled), GapKind::stale);
  EXPECT_EQ(judge(*space, 0, one(1, settled), noon), std::nullopt);
}

TEST(Judge, max_age_counts_from_now) {
  auto wanted = collection("{n}", {numbers("n", 1, 2)});
  wanted.expect.max_age = 24h;
  const auto space = make_space(wanted);
  EXPECT_EQ(judge(*space, 0, one(1, noon - 24h), noon), std::nullopt);
  EXPECT_EQ(judge(*space, 0, one(1, noon - 24h - 1ms), noon), GapKind::stale);
}

TEST(Judge, nothing_is_missing_where_nothing_is_needed) {
  auto wanted = collection("{n}/{x}", {numbers("n", 1, 2)});
  wanted.expect.count = Count{0, ""};
  const auto space = make_space(wanted);
  EXPECT_EQ(judge(*space, 0, {}, noon), std::nullopt);
}

TEST(Sight, the_newest_counts_and_of_equally_new_ones_the_largest) {
  auto wanted = collection("{n}/{_}", {numbers("n", 1, 2)});
  wanted.expect.min_size = 10;
  const auto space = make_space(wanted);
  Sight sight;
  see(sight, *space, 5, noon);
  see(sight, *space, 50, noon - 1s);
  EXPECT_EQ(judge(*space, 0, sight, noon), GapKind::undersized);
  see(sight, *space, 20, noon);
  EXPECT_EQ(judge(*space, 0, sight, noon), std::nullopt);
  EXPECT_EQ(sight.objects, 3u);
  EXPECT_EQ(sight.small, 1u);
}

TEST(Coverage, a_mark_replaces_the_one_before) {
  Coverage coverage;
  coverage.present = Bits(70);
  EXPECT_EQ(coverage.gap(69), GapKind::missing);
  for (const GapKind kind : gap_kinds) {
    coverage.mark(69, kind);
    EXPECT_EQ(coverage.gap(69), kind);
    EXPECT_EQ(coverage.good_word(1), 0u);
  }
  coverage.mark(69, {});
  EXPECT_EQ(coverage.gap(69), std::nullopt);
  EXPECT_EQ(coverage.good_word(1), 1u << 5);
  EXPECT_EQ(coverage.gap(68), GapKind::missing);
}

/// Three days of which the last is not over; five games a day.
struct Summing : ::testing::Test {
  SpacePtr space = make_space(
      collection("{n}/{d}", {numbers("n", 1, 5), dates("d", "2024-01-08", "2024-01-10")}));
  Coverage coverage;
  void SetUp() override { coverage.present = Bits(space->size()); }
  std::uint64_t index(std::uint64_t n, std::uint64_t d) { return (n - 1) * 3 + d; }
};

TEST_F(Summing, expected_leaves_out_too_early_and_gone) {
  coverage.mark(index(1, 0), {});
  coverage.mark(index(2, 0), GapKind::stale);
  coverage.mark(index(3, 0), GapKind::undersized);
  coverage.mark(index(1, 2), {});  // there before it is expected
  const std::vector<std::uint64_t> gone{index(1, 0), index(1, 1), index(1, 2)};
  const Summary sum = summarize(*space, coverage, noon, gone);
  EXPECT_EQ(sum.too_early, 5u);
  EXPECT_EQ(sum.gone, 1u);  // of the others one has an object, one is too early
  EXPECT_EQ(sum.expected, 9u);
  EXPECT_EQ(sum.present, 3u);
  EXPECT_EQ(sum.missing, 6u);
  EXPECT_EQ(sum.stale, 1u);
  EXPECT_EQ(sum.undersized, 1u);
  EXPECT_EQ(sum.good(), 1u);
  EXPECT_EQ(sum.gaps(), 8u);
  EXPECT_DOUBLE_EQ(sum.completeness(), 1.0 / 9);
}

TEST_F(Summing, tallies_add_up_to_the_summary_along_each_axis) {
  coverage.mark(index(1, 0), {});
  coverage.mark(index(1, 1), {});
  coverage.mark(index(5, 1), {});
  const std::vector<std::uint64_t> gone{index(2, 0)};
  const auto by_number = tally(*space, coverage, noon, gone, 0);
  ASSERT_EQ(by_number.size(), 5u);
  EXPECT_EQ(by_number[0].good, 2u);
  EXPECT_EQ(by_number[1].expected, 1u);
  const auto by_day = tally(*space, coverage, noon, gone, 1);
  EXPECT_EQ(by_day[0].expected, 4u);
  EXPECT_EQ(by_day[1].good, 2u);
  EXPECT_EQ(by_day[2].expected, 0u);
  const auto cells = tally(*space, coverage, noon, gone, 1, 0);
  ASSERT_EQ(cells.size(), 15u);
  EXPECT_EQ(cells[1 * 5 + 4].good, 1u);
  EXPECT_EQ(cells[0 * 5 + 1].expected, 0u);
}

TEST(Summary, of_nothing_expected_everything_is_complete) {
  const auto space =
      make_space(collection("{d}", {dates_until_today("d", "2030-01-01")}), {noon, {}, {}});
  EXPECT_DOUBLE_EQ(summarize(*space, {}, noon, {}).completeness(), 1.0);
  EXPECT_TRUE(tally(*space, {}, noon, {}, 0).empty());
}

}  // namespace
}  // namespace upkeep
