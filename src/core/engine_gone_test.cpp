// Tombstones: partitions that do not exist upstream.
#include "core/engine_test_world.h"

namespace upkeep::engine_test {
namespace {

/// Three missing partitions that one attempt is to fill, begun.
struct Batched : World {
  Batched() {
    collector(add("a", 3)).batch = Batch{{}, 100};
    begin();
  }
};

GoneLine gone(std::string n) { return {{{"n", std::move(n)}}}; }

TEST(Gone, exit_44_speaks_for_the_whole_batch) {
  Batched world;
  ASSERT_EQ(world.started, (Keys{"a/0 a/1 a/2"}));
  world.end("a/0", 44);
  EXPECT_EQ(world.summary().gone, 3);
  EXPECT_EQ(world.summary().gaps(), 0);
  EXPECT_EQ(world.summary().completeness(), 1.0);
  EXPECT_TRUE(world.failures.empty());
  EXPECT_EQ(world.engine->queue(world.now).total_gaps, 0);
}

TEST(Gone, lines_name_members_and_the_rest_has_failed) {
  Batched world;
  world.report("a/0", gone("1"));
  world.report("a/0", gone("7"));
  world.end("a/0", 44);
  EXPECT_EQ(world.engine->gone({0}, world.now), (std::vector<std::uint64_t>{1}));
  EXPECT_EQ(world.row("a/0")->attempts, 1);
  EXPECT_EQ(world.row("a/1")->attempts, 0);
  EXPECT_EQ(world.row("a/2")->why, FailureClass::data_incomplete);
  ASSERT_EQ(world.failures.size(), 1);
  EXPECT_EQ(world.failures[0].why, FailureClass::data_incomplete);
}

TEST(Gone, lines_count_with_exit_0_too) {
  Batched world;
  world.report("a/0", gone("1"));
  world.put("a/0");
  world.put("a/2");
  world.end("a/0", exited(0));
  EXPECT_EQ(world.summary().gone, 1);
  EXPECT_EQ(world.summary().gaps(), 0);
  EXPECT_TRUE(world.failures.empty());
}

TEST(Gone, what_was_written_all_the_same_is_there) {
  Batched world;
  world.put("a/1");
  world.end("a/0", 44);
  EXPECT_EQ(world.engine->gone({0}, world.now), (std::vector<std::uint64_t>{0, 2}));
  EXPECT_EQ(world.row("a/1"), nullptr);
}

TEST(Gone, a_tombstone_lasts_gone_for_then_it_is_tried_again) {
  World world;
  world.collector(world.add("a", 1)).gone_for = 10h;
  world.begin();
  world.end("a/0", 44);
  world.pass(10h - 1min);
  EXPECT_EQ(world.started.size(), 1);
  EXPECT_EQ(world.summary().gone, 1);
  world.pass(2min);
  EXPECT_EQ(world.started.size(), 2);
  EXPECT_EQ(world.summary().gone, 0);
}

TEST(Gone, a_tombstone_outlives_a_restart) {
  World world;
  world.add("a", 2);
  world.begin();
  world.end("a/0", 44);
  world.end("a/1", 44);
  world.restart();
  EXPECT_TRUE(world.running.empty());
  EXPECT_EQ(world.summary().gone, 2);
}

TEST(Gone, a_tombstone_ends_when_the_object_appears) {
  World world;
  world.add("a", 1);
  world.begin();
  world.end("a/0", 44);
  world.put("a/0");
  world.pass(2h);
  EXPECT_EQ(world.row("a/0"), nullptr);
  EXPECT_EQ(world.summary().gone, 0);
  EXPECT_EQ(world.summary().present, 1);
}

TEST(Gone, is_no_loss_when_it_was_there_before) {
  World world;
  world.add("a", 20);
  world.put_all("a", 10);
  world.begin();
  while (!world.running.empty()) {
    world.end(world.running_keys().front(), 44);
  }
  EXPECT_EQ(world.summary().gone, 10);
  world.pass(2h);
  EXPECT_EQ(world.incident("held_loss"), nullptr);
}

TEST(Gone, a_bad_object_that_is_said_to_be_gone_is_not_tried_over_and_over) {
  World world;
  const CollectionId id = world.add("a", 1);
  world.config.collections[0].expect.min_size = 5000;  // the object that is there is smaller
  world.collector(id).gone_for = 10h;
  world.put("a/0");
  world.begin();
  ASSERT_EQ(world.started.size(), 1);
  world.end("a/0", 44);
  world.pass(9h);
  EXPECT_EQ(world.started.size(), 1);
  const Queue queue = world.engine->queue(world.now);
  ASSERT_EQ(queue.tasks.size(), 1);
  EXPECT_EQ(queue.tasks[0].status, Task::Status::held);
  world.pass(2h);
  EXPECT_EQ(world.started.size(), 2);
}

}  // namespace
}  // namespace upkeep::engine_test
