// What starts, in which order, how many at once, and what is looked at before.
#include "core/engine_test_world.h"

namespace upkeep::engine_test {
namespace {

TEST(Order, is_by_priority_across_collections) {
  World world;
  world.config.limits.tasks = 1;
  world.add("a", 2);
  world.add("b", 2, 1);
  world.config.collections[1].priority = {{parse_condition("n == 1").value(), Priority::critical}};
  world.assignment.run_until = world.now + 2h;
  world.begin();
  world.run_all(0);
  EXPECT_EQ(world.started, (Keys{"b/1", "a/0", "a/1", "b/0"}));
}

TEST(Order, what_comes_later_and_is_more_urgent_goes_first) {
  World world;
  world.config.limits.tasks = 1;
  world.add("a", 100);
  world.config.collections[0].priority = {{parse_condition("n >= 100").value(), Priority::high}};
  world.begin();
  world.resize({0}, 101);
  world.pass(1h);
  world.end("a/0", 0);
  EXPECT_EQ(world.started.back(), "a/100");
}

TEST(Limits, so_many_run_at_once) {
  World world;
  world.config.limits.tasks = 3;
  world.add("a", 10);
  world.begin();
  EXPECT_EQ(world.running.size(), 3);
  world.end("a/1", 0);
  EXPECT_EQ(world.running.size(), 3);
}

TEST(Limits, a_proof_takes_no_place) {
  World world;
  world.config.limits.tasks = 1;
  world.add("a", 3);
  world.begin();
  world.is_silent = true;
  world.end("a/0", 0);
  EXPECT_EQ(world.running_keys(), (Keys{"a/1"}));
}

TEST(Batch, seen_ones_close_and_the_rest_queues_again) {
  World world;
  Collector& collector = world.collector(world.add("a", 5));
  collector.batch = Batch{{}, 3};
  collector.retries.base = 1min;
  world.begin();
  // The smaller batch has the smaller penalty.
  EXPECT_EQ(world.started, (Keys{"a/3 a/4", "a/0 a/1 a/2"}));
  world.put("a/1");
  world.end("a/0", 1);
  EXPECT_EQ(world.row("a/1"), nullptr);
  EXPECT_EQ(world.row("a/0")->attempts, 1);
  EXPECT_EQ(world.row("a/2")->attempts, 1);
  world.pass(2min);
  Keys again(world.started.begin() + 2, world.started.end());
  std::ranges::sort(again);
  if (again.size() == 2) {
    EXPECT_EQ(again, (Keys{"a/0", "a/2"}));
  } else {
    EXPECT_EQ(again, (Keys{"a/0 a/2"}));
  }
}

TEST(Batch, number_is_that_of_the_partition_with_the_most_attempts) {
  World world;
  Collector& collector = world.collector(world.add("a", 2));
  collector.batch = Batch{{}, 10};
  collector.retries.base = 1ms;
  world.begin();
  EXPECT_EQ(world.running.begin()->second.number, 1);
  world.put("a/0");
  world.end("a/0", 1);
  world.pass(1s);
  ASSERT_EQ(world.running_keys(), (Keys{"a/1"}));
  EXPECT_EQ(world.running.begin()->second.number, 2);
}

TEST(Confirm, what_was_listed_a_while_ago_is_looked_at_before_it_is_filled) {
  World world;
  world.config.limits.tasks = 1;
  world.add("a", 3);
  world.begin();
  world.pass(10min);
  world.put("a/1");
  world.end("a/0", 0);
  EXPECT_EQ(world.started, (Keys{"a/0", "a/2"})) << "a/1 is there";
  EXPECT_EQ(world.summary().present, 2);
}

TEST(Confirm, a_batch_fills_only_what_is_still_missing) {
  World world;
  world.config.limits.tasks = 1;
  world.collector(world.add("a", 4)).batch = Batch{{}, 2};
  world.begin();
  ASSERT_EQ(world.started, (Keys{"a/0 a/1"}));
  world.pass(10min);
  world.put("a/2");
  world.end("a/0", 0);
  EXPECT_EQ(world.started.back(), "a/3");
}

TEST(Confirm, unknown_is_not_missing) {
  World world;
  world.config.limits.tasks = 1;
  world.add("a", 3);
  world.begin();
  world.pass(10min);
  world.unreadable.insert("lake");
  world.end("a/0", 0);
  world.pass(5min);
  EXPECT_EQ(world.started.size(), 1);
  EXPECT_NE(world.incident("unreadable"), nullptr);
  EXPECT_EQ(world.row("a/0"), nullptr) << "nobody is charged for a store that does not answer";
  world.unreadable.clear();
  world.pass(10min);
  EXPECT_EQ(world.started.size(), 2);
  EXPECT_EQ(world.incident("unreadable"), nullptr);
}

TEST(Proof, a_look_that_is_never_answered_is_asked_again) {
  World world;
  world.add("a", 1);
  world.begin();
  world.is_silent = true;
  world.end("a/0", 0);
  const std::size_t before = world.looked_at.size();
  world.pass(6min);
  world.is_silent = false;
  world.pass(10min);
  EXPECT_GT(world.looked_at.size(), before);
  EXPECT_TRUE(world.state.attempts.empty());
  EXPECT_EQ(world.summary().gaps(), 0);
}

TEST(Timeout, an_attempt_whose_end_is_never_reported_is_ended_and_its_partitions_wait) {
  World world;
  world.collector(world.add("a", 1)).timeout = 10min;
  world.begin();
  const AttemptId id = world.of("a/0");
  world.pass(15min);
  EXPECT_NE(std::ranges::find(world.stopped, id), world.stopped.end());
  EXPECT_EQ(world.started.size(), 1);
  world.end("a/0", Ending{}, false);
  EXPECT_EQ(world.row("a/0")->why, FailureClass::timeout);
}

TEST(Completeness, is_an_incident_while_it_is_too_low) {
  World world;
  world.add("a", 10);
  world.config.collections[0].expect.completeness = 0.95;
  world.put_all("a", 9);
  world.begin();
  ASSERT_NE(world.incident("completeness"), nullptr);
  EXPECT_EQ(world.running_keys(), (Keys{"a/9"})) << "gaps are queued anyway";
  world.run_all(0);
  world.pass(1h);
  EXPECT_EQ(world.incident("completeness"), nullptr);
}

TEST(Completeness, is_judged_again_when_gaps_were_filled_between_two_listings) {
  World world;
  world.config.loop.reconcile_every = 24h;
  world.add("a", 10);
  world.config.collections[0].expect.completeness = 0.95;
  world.put_all("a", 9);
  world.begin();
  world.run_all(0);
  world.pass(1h);
  EXPECT_EQ(world.listings, 1);
  EXPECT_EQ(world.incident("completeness"), nullptr);
}

TEST(Completeness, is_judged_again_at_the_end_of_a_run) {
  World world;
  world.assignment.run_until = world.now + 2h;
  world.add("a", 10);
  world.config.collections[0].expect.completeness = 0.95;
  world.begin();
  ASSERT_NE(world.incident("completeness"), nullptr);
  world.run_all(0);
  EXPECT_EQ(world.complete, 1);
  EXPECT_EQ(world.incident("completeness"), nullptr);
}

TEST(Incident, of_what_is_no_longer_declared_is_closed) {
  World world;
  world.add("a", 10);
  world.add("b", 10);
  world.config.collections[0].expect.completeness = 0.95;
  world.unreadable.insert("b");
  world.begin();
  ASSERT_NE(world.incident("completeness"), nullptr);
  ASSERT_NE(world.incident("unreadable"), nullptr);
  world.config.collections[0].name = "c";
  world.config.collections[0].expect.completeness.reset();
  world.restart();
  EXPECT_EQ(world.incident("completeness"), nullptr);
  EXPECT_NE(world.incident("unreadable"), nullptr);
}

TEST(Disk, starts_nothing_while_it_is_nearly_full) {
  World world;
  world.add("a", 9);
  world.begin();
  world.disk_free = 1000;
  world.pass(1min);
  world.end("a/0", 0);
  EXPECT_EQ(world.started.size(), 5);
  world.disk_free = 1'000'000'000'000;
  world.pass(1min);
  EXPECT_EQ(world.started.size(), 6);
}

TEST(Queue, has_running_tasks_first_and_counts_them) {
  World world;
  world.config.limits.tasks = 2;
  world.add("a", 9);
  world.begin();
  world.report("a/1", Progress{0.4});
  const Queue queue = world.engine->queue(world.now);
  ASSERT_EQ(queue.tasks.size(), 9);
  EXPECT_EQ(queue.total_tasks, 9);
  EXPECT_EQ(queue.total_gaps, 9);
  EXPECT_EQ(queue.tasks[1].status, Task::Status::running);
  EXPECT_EQ(queue.tasks[1].progress, 0.4);
  EXPECT_EQ(queue.tasks[2].status, Task::Status::pending);
  EXPECT_EQ(queue.estimate, 9min);
}

TEST(Queue, counts_gaps_that_an_orphan_holds) {
  World world;
  world.add("a", 3);
  world.begin();
  world.restart();
  EXPECT_EQ(world.engine->queue(world.now).total_gaps, world.summary().gaps());
}

}  // namespace
}  // namespace upkeep::engine_test
