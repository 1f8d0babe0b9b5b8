// How many requests at once, and what helps against refusals.
#include "s3/pace.h"

#include <gtest/gtest.h>

#include "s3/remedy.h"

namespace upkeep::s3 {
namespace {

using namespace std::chrono_literals;

/// So many good answers, each of which took so long.
void answer(Pace& pace, Time& now, int count, Duration took) {
  for (int i = 0; i < count; ++i) {
    const Time sent = now;
    now += took;
    pace.answered(sent, now);
  }
}

TEST(Pace, good_answers_allow_more_up_to_the_most) {
  Pace pace(10);
  EXPECT_EQ(pace.at_once(), 4u);
  Time now;
  answer(pace, now, 5, 20ms);
  EXPECT_EQ(pace.at_once(), 5u);
  answer(pace, now, 200, 20ms);
  EXPECT_EQ(pace.at_once(), 10u);
  EXPECT_EQ(Pace(2).at_once(), 2u);
}

TEST(Pace, a_server_that_asks_for_less_is_obeyed_once_for_all_that_was_under_way) {
  Pace pace(64);
  Time now;
  answer(pace, now, 5000, 20ms);
  ASSERT_EQ(pace.at_once(), 64u);
  const Time sent = now;
  now += 20ms;
  for (int i = 0; i < 64; ++i) pace.refused(sent, now);
  EXPECT_EQ(pace.at_once(), 32u);
  for (int i = 0; i < 20; ++i) {
    now += 20ms;
    pace.refused(now, now);
  }
  EXPECT_EQ(pace.at_once(), 1u) << "never nothing";
}

TEST(Pace, while_answers_take_much_longer_than_they_could_it_does_not_grow) {
  Pace pace(64);
  Time now;
  answer(pace, now, 100, 20ms);
  answer(pace, now, 20, 2s);
  const std::size_t then = pace.at_once();
  answer(pace, now, 100, 2s);
  EXPECT_EQ(pace.at_once(), then);
}

TEST(Remedy, refusals_are_known_by_their_code_before_their_status) {
  EXPECT_EQ(remedy_for(503, {"SlowDown", "", ""}), Remedy::slower);
  EXPECT_EQ(remedy_for(200, {"InternalError", "", ""}), Remedy::again);
  EXPECT_EQ(remedy_for(400, {"RequestTimeout", "", ""}), Remedy::again);
  EXPECT_EQ(remedy_for(400, {"ExpiredToken", "", ""}), Remedy::renew);
  EXPECT_EQ(remedy_for(403, {"RequestTimeTooSkewed", "", ""}), Remedy::clock);
  EXPECT_EQ(remedy_for(400, {"AuthorizationHeaderMalformed", "", "eu-west-1"}), Remedy::region);
  EXPECT_EQ(remedy_for(403, {"AccessDenied", "", ""}), Remedy::none);
  EXPECT_EQ(remedy_for(404, {"NoSuchBucket", "", ""}), Remedy::none);
}

TEST(Remedy, without_a_code_the_status_decides) {
  EXPECT_EQ(remedy_for(503, {}), Remedy::slower);
  EXPECT_EQ(remedy_for(429, {}), Remedy::slower);
  for (const int status : {408, 500, 502, 504}) EXPECT_EQ(remedy_for(status, {}), Remedy::again);
  for (const int status : {301, 307, 308}) EXPECT_EQ(remedy_for(status, {}), Remedy::region);
  for (const int status : {200, 400, 401, 403, 404, 412, 501}) {
    EXPECT_EQ(remedy_for(status, {}), Remedy::none) << status;
  }
  EXPECT_EQ(remedy_for(400, {"", "", "eu-west-1"}), Remedy::region);
}

TEST(Retries, the_wait_is_a_random_part_of_a_time_that_doubles) {
  const Retries retries{5, 100ms, 1s};
  Random random(1);
  Duration longest_first{}, longest_late{};
  for (int i = 0; i < 1000; ++i) {
    longest_first = std::max(longest_first, retries.wait(1, {}, random));
    longest_late = std::max(longest_late, retries.wait(9, {}, random));
  }
  EXPECT_GT(longest_first, 90ms);
  EXPECT_LE(longest_first, 100ms);
  EXPECT_GT(longest_late, 900ms);
  EXPECT_LE(longest_late, 1s);
  EXPECT_GE(retries.wait(1, 3s, random), 3s);
  EXPECT_LE(retries.wait(1, 24h, random), 60s) << "nobody waits for a day";
}

}  // namespace
}  // namespace upkeep::s3
