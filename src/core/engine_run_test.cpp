// One run from beginning to end: what it waits for and when it is complete.
#include "core/engine_test_world.h"

namespace upkeep::engine_test {
namespace {

struct OneRun : World {
  OneRun() { assignment.run_until = now + 2h; }
};

TEST(Run, is_complete_once_when_all_is_filled) {
  OneRun world;
  world.add("a", 12);
  world.begin();
  EXPECT_EQ(world.complete, 0);
  world.run_all(0);
  EXPECT_EQ(world.complete, 1);
  world.pass(1h);
  EXPECT_EQ(world.complete, 1);
  EXPECT_EQ(world.started.size(), 12);
}

TEST(Run, is_complete_at_once_when_there_is_nothing_to_do) {
  OneRun world;
  world.add("a", 2);
  world.put_all("a", 2);
  world.begin();
  EXPECT_EQ(world.complete, 1);
}

TEST(Run, waits_for_retries_that_come_due_in_its_time_but_never_for_rests) {
  OneRun world;
  world.collector(world.add("a", 1)).retries = {.max = 2, .base = 5min, .cap = 5min, .rest = 10min};
  world.begin();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(world.complete, 0);
    world.pass(6min);
    ASSERT_EQ(world.running.size(), 1);
    world.end("a/0", 1);
  }
  EXPECT_EQ(world.complete, 1);
  EXPECT_EQ(world.started.size(), 3);
  EXPECT_NE(world.incident("unfillable"), nullptr);
}

TEST(Run, tries_what_has_rested_enough) {
  OneRun world;
  world.collector(world.add("a", 1)).retries = {.max = 0, .base = 5min, .cap = 5min, .rest = 10min};
  world.begin();
  world.run_all(1);
  ASSERT_EQ(world.complete, 1);
  world.now += 20min;
  world.assignment.run_until = world.now + 2h;
  world.restart();
  EXPECT_EQ(world.running.size(), 1);
  world.run_all(1);
  EXPECT_EQ(world.complete, 2);
  EXPECT_EQ(world.started.size(), 2);
}

TEST(Run, does_not_wait_for_a_retry_after_its_time) {
  OneRun world;
  world.add("a", 1);
  world.begin();
  world.report("a/0", RetryAfter{3h});
  world.end("a/0", 75);
  EXPECT_EQ(world.complete, 1);
}

TEST(Run, starts_nothing_after_its_time_but_waits_for_what_runs) {
  OneRun world;
  world.add("a", 12);
  world.begin();
  world.pass(2h - 1min);
  world.pass(2min);
  world.end("a/0", 0);
  EXPECT_EQ(world.started.size(), 5);
  EXPECT_EQ(world.complete, 0);
  world.run_all(0);
  EXPECT_EQ(world.started.size(), 5);
  EXPECT_EQ(world.complete, 1);
}

TEST(Run, is_complete_at_once_when_no_store_can_be_listed) {
  OneRun world;
  world.add("a", 2);
  world.unreadable.insert("lake");
  world.begin();
  EXPECT_EQ(world.complete, 1);
  EXPECT_TRUE(world.started.empty());
}

TEST(Run, fills_one_store_when_another_fails) {
  OneRun world;
  world.add("a", 2);
  world.add("b", 2, 1);
  world.unreadable.insert("lake");
  world.begin();
  EXPECT_EQ(world.running_keys(), (Keys{"b/0", "b/1"}));
  world.run_all(0);
  EXPECT_EQ(world.complete, 1);
}

TEST(Run, goes_on_after_a_store_that_vanished_for_a_moment) {
  OneRun world;
  world.config.limits.tasks = 1;
  world.add("a", 3);
  world.begin();
  world.pass(2min);
  world.unreadable.insert("lake");
  world.end("a/0", 0);
  EXPECT_EQ(world.complete, 0);
  world.pass(20s);
  EXPECT_EQ(world.started.size(), 1);
  world.unreadable.clear();
  world.pass(40s);
  world.run_all(0);
  EXPECT_EQ(world.complete, 1);
  EXPECT_EQ(world.summary().gaps(), 0);
}

TEST(Run, gives_up_on_a_store_that_vanished_in_the_middle) {
  OneRun world;
  world.config.limits.tasks = 1;
  world.add("a", 3);
  world.begin();
  world.pass(2min);
  world.unreadable.insert("lake");
  world.end("a/0", 0);
  world.pass(10min);
  EXPECT_EQ(world.complete, 1);
  EXPECT_EQ(world.started.size(), 1);
}

TEST(Run, of_an_attempt_that_could_not_be_proved_the_next_one_proves_it) {
  OneRun world;
  world.add("a", 1);
  world.begin();
  world.unreadable.insert("lake");
  world.end("a/0", 0);
  world.pass(10min);
  ASSERT_EQ(world.complete, 1);
  EXPECT_EQ(world.state.attempts.size(), 1);
  world.unreadable.clear();
  world.assignment.run_until = world.now + 2h;
  world.restart();
  ASSERT_EQ(world.watched.size(), 1);
  world.send(OrphanEnded{world.watched[0]});
  EXPECT_EQ(world.complete, 2);
  EXPECT_TRUE(world.state.attempts.empty());
  EXPECT_EQ(world.started.size(), 1);
}

TEST(Run, waits_for_orphans_until_its_time_is_over) {
  OneRun world;
  world.add("a", 1);
  world.begin();
  world.restart();
  EXPECT_EQ(world.complete, 0);
  world.end("a/0", Ending{}, true);
  EXPECT_EQ(world.complete, 1);
}

TEST(Run, leaves_a_held_loss_alone) {
  OneRun world;
  world.add("a", 30);
  world.put_all("a", 30);
  world.begin();
  world.objects.clear();
  world.assignment.run_until = world.now + 2h;
  world.restart();
  EXPECT_EQ(world.complete, 2);
  EXPECT_TRUE(world.started.empty());
  EXPECT_NE(world.incident("held_loss"), nullptr);
}

TEST(Run, fills_only_what_was_asked_for) {
  OneRun world;
  world.add("a", 5);
  world.add("b", 5);
  world.assignment.collections = {CollectionId{1}};
  world.assignment.where = parse_condition("n >= 3").value();
  world.begin();
  EXPECT_EQ(world.running_keys(), (Keys{"b/3", "b/4"}));
  world.run_all(0);
  EXPECT_EQ(world.complete, 1);
}

TEST(Run, is_complete_though_another_collection_waits_for_a_retry) {
  OneRun world;
  world.collector(world.add("a", 1)).retries.base = 1h;
  world.add("b", 1);
  world.begin();
  world.end("a/0", 1);
  world.restart();
  world.run_all(0);
  ASSERT_EQ(world.complete, 0);
  world.assignment.collections = {CollectionId{1}};
  world.restart();
  EXPECT_EQ(world.complete, 1);
}

TEST(Run, without_filling_looks_and_starts_nothing) {
  OneRun world;
  world.assignment.fill = false;
  world.add("a", 5);
  world.begin();
  EXPECT_EQ(world.complete, 1);
  EXPECT_TRUE(world.started.empty());
  EXPECT_EQ(world.engine->queue(world.now).total_tasks, 5);
}

TEST(Run, of_what_is_not_enabled_starts_nothing) {
  OneRun world;
  world.config.enabled = false;
  world.add("a", 5);
  world.begin();
  EXPECT_EQ(world.complete, 1);
  EXPECT_TRUE(world.started.empty());
}

TEST(Run, ends_what_runs_when_it_is_asked_to_stop) {
  OneRun world;
  world.add("a", 9);
  world.begin();
  world.send(StopAsked{});
  EXPECT_EQ(world.stopped.size(), 5);
  EXPECT_EQ(world.complete, 0);
  while (!world.running.empty()) {
    world.end(world.running_keys().front(), ended_as(Ending::Kind::interrupted));
  }
  EXPECT_EQ(world.complete, 1);
  EXPECT_EQ(world.started.size(), 5);
  EXPECT_TRUE(world.state.attempts.empty());
  EXPECT_EQ(world.row("a/0")->attempts, 0) << "an attempt that upkeep cut short is not charged";
}

TEST(Run, a_stop_does_not_wait_for_a_store_that_cannot_be_looked_at) {
  OneRun world;
  world.add("a", 3);
  world.begin();
  world.unreadable.insert(world.config.stores[0].name);
  world.send(StopAsked{});
  while (!world.running.empty()) {
    world.end(world.running_keys().front(), ended_as(Ending::Kind::interrupted));
  }
  EXPECT_EQ(world.complete, 1);
  EXPECT_EQ(world.state.attempts.size(), 3) << "the next life looks again";
}

TEST(Run, waits_for_room_on_the_disk_but_not_for_ever) {
  OneRun world;
  world.add("a", 3);
  world.disk_free = 1000;
  world.begin();
  EXPECT_TRUE(world.started.empty());
  EXPECT_EQ(world.complete, 0);
  EXPECT_NE(world.incident("disk_low"), nullptr);
  world.pass(30s);
  world.disk_free = 1'000'000'000'000;
  world.pass(30s);
  EXPECT_EQ(world.incident("disk_low"), nullptr);
  EXPECT_EQ(world.running.size(), 3);
  world.disk_free = 1000;
  world.pass(20s);
  world.run_all(1);
  EXPECT_EQ(world.complete, 0);
  world.pass(1min);
  EXPECT_EQ(world.complete, 1) << "though retries are due";
  EXPECT_EQ(world.started.size(), 3);
}

}  // namespace
}  // namespace upkeep::engine_test
