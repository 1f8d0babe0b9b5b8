// Attempts of an earlier life: after kill -9 nothing is lost and nothing runs twice.
#include "core/engine_test_world.h"

namespace upkeep::engine_test {
namespace {

/// Two gaps, an attempt running for each, then kill -9.
struct Killed : World {
  Killed() {
    add("a", 2);
    begin();
    restart();
  }
};

TEST(Orphan, holds_its_partitions_until_its_lock_is_free) {
  Killed world;
  EXPECT_EQ(world.watched.size(), 2);
  world.pass(30min);
  EXPECT_EQ(world.started.size(), 2) << "they still run";
  world.end("a/0", Ending{}, false);
  EXPECT_EQ(world.started.size(), 3);
  EXPECT_EQ(world.started.back(), "a/0");
}

TEST(Orphan, is_shown_with_the_kind_and_the_priority_of_its_gap) {
  World world;
  Collection& collection = world.config.collections[world.add("a", 1).value];
  collection.expect.min_size = 1'000'000;
  collection.priority = {{{}, Priority::high}};
  world.put("a/0");
  world.begin();
  world.restart();
  const std::vector<RunningAttempt> attempts = world.engine->attempts();
  ASSERT_EQ(attempts.size(), 1u);
  const Task& task = attempts.front().task;
  EXPECT_EQ(task.kind, GapKind::undersized);
  EXPECT_EQ(task.priority, Priority::high);
}

TEST(Orphan, that_wrote_its_object_is_proved_by_the_store) {
  Killed world;
  world.end("a/0", Ending{}, true);
  world.end("a/1", Ending{}, true);
  EXPECT_EQ(world.started.size(), 2);
  EXPECT_EQ(world.summary().gaps(), 0);
  EXPECT_TRUE(world.state.attempts.empty());
}

TEST(Orphan, is_not_charged_but_the_third_in_a_row_is) {
  World world;
  world.add("a", 1);
  world.begin();
  for (int life = 1; life <= 3; ++life) {
    world.restart();
    world.end("a/0", Ending{}, false);
    ASSERT_NE(world.row("a/0"), nullptr);
    EXPECT_EQ(world.row("a/0")->attempts, life == 3 ? 1 : 0);
    world.pass(2min);
    ASSERT_EQ(world.running.size(), 1);
  }
}

TEST(Orphan, is_ended_at_its_deadline_and_its_partitions_wait_for_that) {
  Killed world;
  const AttemptId id = world.of("a/0");
  world.pass(59min);
  EXPECT_TRUE(world.stopped.empty());
  world.pass(5min);
  EXPECT_NE(std::ranges::find(world.stopped, id), world.stopped.end());
  EXPECT_EQ(world.started.size(), 2) << "it may be alive";
  world.end("a/0", Ending{}, false);
  EXPECT_EQ(world.row("a/0")->attempts, 1) << "a timeout is charged";
  EXPECT_EQ(world.row("a/0")->why, FailureClass::timeout);
}

TEST(Orphan, that_ends_before_its_store_is_known_is_proved_later) {
  World world;
  world.add("a", 1);
  world.begin();
  world.is_silent = true;
  world.restart();
  world.end("a/0", Ending{}, true);
  EXPECT_FALSE(world.state.attempts.empty());
  world.is_silent = false;
  world.pass(1s);
  EXPECT_TRUE(world.state.attempts.empty());
  EXPECT_EQ(world.started.size(), 1);
}

TEST(Orphan, of_a_collection_that_is_no_longer_declared_is_dropped_when_it_ends) {
  World world;
  world.add("a", 1);
  world.begin();
  world.config.collections[0].name = "b";
  world.config.collections[0].key = "b/{n}";
  world.restart();
  ASSERT_EQ(world.watched.size(), 1);
  const AttemptId id = world.watched[0];
  world.send(OrphanEnded{id});
  EXPECT_FALSE(world.state.attempts.contains(id));
}

TEST(Orphan, of_partitions_that_are_no_longer_expected_is_dropped_when_it_ends) {
  World world;
  world.add("a", 3);
  world.put_all("a", 2);
  world.begin();
  ASSERT_EQ(world.running_keys(), (Keys{"a/2"}));
  world.resize({0}, 2);
  world.restart();
  world.send(OrphanEnded{world.watched.at(0)});
  EXPECT_TRUE(world.state.attempts.empty());
}

TEST(Orphan, frees_a_partition_that_was_not_expected_for_a_while) {
  World world;
  world.add("a", 3);
  world.put_all("a", 2);
  world.begin();
  world.resize({0}, 2);
  world.restart();
  world.running.clear();
  world.send(OrphanEnded{world.watched.at(0)});
  world.resize({0}, 3);
  world.pass(1h);
  EXPECT_EQ(world.running_keys(), (Keys{"a/2"}));
}

TEST(Orphan, of_a_store_that_is_not_listed_does_not_keep_a_run_from_ending) {
  World world;
  world.add("a", 1);
  world.add("b", 1, 1);
  world.begin();
  world.running.clear();
  world.assignment.collections = {CollectionId{0}};
  world.assignment.run_until = world.now + 2h;
  world.restart();
  for (const AttemptId id : std::vector(world.watched)) world.send(OrphanEnded{id});
  world.run_all(0);
  world.pass(3h);
  EXPECT_EQ(world.complete, 1);
  EXPECT_EQ(world.state.attempts.size(), 1) << "what b's wrote is looked at in another life";
}

TEST(Orphan, takes_a_place) {
  World world;
  world.config.limits.tasks = 2;
  world.add("a", 5);
  world.begin();
  world.restart();
  EXPECT_EQ(world.running.size(), 2);
  world.end("a/0", Ending{}, true);
  EXPECT_EQ(world.running.size(), 2);
}

TEST(Orphan, is_no_answer_to_a_question_of_another_life) {
  World world;
  world.add("a", 1);
  world.is_silent = true;
  world.begin();
  world.restart();
  world.send(StoreListed{RequestId{1}, StoreId{0}, world.now, {}, Error{"an old answer"}});
  EXPECT_EQ(world.incident("unreadable"), nullptr);
  world.is_silent = false;
  world.pass(1s);
  EXPECT_EQ(world.running.size(), 1);
}

TEST(Undeclared, collections_are_forgotten_with_the_last_row_that_speaks_of_them) {
  World world;
  world.add("a", 1);
  world.add("b", 1);
  world.config.keep.journal = days{7};
  world.begin();
  world.end("b/0", 1);
  world.end("a/0", 0);
  ASSERT_EQ(world.state.collections.size(), 2);
  ASSERT_NE(world.row("b/0"), nullptr);
  world.config.collections.pop_back();
  world.running.clear();
  world.restart();
  EXPECT_TRUE(world.state.collections.contains("b")) << "a row speaks of it";
  world.pass(days{9});
  EXPECT_EQ(world.row("b/0"), nullptr);
  EXPECT_FALSE(world.state.collections.contains("b"));
  EXPECT_TRUE(world.state.collections.contains("a"));
  world.config.collections.clear();
  world.restart();
  EXPECT_TRUE(world.state.collections.empty());
}

}  // namespace
}  // namespace upkeep::engine_test
