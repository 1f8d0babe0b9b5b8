// By when gaps are to be closed: which come first because of it, and what is late.
#include "core/deadlines.h"

#include "core/engine_test_world.h"
// It needs GoogleTest before itself.
#include <rapidcheck/gtest.h>

namespace upkeep::engine_test {
namespace {

Deadline daily_at(const std::string& cron, Duration lead) {
  return {{Cron::parse(cron).value()}, lead};
}

/// By the words of the documentation, one deadline after the other.
Time near_by_steps(const Deadline& deadline, Time since, Time now, const Zone& zone) {
  const Time own = next_after(deadline.times, since, zone);
  const Time following = next_after(deadline.times, own, zone);
  return own - deadline.lead <= now && now < following ? own : Time::max();
}

RC_GTEST_PROP(Deadlines, are_those_that_follow_each_other, ()) {
  const Zone zone = Zone::load(*rc::gen::element<std::string>("UTC", "America/New_York")).value();
  const Deadline deadline =
      daily_at(*rc::gen::element<std::string>("0 8 * * *", "30 2 * * *", "0 8 * * 1-5"),
               std::chrono::hours{*rc::gen::inRange(1, 30)});
  const Time now = sys_days{std::chrono::year{2025} / 3 / 1} +
                   std::chrono::minutes{*rc::gen::inRange(0, 90'000)};
  const Time since = now - std::chrono::minutes{*rc::gen::inRange(0, 10'000)};
  const Deadlines deadlines(deadline, now, zone);
  RC_ASSERT(deadlines.near(since) == near_by_steps(deadline, since, now, zone));
  const Time own = next_after(deadline.times, since, zone);
  RC_ASSERT(deadlines.is_late(since) ==
            (own <= now && now < next_after(deadline.times, own, zone)));
  RC_ASSERT(deadlines.steady_until() > now);
  const Time later = now + std::chrono::minutes{*rc::gen::inRange(0, 2'000)};
  if (later < deadlines.steady_until()) {
    RC_ASSERT(Deadlines(deadline, later, zone).near(since) == deadlines.near(since));
  }
}

/// It is noon; of `b` all is to be there by two, and comes first from one on.
struct Urgent : World {
  Urgent() {
    config.limits.tasks = 1;
    collector(add("a", 10)).estimate = 1min;
    config.collections[0].priority = {{parse_condition("n >= 0").value(), Priority::critical}};
    config.collections[0].weight = 9;
    collector(add("b", 3)).retries = {.max = 0, .rest = 1h};
    config.collections[1].priority = {{parse_condition("n >= 0").value(), Priority::low}};
    config.collections[1].by = daily_at("0 14 * * *", 1h);
    begin();
  }
};

TEST(Deadlines, that_are_near_come_before_all_else) {
  Urgent world;
  EXPECT_EQ(world.running_keys(), Keys{"a/0"});
  world.end("a/0", 0);
  EXPECT_EQ(world.running_keys(), Keys{"a/1"});
  world.pass(1h);
  world.end("a/1", 0);
  EXPECT_EQ(world.running_keys(), Keys{"b/0"});
  const Task next = world.engine->queue(world.now).tasks.at(1);
  EXPECT_EQ(next.space->key(next.partitions.front()), "b/1");
  EXPECT_EQ(to_text(next.priority), "CRITICAL");
  EXPECT_EQ(to_text(next.declared), "LOW");
  EXPECT_EQ(to_text(next.deadline), "2025-11-01T14:00:00Z");
}

TEST(Deadlines, that_passed_are_an_incident_until_all_is_there) {
  Urgent world;
  world.pass(1h);
  world.end("a/0", 0);
  world.end("b/0", 0);
  EXPECT_EQ(world.incident("deadline"), nullptr);
  world.pass(1h + 1min);
  ASSERT_NE(world.incident("deadline"), nullptr);
  EXPECT_EQ(world.incident("deadline")->text,
            "2 of what was due are not there by 2025-11-01T14:00:00Z: b/1 and others");
  world.end("b/1", 0);
  EXPECT_EQ(world.running_keys(), Keys{"b/2"});
  world.end("b/2", 0);
  world.pass(10min);
  EXPECT_EQ(world.incident("deadline"), nullptr);
}

TEST(Deadlines, of_yesterday_are_no_reason_to_come_first) {
  Urgent world;
  world.pass(1h);
  world.end("a/0", 0);
  world.end("b/0", 1);
  world.end("b/1", 1);
  world.end("b/2", 1);
  EXPECT_EQ(world.running_keys(), Keys{"a/1"});
  world.pass(3h);
  world.end("a/1", 0);
  EXPECT_EQ(world.running_keys(), Keys{"b/0"});
  world.end("b/0", 1);
  world.end("b/1", 1);
  world.end("b/2", 1);
  EXPECT_EQ(world.running_keys(), Keys{"a/2"});
  world.pass(25h);
  EXPECT_EQ(world.incident("deadline"), nullptr);
  world.end("a/2", 0);
  EXPECT_EQ(world.running_keys(), Keys{"a/3"});
}

}  // namespace
}  // namespace upkeep::engine_test
