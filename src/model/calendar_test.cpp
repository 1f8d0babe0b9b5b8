#include "model/calendar.h"

#include <gtest/gtest.h>

#include <chrono>

namespace upkeep {
namespace {

using namespace std::chrono;
using namespace std::chrono_literals;

const Time monday = sys_days{2025y / November / 3};
const Zone utc;

Schedule at(std::string_view text) { return {*Cron::parse(text)}; }

TEST(Calendar, a_schedule_has_the_times_of_all_its_parts) {
  Schedule both = at("0 2 * * *");
  both.push_back(*Cron::parse("30 9 * * *"));
  EXPECT_EQ(next_after(both, monday + 2h, utc), monday + 9h + 30min);
  EXPECT_EQ(last_at(both, monday + 9h, utc), monday + 2h);
  EXPECT_EQ(last_at(both, monday + 2h, utc), monday + 2h) << "the time itself counts";
  EXPECT_EQ(to_text(both), "0 2 * * *; 30 9 * * *");
  EXPECT_EQ(next_after({}, monday, utc), Time::max());
  EXPECT_EQ(last_at({}, monday, utc), Time::min());
}

TEST(Calendar, maintenance_lasts_from_its_begin_to_just_before_its_end) {
  const std::vector<Maintenance> windows = {{at("0 2 * * *"), 2h}};
  EXPECT_FALSE(maintenance_until(windows, monday + 2h - 1ms, utc));
  EXPECT_EQ(maintenance_until(windows, monday + 2h, utc), monday + 4h);
  EXPECT_EQ(maintenance_until(windows, monday + 4h - 1ms, utc), monday + 4h);
  EXPECT_FALSE(maintenance_until(windows, monday + 4h, utc));
  EXPECT_EQ(next_maintenance(windows, monday + 3h, utc), monday + 26h);
}

TEST(Calendar, windows_that_follow_each_other_are_one_pause) {
  const std::vector<Maintenance> windows = {
      {at("0 2 * * *"), 2h}, {at("0 4 * * *"), 1h}, {at("30 1 * * *"), 45min}};
  EXPECT_EQ(maintenance_until(windows, monday + 1h + 40min, utc), monday + 5h);
}

TEST(Calendar, windows_without_an_end_are_over_in_a_year) {
  const std::vector<Maintenance> windows = {{at("0 * * * *"), 1h}};
  const auto until = maintenance_until(windows, monday, utc);
  ASSERT_TRUE(until);
  EXPECT_GE(*until, monday + days{366});
  EXPECT_LE(*until, monday + days{367});
}

TEST(Calendar, a_window_keeps_its_length_when_clocks_are_turned) {
  const auto berlin = Zone::load("Europe/Berlin");
  ASSERT_TRUE(berlin);
  const std::vector<Maintenance> windows = {{at("30 1 * * *"), 2h}};
  const Time begun = sys_days{2025y / October / 26} - 30min;  // 01:30, clocks go back at three
  EXPECT_EQ(maintenance_until(windows, begun, *berlin), begun + 2h);
}

}  // namespace
}  // namespace upkeep
