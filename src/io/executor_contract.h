// The contract of Executor as tests that run against every implementation. A harness makes
// an executor and tells how a collector is written for it.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <memory>

#include "io/test_executor.h"

namespace upkeep {

/// `Harness` has a constructor (io_context&, ExecutorListener&), `executor()`, and a launch
/// for each of these collectors.
enum class Behaviour : std::uint8_t { succeeds, exits_with_3, dies, reports, hangs, cannot_start };

template <class Harness>
class ExecutorContract : public testing::Test {
 protected:
  Executor& executor() { return harness_.executor(); }
  void start(std::uint64_t id, Behaviour behaviour) {
    executor().start(harness_.launch(id, behaviour));
  }
  bool run_until_ended(std::size_t count) {
    return run_until(io_, [&] { return listener_.endings.size() >= count; });
  }
  /// Lets pass whatever was under way when it is called: a whole attempt from start to end.
  void let_things_happen() {
    const std::uint64_t id = ++fence_;
    start(id, Behaviour::succeeds);
    auto& endings = listener_.endings;
    const auto is_fence = [&](const auto& one) { return one.first.value == id; };
    ASSERT_TRUE(run_until(io_, [&] { return std::ranges::any_of(endings, is_fence); }));
    std::erase_if(endings, is_fence);
  }
  const Ending& ending(std::size_t i) { return listener_.endings.at(i).second; }

  boost::asio::io_context io_;
  RecordingListener listener_;
  Harness harness_{io_, listener_};
  std::uint64_t fence_ = 1000;
};
TYPED_TEST_SUITE_P(ExecutorContract);

TYPED_TEST_P(ExecutorContract, an_exit_code_or_a_signal_is_told_once) {
  this->start(1, Behaviour::succeeds);
  this->start(2, Behaviour::exits_with_3);
  this->start(3, Behaviour::dies);
  ASSERT_TRUE(this->run_until_ended(3));
  std::ranges::sort(this->listener_.endings, {}, [](const auto& one) { return one.first; });
  EXPECT_EQ(this->ending(0).kind, Ending::Kind::exited);
  EXPECT_EQ(this->ending(0).number, 0);
  EXPECT_EQ(this->ending(1).kind, Ending::Kind::exited);
  EXPECT_EQ(this->ending(1).number, 3);
  EXPECT_EQ(this->ending(2).kind, Ending::Kind::signalled);
  EXPECT_EQ(this->ending(2).number, SIGKILL);
  this->executor().stop({1});
  this->let_things_happen();
  EXPECT_EQ(this->listener_.endings.size(), 3u);
}

TYPED_TEST_P(ExecutorContract, reports_come_in_order_and_before_the_end) {
  this->listener_.on_end = [&](AttemptId) { EXPECT_EQ(this->listener_.reports.size(), 2u); };
  this->start(1, Behaviour::reports);
  ASSERT_TRUE(this->run_until_ended(1));
  ASSERT_EQ(this->listener_.reports.size(), 2u);
  EXPECT_EQ(std::get<Progress>(this->listener_.reports[0].second).done, 0.5);
  EXPECT_EQ(std::get<RetryAfter>(this->listener_.reports[1].second).wait, std::chrono::minutes{2});
}

TYPED_TEST_P(ExecutorContract, nothing_is_told_from_inside_a_call) {
  this->start(1, Behaviour::cannot_start);
  this->start(2, Behaviour::hangs);
  this->executor().stop({2});
  this->executor().watch({3});
  EXPECT_TRUE(this->listener_.endings.empty());
  EXPECT_TRUE(this->listener_.orphans.empty());
  ASSERT_TRUE(this->run_until_ended(2));
}

TYPED_TEST_P(ExecutorContract, what_cannot_be_started_says_why) {
  this->start(1, Behaviour::cannot_start);
  ASSERT_TRUE(this->run_until_ended(1));
  EXPECT_EQ(this->ending(0).kind, Ending::Kind::not_started);
  EXPECT_FALSE(this->ending(0).text.empty());
}

TYPED_TEST_P(ExecutorContract, a_stopped_attempt_is_interrupted_once) {
  this->start(1, Behaviour::hangs);
  this->let_things_happen();
  EXPECT_TRUE(this->listener_.endings.empty());
  this->executor().stop({1});
  this->executor().stop({1});
  this->executor().stop({99});
  ASSERT_TRUE(this->run_until_ended(1));
  this->let_things_happen();
  ASSERT_EQ(this->listener_.endings.size(), 1u);
  EXPECT_EQ(this->ending(0).kind, Ending::Kind::interrupted);
}

TYPED_TEST_P(ExecutorContract, an_attempt_ends_at_its_deadline) {
  Launch launch = this->harness_.launch(1, Behaviour::hangs);
  launch.deadline = from_now(Duration{50});
  this->executor().start(launch);
  ASSERT_TRUE(this->run_until_ended(1));
  EXPECT_EQ(this->ending(0).kind, Ending::Kind::timed_out);
}

TYPED_TEST_P(ExecutorContract, the_end_of_one_may_start_the_next) {
  this->listener_.on_end = [&](AttemptId id) {
    if (id.value < 20) this->start(id.value + 1, Behaviour::succeeds);
  };
  this->start(1, Behaviour::succeeds);
  ASSERT_TRUE(this->run_until_ended(20));
}

TYPED_TEST_P(ExecutorContract, a_report_may_stop_its_attempt) {
  this->listener_.on_report = [&](AttemptId id) { this->executor().stop(id); };
  this->start(1, Behaviour::reports);
  ASSERT_TRUE(this->run_until_ended(1));
  this->let_things_happen();
  EXPECT_EQ(this->listener_.endings.size(), 1u);
}

TYPED_TEST_P(ExecutorContract, many_at_once_end_once_each) {
  for (std::uint64_t id = 1; id <= 50; ++id) this->start(id, Behaviour::succeeds);
  ASSERT_TRUE(this->run_until_ended(50));
  std::vector<AttemptId> ids;
  for (const auto& [id, ending] : this->listener_.endings) ids.push_back(id);
  std::ranges::sort(ids);
  EXPECT_EQ(std::ranges::adjacent_find(ids), ids.end());
}

TYPED_TEST_P(ExecutorContract, an_attempt_that_left_nothing_behind_is_over_when_watched) {
  this->executor().watch({7});
  ASSERT_TRUE(run_until(this->io_, [&] { return !this->listener_.orphans.empty(); }));
  this->let_things_happen();
  EXPECT_EQ(this->listener_.orphans, std::vector<AttemptId>{{7}});
}

REGISTER_TYPED_TEST_SUITE_P(ExecutorContract, an_exit_code_or_a_signal_is_told_once,
                            reports_come_in_order_and_before_the_end,
                            nothing_is_told_from_inside_a_call, what_cannot_be_started_says_why,
                            a_stopped_attempt_is_interrupted_once, an_attempt_ends_at_its_deadline,
                            the_end_of_one_may_start_the_next, a_report_may_stop_its_attempt,
                            many_at_once_end_once_each,
                            an_attempt_that_left_nothing_behind_is_over_when_watched);

}  // namespace upkeep
