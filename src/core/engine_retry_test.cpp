// What the engine makes of attempts that fail: retries, rests, later tries, cut-short ones.
#include "core/engine_test_world.h"

namespace upkeep::engine_test {
namespace {

/// One collection of one missing partition, begun.
struct OneGap : World {
  OneGap() {
    add("a", 1);
    begin();
  }
};

/// Ends each attempt for a/0 with `code` as soon as it runs, for so long; when each started.
std::vector<Time> starts_while_ending(World& world, int code, Duration length) {
  std::vector<Time> starts;
  const Time end = world.now + length;
  while (world.now < end) {
    if (world.running.empty()) {
      world.pass(std::min<Duration>(1min, end - world.now));
      continue;
    }
    starts.push_back(world.now);
    world.end("a/0", code);
  }
  return starts;
}

TEST(Retries, a_broken_collector_is_tried_once_and_retries_times_then_rests) {
  OneGap world;
  world.collector({0}).retries = {.max = 3, .base = 1min, .cap = 1h, .rest = 6h};
  const auto starts = starts_while_ending(world, 1, 5h);
  ASSERT_EQ(starts.size(), 4);
  EXPECT_LE(starts[1] - starts[0], 1min + 1min);
  EXPECT_LE(starts[2] - starts[1], 2min + 1min);
  EXPECT_LE(starts[3] - starts[2], 4min + 1min);
  const PartitionRow& row = *world.row("a/0");
  EXPECT_EQ(row.rests, 1);
  EXPECT_EQ(row.not_before, starts[3] + 6h);
  EXPECT_EQ(row.why, FailureClass::unknown);
  EXPECT_EQ(world.failures.size(), 4);
}

TEST(Retries, after_a_rest_there_is_one_attempt_and_rests_double_up_to_a_week) {
  OneGap world;
  world.collector({0}).retries = {.max = 0, .base = 1min, .cap = 1h, .rest = 6h};
  const auto starts = starts_while_ending(world, 1, days{24});
  const std::vector<Duration> waits = {6h, 12h, 24h, 48h, 96h, 168h, 168h};
  ASSERT_GE(starts.size(), waits.size() + 1);
  for (std::size_t i = 0; i < waits.size(); ++i) {
    EXPECT_GE(starts[i + 1] - starts[i], waits[i]) << i;
    EXPECT_LE(starts[i + 1] - starts[i], waits[i] + 1min) << i;
  }
  EXPECT_NE(world.incident("unfillable"), nullptr);
}

TEST(Retries, one_that_always_fails_does_not_fail_its_batch_for_ever) {
  World world;
  Collector& collector = world.collector(world.add("a", 8));
  collector.batch = Batch{{}, 8};
  collector.retries = {.max = 0, .base = 1min, .cap = 1h, .rest = 6h};
  world.begin();
  for (const Time end = world.now + days{2}; world.now < end; world.pass(1min)) {
    while (!world.running.empty()) {
      const std::string key = world.running_keys().front();
      const auto& partitions = world.running.at(world.of(key)).partitions;
      const bool fails = std::ranges::find(partitions, 3u) != partitions.end();
      world.end(key, exited(fails ? 1 : 0), !fails);
    }
  }
  EXPECT_EQ(world.started.front(), "a/0 a/1 a/2 a/3 a/4 a/5 a/6 a/7");
  EXPECT_EQ(world.started.at(1), "a/0 a/1");
  EXPECT_EQ(world.started.at(2), "a/2 a/3");
  EXPECT_EQ(world.summary().good(), 7);
  EXPECT_GE(world.row("a/3")->rests, 3);
  EXPECT_EQ(world.started.back(), "a/3");
}

TEST(Retries, a_success_ends_rests_and_their_incident) {
  OneGap world;
  world.collector({0}).retries.max = 0;
  starts_while_ending(world, 1, 1h);
  ASSERT_NE(world.incident("unfillable"), nullptr);
  world.pass(6h);
  world.end("a/0", 0);
  EXPECT_EQ(world.row("a/0"), nullptr);
  world.pass(1h);
  EXPECT_EQ(world.incident("unfillable"), nullptr);
}

TEST(Retries, exit_0_without_an_object_is_a_failure_of_its_own) {
  OneGap world;
  world.end("a/0", exited(0), false);
  ASSERT_EQ(world.failures.size(), 1);
  EXPECT_EQ(world.failures[0].why, FailureClass::data_incomplete);
  EXPECT_EQ(world.row("a/0")->attempts, 1);
  EXPECT_EQ(world.row("a/0")->why, FailureClass::data_incomplete);
}

TEST(Retries, the_store_counts_not_the_exit_code) {
  OneGap world;
  world.end("a/0", exited(1), true);
  EXPECT_EQ(world.row("a/0"), nullptr);
  EXPECT_EQ(world.summary().gaps(), 0);
  EXPECT_TRUE(world.failures.empty());
}

TEST(Retries, exit_75_costs_no_attempt_at_most_ten_times_in_a_row) {
  OneGap world;
  world.collector({0}).retries = {.max = 0, .base = 1min, .cap = 1min, .rest = days{7}};
  const auto starts = starts_while_ending(world, 75, days{1});
  EXPECT_EQ(starts.size(), 11);
  EXPECT_EQ(world.row("a/0")->rests, 1) << "the eleventh counted as an attempt";
}

TEST(Retries, waits_at_least_as_long_as_the_collector_says) {
  OneGap world;
  world.report("a/0", RetryAfter{2h});
  world.end("a/0", 75);
  EXPECT_GE(world.row("a/0")->not_before, world.now + 2h);
  world.pass(2h - 1min);
  EXPECT_TRUE(world.running.empty());
  world.pass(2min);
  EXPECT_EQ(world.running_keys(), (Keys{"a/0"}));
}

TEST(Retries, exit_77_rests_at_once_and_is_an_incident_until_one_succeeds) {
  OneGap world;
  world.end("a/0", 77);
  EXPECT_EQ(world.row("a/0")->rests, 1);
  ASSERT_NE(world.incident("permission_denied"), nullptr);
  EXPECT_EQ(world.incident("permission_denied")->target, "collector:fill-a");
  world.pass(6h);
  world.end("a/0", 0);
  EXPECT_EQ(world.incident("permission_denied"), nullptr);
}

TEST(Retries, the_third_attempt_in_a_row_that_was_cut_short_is_charged) {
  OneGap world;
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(world.row("a/0") == nullptr ? 0 : world.row("a/0")->attempts, 0);
    world.end("a/0", ended_as(Ending::Kind::interrupted));
    if (i == 2) break;
    ASSERT_EQ(world.running_keys(), (Keys{"a/0"})) << "it starts again at once";
  }
  EXPECT_EQ(world.row("a/0")->attempts, 1);
  EXPECT_EQ(world.row("a/0")->interrupted, 0);
}

TEST(Retries, attempts_are_remembered_across_a_restart) {
  OneGap world;
  world.collector({0}).retries = {.max = 1, .base = 1h, .cap = 1h, .rest = 6h};
  world.end("a/0", 1);
  world.restart();
  EXPECT_TRUE(world.running.empty()) << "it still waits";
  world.pass(1h);
  ASSERT_EQ(world.running_keys(), (Keys{"a/0"}));
  EXPECT_EQ(world.running.begin()->second.number, 2);
  world.end("a/0", 1);
  EXPECT_EQ(world.row("a/0")->rests, 1);
}

TEST(Retries, a_second_end_and_a_late_report_are_ignored) {
  OneGap world;
  const AttemptId id = world.of("a/0");
  world.end("a/0", 1);
  const PartitionRow before = *world.row("a/0");
  world.send(AttemptEnded{id, exited(44)});
  world.send(AttemptReported{id, RetryAfter{5h}});
  world.send(OrphanEnded{id});
  EXPECT_EQ(*world.row("a/0"), before);
}

TEST(Retries, an_object_that_appears_by_another_hand_ends_them) {
  OneGap world;
  world.collector({0}).retries.base = 1h;
  world.end("a/0", 1);
  world.pass(1min);
  world.put("a/0");
  world.pass(2h);
  EXPECT_EQ(world.row("a/0"), nullptr);
  EXPECT_EQ(world.started.size(), 1);
}

}  // namespace
}  // namespace upkeep::engine_test
