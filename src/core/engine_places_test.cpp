// How many attempts run at once, of what, and who is told why it waits.
#include "core/engine_test_world.h"

namespace upkeep::engine_test {
namespace {

std::vector<std::string> holds(const World& world) {
  std::vector<std::string> all;
  for (const Task& task : world.engine->queue(world.now).tasks) all.push_back(task.held_by);
  return all;
}

TEST(Places, of_a_collection_are_limited) {
  World world;
  world.config.limits.tasks = 4;
  world.add("a", 5);
  world.config.collections[0].max_tasks = 2;
  world.add("b", 5);
  world.begin();
  EXPECT_EQ(world.running_keys(), (Keys{"a/0", "a/1", "b/0", "b/1"}));
  EXPECT_EQ(holds(world).back(),
            "2 of its tasks run, as many as `max_tasks` allows; the next starts when one ends");
  world.end("a/0", 0);
  EXPECT_EQ(world.running_keys(), (Keys{"a/1", "b/0", "b/1", "a/2"}));
}

TEST(Places, of_a_label_are_shared_by_its_collections) {
  World world;
  world.config.limits.tasks = 10;
  world.config.limits.tasks_of_each = {{"source", 1}};
  for (const char* name : {"a", "b", "c", "d"}) world.add(name, 2);
  world.config.collections[0].labels["source"] = "espn";
  world.config.collections[1].labels["source"] = "espn";
  world.config.collections[2].labels["source"] = "noaa";
  world.begin();
  EXPECT_EQ(world.running_keys(), (Keys{"a/0", "c/0", "d/0", "d/1"}));
  const auto all = holds(world);
  EXPECT_EQ(std::ranges::count(all,
                               "1 task of source espn runs, as many as "
                               "`limits.tasks_of_each.source` allows; the next starts when one "
                               "ends"),
            3);
}

struct Rested : World {
  /// Six urgent ones that always fail are back from their rest, and there are six new ones.
  Rested() {
    config.limits.tasks = 4;
    collector(add("a", 6)).retries = {.max = 0, .rest = 1h};
    config.collections[0].priority = {{parse_condition("n >= 0").value(), Priority::critical}};
    add("b", 1);
    put_all("b", 1);
    begin();
    while (!running.empty()) end(running_keys().front(), 1);
    resize({1}, 7);
    pass(1h + 1min);
  }
};

TEST(Places, what_rested_leaves_half_of_them_to_what_is_new) {
  Rested world;
  EXPECT_EQ(world.running_keys(), (Keys{"a/0", "a/1", "b/1", "b/2"}));
  EXPECT_EQ(world.engine->queue(world.now).tasks.back().held_by,
            "2 tasks of what rested run, as many as `limits.rested` allows; the next starts when "
            "one ends");
  world.end("b/1", 0);
  EXPECT_EQ(world.running_keys(), (Keys{"a/0", "a/1", "b/2", "b/3"}));
  world.end("a/0", 0);
  EXPECT_EQ(world.running_keys(), (Keys{"a/1", "b/2", "b/3", "a/2"}));
}

TEST(Places, what_rested_has_one_of_them_at_least) {
  World world;
  world.config.limits.rested = 0;
  world.collector(world.add("a", 3)).retries = {.max = 0, .rest = 1h};
  world.begin();
  while (!world.running.empty()) world.end(world.running_keys().front(), 1);
  world.pass(1h);
  EXPECT_EQ(world.running.size(), 1);
}

}  // namespace
}  // namespace upkeep::engine_test
