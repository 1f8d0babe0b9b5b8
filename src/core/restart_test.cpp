#include "core/restart.h"

#include <gtest/gtest.h>

namespace upkeep {
namespace {

using namespace std::chrono_literals;

TEST(RestartPace, waits_longer_each_time_but_never_longer_than_the_longest) {
  RestartPace pace;
  EXPECT_EQ(pace.wait_after(0s), 1s);
  EXPECT_EQ(pace.wait_after(2s), 2s);
  EXPECT_EQ(pace.wait_after(9min), 4s);
  for (int i = 0; i < 100; ++i) EXPECT_LE(pace.wait_after(0s), 5min);
  EXPECT_EQ(pace.wait_after(0s), 5min) << "it is never given up";
  EXPECT_EQ(pace.restarts(), 104);
}

TEST(RestartPace, begins_anew_after_a_life_that_was_well) {
  RestartPace pace;
  for (int i = 0; i < 10; ++i) pace.wait_after(0s);
  EXPECT_EQ(pace.wait_after(10min), 1s);
  EXPECT_EQ(pace.wait_after(0s), 2s);
}

}  // namespace
}  // namespace upkeep
