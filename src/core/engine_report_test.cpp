// Inventories that are older than what was seen since: reports that are read again and again.
#include <gtest/gtest.h>

#include "core/engine_test_world.h"

namespace upkeep {
namespace {

using namespace engine_test;

/// Ten partitions; a report of 20 hours ago shows the first five.
World reported_world() {
  World world;
  world.add("a", 10);
  world.put_all("a", 5);
  world.report_read = World::Report{world.now - 20h, world.objects};
  return world;
}

TEST(Report, a_gap_is_looked_at_before_its_collector_starts) {
  World world = reported_world();
  world.put("a/7");  // since the report
  world.begin();
  world.run_all(0);
  EXPECT_EQ(world.started, (Keys{"a/5", "a/6", "a/8", "a/9"}));
}

TEST(Report, what_was_filled_since_counts_when_it_is_read_again) {
  World world = reported_world();
  world.begin();
  world.run_all(0);
  EXPECT_EQ(world.summary().good(), 10u);
  world.pass(2h);  // it is listed again
  EXPECT_GE(world.listings, 2);
  EXPECT_EQ(world.summary().good(), 10u);
}

TEST(Report, what_was_filled_since_counts_in_the_next_life_too) {
  World world = reported_world();
  world.begin();
  world.run_all(0);
  world.pass(15min);  // long enough for the coverage to be kept
  world.restart();
  EXPECT_EQ(world.summary().good(), 10u);
  world.pass(1h);
  EXPECT_EQ(world.started.size(), 5u);
}

TEST(Report, a_newer_one_replaces_what_was_seen_before_it) {
  World world = reported_world();
  world.begin();
  world.run_all(0);
  world.objects.erase("a/9");
  world.pass(30min);
  world.report_read = World::Report{world.now, world.objects};
  world.pass(2h);
  EXPECT_EQ(world.summary().missing, 1u);
}

TEST(Report, an_older_one_than_the_last_listing_is_no_news) {
  World world = reported_world();
  const World::Report old = *world.report_read;
  world.report_read.reset();
  world.put_all("a", 10);
  world.begin();
  ASSERT_EQ(world.summary().good(), 10u);
  world.report_read = old;
  world.pass(2h);
  EXPECT_GE(world.listings, 2);
  EXPECT_EQ(world.summary().good(), 10u);
  EXPECT_TRUE(world.started.empty());
}

TEST(Report, that_is_ignored_makes_no_gaps_of_what_was_not_expected_before) {
  World world;
  const CollectionId id = world.add("a", 5);
  world.put_all("a", 10);
  world.begin();
  world.report_read = World::Report{world.now - 20h, world.objects};
  world.resize(id, 10);
  world.restart();
  EXPECT_TRUE(world.started.empty());
  EXPECT_EQ(world.summary().good(), 10u);
}

TEST(Report, without_its_coverage_a_life_confirms_what_is_there) {
  World world = reported_world();
  world.begin();
  world.run_all(0);
  world.forget_coverage();
  world.restart();
  world.run_all(0);
  EXPECT_EQ(world.started.size(), 5u);
  EXPECT_EQ(world.summary().good(), 10u);
}

}  // namespace
}  // namespace upkeep
