// What the engine makes of upstreams: limits, turns, pauses, the breaker, restarts.
#include "core/engine_test_world.h"

namespace upkeep::engine_test {
namespace {

struct Calling : World {
  CollectionId a;

  /// Each task fills one partition with one request.
  explicit Calling(Upstream upstream, std::uint64_t size = 200) {
    upstream.name = "espn";
    config.upstreams.push_back(upstream);
    config.limits.tasks = 50;
    a = add("a", size);
    collector(a).upstream = UpstreamId{0};
  }
  static Upstream rate(std::uint64_t count, Duration per) {
    Upstream upstream;
    upstream.rate = Rate{count, per};
    return upstream;
  }
  void ask(std::uint64_t id, std::uint64_t count, std::string who) {
    send(TokensAsked{AskId{id}, "espn", count, std::move(who)});
  }
  UpstreamView upstream() const { return engine->upstreams(now).at(0); }
  void end_all(int code) {
    for (const std::string& key : running_keys()) end(key, code);
  }
};

TEST(Upstream, attempts_start_at_its_rate) {
  Calling world(Calling::rate(60, 1min));
  world.begin();
  EXPECT_EQ(world.started.size(), 1);
  for (int i = 0; i < 60; ++i) {
    world.pass(1s);
    world.end_all(0);
  }
  EXPECT_GE(world.started.size(), 55);
  EXPECT_LE(world.started.size(), 60);
}

TEST(Upstream, what_was_granted_counts_after_a_crash) {
  Upstream upstream = Calling::rate(10, 1h);
  upstream.burst = 10;
  Calling world(upstream);
  world.begin();
  EXPECT_EQ(world.started.size(), 10);
  for (int i = 0; i < 5; ++i) {
    world.restart();
    world.pass(5min);
  }
  EXPECT_EQ(world.started.size(), 10);
  world.pass(1h);
  EXPECT_GT(world.started.size(), 10);
}

TEST(Upstream, a_clock_that_was_set_back_delays_nothing_for_ever) {
  Calling world(Calling::rate(10, 1min));
  world.begin();
  world.pass(1min);
  world.now -= days{30};
  world.restart();
  const std::size_t before = world.started.size();
  world.pass(2min);
  EXPECT_GT(world.started.size(), before);
}

TEST(Upstream, a_task_that_waits_for_an_hour_is_held_and_says_until_when) {
  Upstream upstream;
  upstream.hourly = 5;
  upstream.slow_down_at = 1;
  upstream.rate = Rate{1000, 1s};
  Calling world(upstream);
  world.begin();
  EXPECT_EQ(world.started.size(), 5);
  const Queue queue = world.engine->queue(world.now);
  const Task& last = queue.tasks.back();
  EXPECT_EQ(last.status, Task::Status::held);
  EXPECT_EQ(last.held_by,
            "upstream espn: of 5 requests an hour so many are used that the next is "
            "at 2025-11-01T13:00:05Z");
}

TEST(Upstream, other_upstreams_go_on_while_one_is_held) {
  Calling world(Calling::rate(1, 1h));
  const CollectionId b = world.add("b", 3);
  world.begin();
  EXPECT_EQ(world.started, (Keys{"a/0", "b/0", "b/1", "b/2"}));
  (void)b;
}

TEST(Upstream, no_more_attempts_run_at_once_than_it_stands) {
  Upstream upstream = Calling::rate(1000, 1s);
  upstream.concurrency = 3;
  Calling world(upstream);
  world.begin();
  EXPECT_EQ(world.running.size(), 3);
  world.end(world.running_keys().front(), 0);
  EXPECT_EQ(world.running.size(), 3);
}

TEST(Upstream, all_upstreams_together_have_a_limit_too) {
  Calling world(Calling::rate(1000, 1s));
  world.config.limits.requests = Rate{2, 1h};
  world.add("b", 5);  // without an upstream
  world.begin();
  world.pass(30min);
  EXPECT_EQ(world.started.size(), 1);
  world.pass(31min);
  EXPECT_EQ(world.started.size(), 3);
}

TEST(Upstream, a_pause_that_a_collector_was_asked_for_holds_all_of_it) {
  Calling world(Calling::rate(1000, 1s), 60);
  world.config.limits.tasks = 2;
  world.begin();
  world.report("a/0", RetryAfter{10min, {}});
  world.end("a/0", 75);
  world.end("a/1", 0);
  EXPECT_EQ(world.started.size(), 2);
  EXPECT_EQ(world.upstream().held_until, world.now + 10min);
  world.restart();
  world.pass(9min);
  EXPECT_EQ(world.started.size(), 2);
  world.pass(2min);
  EXPECT_GT(world.started.size(), 2);
}

TEST(Upstream, throttling_pauses_it_and_takes_attempts_back) {
  Calling world(Calling::rate(1000, 1s));
  world.config.limits.tasks = 8;
  world.begin();
  EXPECT_EQ(world.running.size(), 8);
  world.report("a/0", Throttled{3});
  EXPECT_EQ(world.upstream().row.throttled, 3);
  EXPECT_EQ(world.upstream().row.attempts, 6);
  EXPECT_GT(world.upstream().row.hold_until, world.now);
  world.end_all(0);
  world.pass(5s);
  EXPECT_LE(world.running.size(), 7);
}

TEST(Upstream, five_failures_in_a_row_open_it_and_one_attempt_tries_it) {
  Calling world(Calling::rate(1000, 1s));
  world.config.limits.tasks = 1;
  world.begin();
  for (int i = 0; i < 5; ++i) world.end_all(1);
  EXPECT_EQ(world.started.size(), 5);
  ASSERT_NE(world.incident("circuit_open"), nullptr);
  EXPECT_EQ(world.incident("circuit_open")->target, "upstream:espn");
  world.restart();
  world.pass(20s);
  EXPECT_EQ(world.started.size(), 5);
  world.config.limits.tasks = 9;
  world.pass(15s);
  EXPECT_EQ(world.started.size(), 6) << "one alone";
  world.pass(2min);
  EXPECT_EQ(world.started.size(), 6);
  world.end_all(0);
  EXPECT_EQ(world.incident("circuit_open"), nullptr);
  EXPECT_GT(world.started.size(), 7);
}

TEST(Upstream, who_asks_is_granted_in_turn) {
  Calling world(Calling::rate(1, 1s), 0);
  world.begin();
  for (std::uint64_t i = 0; i < 6; ++i) world.ask(i, 1, "greedy");
  world.ask(100, 1, "other");
  world.pass(3s);
  ASSERT_GE(world.granted.size(), 3);
  EXPECT_EQ(world.granted[0], AskId{0});
  EXPECT_TRUE(world.granted[1] == AskId{100} || world.granted[2] == AskId{100});
  world.pass(10s);
  EXPECT_EQ(world.granted.size(), 7);
}

TEST(Upstream, who_is_gone_is_not_granted) {
  Calling world(Calling::rate(1, 1min), 0);
  world.begin();
  world.ask(1, 1, "x");
  world.ask(2, 1, "y");
  world.ask(3, 1, "z");
  world.send(AskerGone{AskId{2}});
  world.pass(5min);
  EXPECT_EQ(world.granted, (std::vector<AskId>{AskId{1}, AskId{3}}));
  EXPECT_EQ(world.upstream().row.granted, 2);
}

TEST(Upstream, a_large_ask_is_not_starved_by_small_ones) {
  Upstream upstream = Calling::rate(60, 1min);
  upstream.burst = 30;
  Calling world(upstream, 0);
  world.begin();
  world.ask(1, 30, "first");
  std::uint64_t next = 10;
  world.ask(2, 30, "large");
  for (int i = 0; i < 90 && std::ranges::find(world.granted, AskId{2}) == world.granted.end();
       ++i) {
    world.ask(next++, 1, "small");
    world.pass(1s);
  }
  EXPECT_NE(std::ranges::find(world.granted, AskId{2}), world.granted.end());
}

TEST(Upstream, a_task_of_many_requests_is_not_starved_by_those_who_ask) {
  Upstream upstream = Calling::rate(60, 1min);
  upstream.burst = 20;
  Calling world(upstream, 40);
  world.collector(world.a).requests = 20;
  world.begin();
  const std::size_t before = world.started.size();
  std::uint64_t next = 1;
  for (int i = 0; i < 200; ++i) {
    world.ask(next++, 1, "greedy");
    world.pass(1s);
  }
  EXPECT_GT(world.started.size(), before + 1);
  EXPECT_GT(world.granted.size(), 20);
}

TEST(Upstream, what_can_never_be_granted_is_refused) {
  Calling world(Calling::rate(60, 1min), 0);
  world.begin();
  world.ask(1, 61, "x");
  world.send(TokensAsked{AskId{2}, "esp", 1, "x"});
  world.config.upstreams[0].rate.reset();
  world.restart();
  world.ask(3, 1'000'000'000'000, "x");
  EXPECT_EQ(world.refused,
            (std::vector<std::string>{
                "61 requests at once are more than upstream espn ever allows, which is 60",
                "there is no upstream `esp`; did you mean `espn`?",
                "1,000,000,000,000 requests at once are more than anybody may ask for, which is "
                "1,000,000"}));
}

TEST(Upstream, requests_that_were_made_without_asking_count) {
  Calling world(Calling::rate(10, 1h), 50);
  world.begin();
  world.report("a/0", RequestsMade{9});
  world.pass(30min);
  EXPECT_EQ(world.started.size(), 1);
}

TEST(Upstream, rows_of_what_is_not_declared_any_more_go_after_a_while) {
  Calling world(Calling::rate(10, 1h), 1);
  world.begin();
  world.end_all(0);
  EXPECT_TRUE(world.state.upstreams.contains("espn"));
  world.collector(world.a).upstream.reset();
  world.config.upstreams.clear();
  world.restart();
  EXPECT_TRUE(world.state.upstreams.contains("espn"));
  world.pass(world.config.keep.journal + days{2});
  EXPECT_FALSE(world.state.upstreams.contains("espn"));
}

TEST(Upstream, one_run_waits_for_its_turn_and_ends_when_that_is_too_late) {
  Calling world(Calling::rate(1, 1h), 3);
  world.assignment.run_until = world.now + 90min;
  world.begin();
  world.end_all(0);
  EXPECT_EQ(world.complete, 0);
  world.pass(62min);
  EXPECT_EQ(world.started.size(), 2);
  world.end_all(0);
  EXPECT_EQ(world.complete, 1) << "the third could start after the end only";
}

}  // namespace
}  // namespace upkeep::engine_test
