// What the engine makes of a collector that lacks a permission.
#include "core/engine_test_world.h"

namespace upkeep::engine_test {
namespace {

/// Many gaps, one task at a time; the first three were refused.
struct Refused : World {
  Refused() {
    config.limits.tasks = 1;
    add("a", 50);
    begin();
    run_all(77);
  }
};

TEST(Refusals, three_in_a_row_hold_all_other_tasks_of_the_collector) {
  Refused world;
  EXPECT_EQ(world.started.size(), 3);
  ASSERT_NE(world.incident("permission_denied"), nullptr);
  EXPECT_EQ(world.incident("permission_denied")->amount, 3);
  const Queue queue = world.engine->queue(world.now);
  ASSERT_FALSE(queue.tasks.empty());
  for (const Task& task : queue.tasks) EXPECT_EQ(task.status, Task::Status::held);
  EXPECT_NE(queue.tasks.front().held_by.find("its collector was refused"), std::string::npos);
}

TEST(Refusals, one_task_is_tried_after_each_rest) {
  Refused world;
  world.config.limits.tasks = 5;
  world.pass(6h - 1min);
  EXPECT_EQ(world.started.size(), 3);
  world.pass(2min);
  EXPECT_EQ(world.started.size(), 4) << "one, and no other beside it";
  world.pass(30min);
  EXPECT_EQ(world.started.size(), 4);
  world.run_all(77);
  EXPECT_EQ(world.started.size(), 4);
  world.pass(6h + 1min);
  EXPECT_EQ(world.started.size(), 5);
}

TEST(Refusals, a_success_releases_all_the_others) {
  Refused world;
  world.pass(6h + 1min);
  world.run_all(0);
  EXPECT_EQ(world.incident("permission_denied"), nullptr);
  EXPECT_EQ(world.summary().gaps(), 0);
  EXPECT_EQ(world.started.size(), 53);
}

TEST(Refusals, a_few_forbidden_partitions_hold_nothing_and_are_tried_once) {
  World world;
  world.config.limits.tasks = 1;
  world.add("a", 50);
  world.begin();
  for (std::uint64_t i = 0; i < 50; ++i) {
    ASSERT_FALSE(world.running.empty()) << i;
    world.end(world.running_keys().front(), i % 3 == 2 ? 0 : 77);
  }
  EXPECT_EQ(world.started.size(), 50);
  EXPECT_EQ(world.summary().gaps(), 34);
}

TEST(Refusals, of_many_that_are_refused_at_once_few_others_have_started) {
  World world;
  world.add("a", 50);
  world.begin();
  world.run_all(77);
  EXPECT_EQ(world.started.size(), 7) << "in each of the first two places another one";
}

TEST(Refusals, another_failure_does_not_tell_and_another_task_is_tried) {
  Refused world;
  world.pass(6h + 1min);
  world.end(world.running_keys().front(), 1);
  EXPECT_NE(world.incident("permission_denied"), nullptr);
  EXPECT_EQ(world.running.size(), 1);
}

TEST(Refusals, an_ack_has_one_task_tried_at_once) {
  Refused world;
  world.send(AckAsked{world.incident("permission_denied")->id});
  world.pass(1min);
  ASSERT_EQ(world.running.size(), 1);
  world.run_all(77);
  EXPECT_EQ(world.started.size(), 4);
  EXPECT_EQ(world.incident("permission_denied")->state, IncidentRow::State::open);
  world.pass(1h);
  EXPECT_TRUE(world.running.empty());
}

TEST(Refusals, hold_across_a_restart_and_hold_nobody_else) {
  Refused world;
  world.add("b", 1);
  world.restart();
  EXPECT_EQ(world.running_keys(), (Keys{"b/0"}));
}

TEST(Refusals, a_later_run_tries_one_task_and_waits_for_nothing) {
  Refused world;
  world.now += 1h;
  world.assignment.run_until = world.now + 2h;
  world.restart();
  EXPECT_EQ(world.running.size(), 1);
  world.run_all(77);
  EXPECT_EQ(world.started.size(), 4);
  EXPECT_EQ(world.complete, 1);
}

TEST(Refusals, a_run_does_not_wait_for_retries_that_are_held) {
  World world;
  world.assignment.run_until = world.now + 2h;
  world.config.limits.tasks = 4;
  world.add("a", 4);
  world.begin();
  world.end("a/0", 1);
  for (const char* key : {"a/1", "a/2", "a/3"}) world.end(key, 77);
  world.pass(1s);
  EXPECT_EQ(world.complete, 1);
}

TEST(Refusals, are_over_when_no_gap_is_left) {
  Refused world;
  world.put_all("a", 50);
  world.pass(2h);
  EXPECT_EQ(world.incident("permission_denied"), nullptr);
}

}  // namespace
}  // namespace upkeep::engine_test
