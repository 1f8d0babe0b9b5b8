// When the loop fills: what begins a round, what ends it, and what people may ask for.
#include "core/engine_test_world.h"

namespace upkeep::engine_test {
namespace {

TEST(Round, waits_until_enough_tasks_can_start) {
  World world;
  world.config.loop.min_tasks_to_trigger = 3;
  world.add("a", 3);
  world.put("a/0");
  world.begin();
  world.pass(30min);
  EXPECT_TRUE(world.started.empty());
  EXPECT_FALSE(world.engine->filling_since());
  world.objects.erase("a/0");
  world.pass(1h);
  EXPECT_EQ(world.started.size(), 3);
  EXPECT_TRUE(world.engine->filling_since());
}

TEST(Round, of_a_test_lists_what_people_ask_for_and_nothing_else) {
  World world;
  world.assignment.reconcile = false;
  world.assignment.fill = false;
  world.add("a", 3);
  world.begin();
  world.pass(5h);
  EXPECT_EQ(world.listings, 0);
  world.send(ReconcileAsked{});
  world.pass(5h);
  EXPECT_EQ(world.listings, 1);
  EXPECT_EQ(world.engine->queue(world.now).total_gaps, 3);
  EXPECT_TRUE(world.started.empty());
}

TEST(Round, goes_on_with_fewer_tasks_than_began_it) {
  World world;
  world.config.loop.min_tasks_to_trigger = 6;
  world.add("a", 6);
  world.begin();
  EXPECT_EQ(world.started.size(), 5);
  world.run_all(0);
  EXPECT_EQ(world.started.size(), 6);
  EXPECT_FALSE(world.engine->filling_since());
}

TEST(Round, of_fewer_tasks_begins_when_people_ask_for_it) {
  World world;
  world.config.loop.min_tasks_to_trigger = 3;
  world.add("a", 2);
  world.begin();
  world.send(FillAsked{});
  EXPECT_EQ(world.started.size(), 2);
  world.run_all(0);
  world.objects.clear();
  world.pass(1h);
  EXPECT_EQ(world.started.size(), 2) << "a wish is good for one round";
}

TEST(Round, starts_nothing_after_its_time_until_what_runs_has_ended) {
  World world;
  world.config.loop.max_run_time = 10min;
  world.config.loop.reconcile_every = 24h;
  world.collector(world.add("a", 8)).timeout = 5h;
  world.begin();
  ASSERT_EQ(world.started.size(), 5);
  world.pass(11min);
  world.end("a/0", 0);
  world.pass(5min);
  EXPECT_EQ(world.started.size(), 5);
  for (int i = 1; i < 5; ++i) world.end("a/" + std::to_string(i), 0);
  world.pass(1min);
  EXPECT_EQ(world.started.size(), 8);
}

TEST(Round, that_took_too_long_is_followed_by_another_after_a_listing) {
  World world;
  world.config.loop.max_run_time = 10min;
  world.config.loop.reconcile_every = 1h;
  world.collector(world.add("a", 8)).timeout = 5h;
  world.begin();
  world.pass(11min);
  world.end("a/0", 0);
  EXPECT_EQ(world.started.size(), 5);
  world.pass(1h);
  EXPECT_EQ(world.started.size(), 6) << "one hangs no longer in the way of all others";
}

TEST(Wish, to_fill_ends_waits_of_what_it_means) {
  World world;
  for (const char* name : {"a", "b"}) {
    world.collector(world.add(name, 1)).retries = {
        .max = 0, .base = 5min, .cap = 5min, .rest = 24h};
  }
  world.begin();
  world.run_all(1);
  ASSERT_EQ(world.started.size(), 2);
  world.pass(10min);
  world.send(FillAsked{{CollectionId{1}}, {}});
  EXPECT_EQ(world.running_keys(), Keys{"b/0"});
  world.end("b/0", 1);
  EXPECT_EQ(world.row("b/0")->rests, 2) << "what it failed before is remembered";
}

TEST(Wish, to_reconcile_lists_at_once_and_never_twice_at_a_time) {
  World world;
  world.add("a", 1);
  world.begin();
  const int before = world.listings;
  world.send(ReconcileAsked{});
  EXPECT_EQ(world.listings, before + 1);
  world.is_silent = true;
  world.send(ReconcileAsked{});
  world.is_silent = false;
  world.send(ReconcileAsked{});
  EXPECT_EQ(world.listings, before + 2) << "one was under way";
}

}  // namespace
}  // namespace upkeep::engine_test
