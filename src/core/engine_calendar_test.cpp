// Scheduled runs and maintenance.
#include "core/engine_test_world.h"

namespace upkeep::engine_test {
namespace {

Schedule at(std::string_view text) { return {*Cron::parse(text)}; }

/// One collection of one partition, whose collector runs at two each day; it is noon.
struct Nightly : World {
  ScheduleRow& runs() { return state.schedules.at(config.collectors.front().name); }

  Nightly() {
    config.loop.reconcile_every = 240h;
    Collector& one = collector(add("a", 1));
    one.schedule = at("0 2 * * *");
    one.retries = {.max = 0, .base = 5min, .cap = 5min, .rest = 160h};
  }
};

TEST(Schedule, lists_and_fills_at_its_time_what_rests) {
  Nightly world;
  world.begin();
  world.end("a/0", 1);
  world.pass(13h + 59min);
  EXPECT_EQ(world.started.size(), 1);
  const int before = world.listings;
  world.pass(2min);
  EXPECT_EQ(world.listings, before + 1);
  EXPECT_EQ(world.running_keys(), Keys{"a/0"});
  world.end("a/0", 1);
  EXPECT_EQ(world.row("a/0")->rests, 2) << "what it failed before is remembered";
  EXPECT_EQ(world.engine->schedules(world.now).front().row.phase, ScheduleRow::Phase::done);
}

TEST(Schedule, fills_fewer_tasks_than_a_round_needs) {
  Nightly world;
  world.config.loop.min_tasks_to_trigger = 3;
  world.begin();
  world.pass(13h);
  EXPECT_TRUE(world.started.empty());
  world.pass(2h);
  EXPECT_EQ(world.started.size(), 1);
}

TEST(Schedule, that_was_missed_several_times_is_made_good_once) {
  Nightly world;
  world.begin();
  world.end("a/0", 1);
  world.now += days{3};
  world.restart();
  EXPECT_EQ(world.started.size(), 2);
  world.end("a/0", 1);
  world.pass(10h);
  world.restart();
  EXPECT_EQ(world.started.size(), 2);
}

TEST(Schedule, what_was_due_before_it_was_declared_is_not_made_good) {
  Nightly world;
  world.begin();
  world.end("a/0", 1);
  world.pass(4h);
  world.collector(CollectionId{0}).schedule = at("0 13 * * *");
  world.restart();
  EXPECT_EQ(world.started.size(), 1);
  world.pass(22h);
  EXPECT_EQ(world.started.size(), 2);
}

TEST(Schedule, begun_before_a_restart_goes_on_after_it) {
  Nightly world;
  world.config.loop.min_tasks_to_trigger = 3;
  world.begin();
  world.is_silent = true;
  world.pass(14h + 1min);
  EXPECT_EQ(world.runs().phase, ScheduleRow::Phase::listing);
  world.is_silent = false;
  world.restart();
  EXPECT_EQ(world.started.size(), 1);
}

TEST(Schedule, that_comes_while_the_last_run_goes_on_follows_it_once) {
  Nightly world;
  world.collector(CollectionId{0}).schedule = at("*/10 * * * *");
  world.collector(CollectionId{0}).timeout = 5h;
  world.begin();
  world.pass(65min);
  const int before = world.listings;
  world.end("a/0", 0);
  EXPECT_EQ(world.listings, before + 1);
  world.pass(5min);
  EXPECT_LE(world.listings, before + 2);
}

TEST(Schedule, a_clock_that_was_turned_back_brings_no_second_run_and_a_wrong_one_no_standstill) {
  Nightly world;
  world.begin();
  world.end("a/0", 1);
  world.pass(14h + 1min);
  ASSERT_EQ(world.started.size(), 2);
  world.end("a/0", 1);
  world.now -= 1h;
  world.restart();
  world.pass(3h);
  EXPECT_EQ(world.started.size(), 2);
  world.runs().due = world.now + days{900};
  world.restart();
  world.pass(24h);
  EXPECT_EQ(world.started.size(), 3);
}

TEST(Schedule, nothing_of_it_happens_in_a_dry_run_or_when_disabled) {
  Nightly world;
  world.config.enabled = false;
  world.begin();
  const int before = world.listings;
  world.pass(24h);
  EXPECT_EQ(world.listings, before);
  world.config.enabled = true;
  world.restart();
  EXPECT_EQ(world.runs().due, sys_days{std::chrono::year{2025} / 11 / 2} + 2h)
      << "what was missed is made good";
}

/// Two collections; maintenance from one to three in the afternoon.
struct Closed : World {
  Closed() {
    config.loop.reconcile_every = 30min;
    config.maintenance = {{at("0 13 * * *"), 2h}};
    add("a", 1);
    add("b", 1);
  }
};

TEST(Maintenance, begins_nothing_and_lets_go_on_what_runs) {
  Closed world;
  world.begin();
  ASSERT_EQ(world.running_keys(), (Keys{"a/0", "b/0"}));
  world.pass(1h);
  ASSERT_EQ(world.engine->paused_until(), world.now + 2h);
  const int before = world.listings;
  world.end("a/0", 0);
  EXPECT_EQ(world.row("a/0"), nullptr) << "it is proved";
  world.end("b/0", 1);
  world.send(ReconcileAsked{});
  world.send(FillAsked{});
  world.pass(119min);
  EXPECT_EQ(world.listings, before);
  EXPECT_TRUE(world.running_keys().empty());
  world.pass(1min);
  EXPECT_EQ(world.listings, before + 1);
  EXPECT_EQ(world.running_keys(), Keys{"b/0"});
  EXPECT_FALSE(world.engine->paused_until());
}

TEST(Maintenance, holds_after_a_restart_in_the_middle_of_it) {
  Closed world;
  world.now += 90min;
  world.begin();
  EXPECT_EQ(world.listings, 0);
  EXPECT_TRUE(world.started.empty());
  world.pass(91min);
  EXPECT_EQ(world.listings, 1);
  EXPECT_EQ(world.started.size(), 2);
}

TEST(Maintenance, a_foreground_run_does_not_wait_for) {
  Closed world;
  world.now += 90min;
  world.assignment.run_until = world.now + 1h;
  world.begin();
  EXPECT_EQ(world.started.size(), 2);
}

TEST(Maintenance, a_scheduled_run_waits_for_its_end) {
  Closed world;
  world.config.loop.reconcile_every = 240h;
  world.collector(CollectionId{0}).schedule = at("30 13 * * *");
  world.begin();
  world.run_all(0);
  world.pass(1min);
  world.objects.clear();
  const int before = world.listings;
  world.pass(2h + 58min);
  EXPECT_EQ(world.listings, before);
  world.pass(2min);
  EXPECT_EQ(world.listings, before + 1);
  EXPECT_EQ(world.started.size(), 4);
}

}  // namespace
}  // namespace upkeep::engine_test
