#include "core/rate_limit.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <deque>

namespace upkeep {
namespace {

using namespace std::chrono_literals;

const Time start = std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + 12h;

/// Asks one by one as soon as it may, for so long; says when.
std::vector<Time> ask_for(const Upstream& upstream, Duration length, std::uint64_t count = 1) {
  const std::vector<Window> windows = windows_of(upstream);
  Spending spending;
  std::vector<Time> times;
  Time last;
  for (Time now = start; now < start + length;) {
    const Opening next = opening(windows, spending, last, count, now);
    if (next.at == now) {
      spend(windows, spending, count, now);
      times.insert(times.end(), count, now);
      last = now;
      now += 1ms;
    } else {
      now = next.at;
    }
  }
  return times;
}

/// The most in any stretch of that length.
std::size_t most_in(const std::vector<Time>& times, Duration length) {
  std::size_t most = 0, begin = 0;
  for (std::size_t i = 0; i < times.size(); ++i) {
    while (times[begin] + length <= times[i]) ++begin;
    most = std::max(most, i - begin + 1);
  }
  return most;
}

TEST(RateLimit, nearly_all_that_is_allowed_is_given_and_never_more) {
  struct Case {
    Rate rate;
    std::optional<std::uint64_t> burst;
  };
  for (const Case& one : std::initializer_list<Case>{{{60, 1min}, {}},
                                                     {{60, 1min}, 10},
                                                     {{600, 1min}, {}},
                                                     {{7, 1s}, 1},
                                                     {{50, 1s}, {}},
                                                     {{3000, 1h}, {}},
                                                     {{1, 1min}, {}}}) {
    const Upstream upstream{.name = "u",
                            .rate = one.rate,
                            .hourly = {},
                            .daily = {},
                            .burst = one.burst,
                            .min_interval = {},
                            .concurrency = {},
                            .slow_down_at = 0.8};
    const Duration length = 30 * one.rate.per;
    const std::vector<Time> times = ask_for(upstream, length);
    EXPECT_LE(most_in(times, one.rate.per), one.rate.count) << to_text(one.rate);
    const std::size_t allowed = 30 * one.rate.count;
    EXPECT_GE(times.size() * 100, allowed * 93) << to_text(one.rate) << ": " << times.size();
  }
}

TEST(RateLimit, a_burst_is_no_larger_than_it_may_be) {
  Upstream upstream;
  upstream.rate = Rate{60, 1min};
  upstream.burst = 10;
  EXPECT_EQ(most_in(ask_for(upstream, 10min), 10s), 10);
  upstream.burst = 1;
  EXPECT_EQ(most_in(ask_for(upstream, 10min), 1s), 1);
  upstream.min_interval = 3s;
  EXPECT_EQ(most_in(ask_for(upstream, 10min), 3s), 1);
}

TEST(RateLimit, what_is_left_of_an_hour_is_spread_over_the_rest_of_it) {
  Upstream upstream;
  upstream.rate = Rate{60, 1min};
  upstream.hourly = 1000;
  upstream.slow_down_at = 0.8;
  const std::vector<Time> times = ask_for(upstream, 55min);
  ASSERT_GE(times.size(), 900);
  const Duration before = times[799] - times[0], after = times.back() - times[800];
  EXPECT_LT(before, 15min);
  EXPECT_GT(after, 35min) << "the last 200 do not go at once";
  for (std::size_t i = 801; i < times.size(); ++i) EXPECT_LT(times[i] - times[i - 1], 2min);
  EXPECT_LE(most_in(ask_for(upstream, 5h), 1h), 1000);
}

TEST(RateLimit, more_than_a_window_holds_counts_over_as_many_as_it_needs) {
  Upstream upstream;
  upstream.rate = Rate{60, 1min};
  const std::vector<Window> windows = windows_of(upstream);
  Spending spending;
  spend(windows, spending, 150, start);
  const Opening next = opening(windows, spending, start, 1, start);
  EXPECT_GE(next.at, start + 150s);
  EXPECT_LE(next.at, start + 4min);
}

TEST(RateLimit, a_mistaken_number_holds_for_a_week_and_no_longer) {
  const std::vector<Window> windows = {learnt_window(6'000)};
  Spending spending;
  spend(windows, spending, std::uint64_t{1} << 62, start);
  const Opening next = opening(windows, spending, start, 1, start);
  EXPECT_GT(next.at, start + std::chrono::days{6});
  EXPECT_LT(next.at, start + std::chrono::days{8});
}

TEST(RateLimit, what_is_remembered_is_bounded) {
  Upstream upstream;
  upstream.rate = Rate{100'000, 1h};
  upstream.daily = 1'000'000;
  const std::vector<Window> windows = windows_of(upstream);
  Spending spending;
  Time now = start, last;
  for (int i = 0; i < 50'000; ++i) {
    now = std::max(now + 7ms, opening(windows, spending, last, 1, now).at);
    spend(windows, spending, 1, now);
    last = now;
  }
  std::size_t rows = 0;
  for (const std::vector<Spent>& spent : spending) rows += spent.size();
  EXPECT_LE(rows, 3u * 70);
  EXPECT_LT(encode_spending(spending).size(), 5000);
}

RC_GTEST_PROP(RateLimit, no_stretch_has_more_than_is_declared, ()) {
  Upstream upstream;
  upstream.rate = Rate{*rc::gen::inRange<std::uint64_t>(1, 300),
                       Duration{*rc::gen::element(1000, 5000, 60'000)}};
  upstream.hourly = *rc::gen::inRange<std::uint64_t>(1, 2000);
  const std::vector<Window> windows = windows_of(upstream);
  Spending spending;
  std::vector<Time> times;
  Time now = start, last;
  for (int i = 0; i < 400; ++i) {
    now += Duration{*rc::gen::inRange(0, 3000)};
    const auto count = std::min<std::uint64_t>(*rc::gen::inRange<std::uint64_t>(1, 5),
                                               std::min(upstream.rate->count, *upstream.hourly));
    if (opening(windows, spending, last, count, now).at > now) continue;
    spend(windows, spending, count, now);
    times.insert(times.end(), count, now);
    last = now;
    if (*rc::gen::inRange(0, 20) == 0) {  // a restart
      spending = decode_spending(encode_spending(spending)).value();
    }
  }
  RC_ASSERT(most_in(times, upstream.rate->per) <= upstream.rate->count);
  RC_ASSERT(most_in(times, 1h) <= *upstream.hourly);
}

}  // namespace
}  // namespace upkeep
