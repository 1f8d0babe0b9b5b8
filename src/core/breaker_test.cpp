#include "core/breaker.h"

#include <gtest/gtest.h>

namespace upkeep {
namespace {

using namespace std::chrono_literals;

struct World {
  UpstreamRow row;
  Time now = std::chrono::sys_days{std::chrono::year{2026} / 3 / 1};

  bool end(Verdict verdict) {
    now += 1s;
    return note_outcome(row, verdict, "503", now, now);
  }
  bool fail() { return end(Verdict::bad); }
  bool succeed() { return end(Verdict::good); }
};

TEST(Breaker, opens_after_five_failures_in_a_row) {
  World world;
  for (int i = 0; i < 4; ++i) EXPECT_FALSE(world.fail());
  EXPECT_FALSE(world.end(Verdict::none)) << "says nothing";
  EXPECT_TRUE(world.fail());
  EXPECT_TRUE(is_open(world.row, world.now + 29s));
  EXPECT_TRUE(is_half_open(world.row, world.now + 30s));
}

TEST(Breaker, opens_when_half_of_the_last_ten_failed) {
  World world;
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(world.succeed());
  for (int i = 0; i < 4; ++i) {
    EXPECT_FALSE(world.fail());
    EXPECT_FALSE(world.succeed());
  }
  EXPECT_TRUE(world.fail());
}

TEST(Breaker, of_less_than_ten_only_failures_in_a_row_count) {
  World world;
  EXPECT_FALSE(world.fail());
  EXPECT_FALSE(world.succeed());
  for (int i = 0; i < 4; ++i) EXPECT_FALSE(world.fail());
}

TEST(Breaker, stays_open_longer_each_time_up_to_five_minutes_and_closes_at_a_success) {
  World world;
  for (int i = 0; i < 5; ++i) world.fail();
  for (int n = 2; n < 14; ++n) {
    world.now = world.row.open_until;
    EXPECT_TRUE(world.fail());
    EXPECT_EQ(world.row.open_until - world.now, std::min<Duration>(30s * n, 5min));
  }
  world.now = world.row.open_until;
  EXPECT_TRUE(world.succeed());
  EXPECT_EQ(world.row.opened, 0);
  EXPECT_FALSE(is_half_open(world.row, world.now));
  EXPECT_FALSE(world.fail()) << "and all is forgotten";
}

TEST(Breaker, what_was_started_before_it_opened_says_nothing_while_it_is_open) {
  World world;
  const Time before = world.now;
  for (int i = 0; i < 5; ++i) world.fail();
  const Time until = world.row.open_until;
  EXPECT_FALSE(note_outcome(world.row, Verdict::bad, "503", before, until + 1s));
  EXPECT_FALSE(note_outcome(world.row, Verdict::good, "", before, until + 1s));
  EXPECT_EQ(world.row.open_until, until);
}

TEST(Breaker, only_what_an_upstream_may_have_caused_counts) {
  EXPECT_EQ(verdict_of({Claim::success, FailureClass::none, false, ""}), Verdict::good);
  EXPECT_EQ(verdict_of({Claim::gone, FailureClass::none, false, ""}), Verdict::good);
  EXPECT_EQ(verdict_of({Claim::later, FailureClass::none, false, ""}), Verdict::none);
  EXPECT_EQ(verdict_of({Claim::failed, FailureClass::unknown, false, ""}), Verdict::bad);
  EXPECT_EQ(verdict_of({Claim::failed, FailureClass::timeout, false, ""}), Verdict::bad);
  for (const FailureClass why :
       {FailureClass::interrupted, FailureClass::permission_denied, FailureClass::bad_request,
        FailureClass::killed, FailureClass::crashed}) {
    EXPECT_EQ(verdict_of({Claim::failed, why, false, ""}), Verdict::none);
  }
}

}  // namespace
}  // namespace upkeep
