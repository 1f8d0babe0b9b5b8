// Objects that are there, but whose contents are not what they should be.
#include <gtest/gtest.h>

#include "core/engine_test_world.h"

namespace upkeep {
namespace {

using namespace engine_test;

const Sight broken{
    .objects = 1, .size = 100, .valid = false, .flaw = "the JSON ends in the middle"};

/// Twenty partitions that are there; the engine has seen them.
World checked_world() {
  World world;
  world.config.collections[world.add("a", 20).value].expect.valid = Valid{};
  world.put_all("a", 20);
  world.begin();
  return world;
}

TEST(Contents, that_are_not_valid_are_a_gap_that_only_a_valid_object_closes) {
  World world = checked_world();
  world.objects["a/3"] = broken;
  world.pass(1h);
  EXPECT_EQ(world.started, (Keys{"a/3"}));
  world.objects["a/3"] = broken;
  world.end("a/3", exited(0));
  EXPECT_EQ(world.summary().invalid, 1u);
  ASSERT_EQ(world.failures.size(), 1u);
  EXPECT_EQ(world.failures[0].why, FailureClass::data_incomplete);
  EXPECT_EQ(world.failures[0].text,
            "it claimed success, but what it wrote is not valid: the JSON ends in the middle");
  EXPECT_EQ(world.row("a/3")->text,
            "it claimed success, but the store shows it invalid: the JSON ends in the middle");
  world.pass(5min);
  world.run_all(0);
  EXPECT_EQ(world.summary().good(), 20u);
}

TEST(Contents, of_many_objects_that_break_at_once_are_not_believed) {
  World world = checked_world();
  for (int i = 0; i < 12; ++i) world.objects["a/" + std::to_string(i)] = broken;
  world.pass(1h);
  EXPECT_EQ(world.started, Keys{});
  ASSERT_NE(world.incident("held_loss"), nullptr);
  EXPECT_TRUE(world.incident("held_loss")->text.contains("12 of them by not being valid any more"));
  world.pass(1h);  // the next listing shows them, too
  EXPECT_FALSE(world.started.empty());
}

TEST(Contents, that_could_not_be_checked_are_no_gap_but_an_incident) {
  World world = checked_world();
  world.content_trouble = "connection reset";
  world.pass(1h);
  EXPECT_EQ(world.started, Keys{});
  ASSERT_NE(world.incident("unchecked"), nullptr);
  EXPECT_EQ(world.incident("unchecked")->text,
            "the contents of 20 objects could not be checked: connection reset");
  world.content_trouble.clear();
  world.pass(1h);
  EXPECT_EQ(world.incident("unchecked"), nullptr);
}

}  // namespace
}  // namespace upkeep
