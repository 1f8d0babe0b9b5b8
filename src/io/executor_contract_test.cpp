// The contract of Executor, kept by the real one and by the one for tests.
#include "io/executor_contract.h"

#include "io/fake_executor.h"
#include "io/process_executor.h"
#include "io/test_folder.h"

namespace upkeep {
namespace {

class ProcessHarness {
 public:
  ProcessHarness(boost::asio::io_context& io, ExecutorListener& listener)
      : executor_(
            ProcessExecutor::make(io, listener, {folder_ / "logs", folder_ / "run"}).value()) {}
  Executor& executor() { return *executor_; }
  static Launch launch(std::uint64_t id, Behaviour behaviour) {
    switch (behaviour) {
      case Behaviour::succeeds:
        return launch_of(id, {"true"});
      case Behaviour::exits_with_3:
        return script_of(id, "exit 3");
      case Behaviour::dies:
        return script_of(id, "kill -KILL $$");
      case Behaviour::reports:
        return script_of(id,
                         "echo '{\"progress\": 0.5}' >> $UPKEEP_REPORT; "
                         "echo '{\"retry_after\": 120}' >> $UPKEEP_REPORT");
      case Behaviour::hangs:
        return launch_of(id, {"sleep", "1000"});
      case Behaviour::cannot_start:
        return launch_of(id, {"/no/such/program"});
    }
    return {};
  }

 private:
  TestFolder folder_;
  std::unique_ptr<ProcessExecutor> executor_;
};

class FakeHarness {
 public:
  FakeHarness(boost::asio::io_context& io, ExecutorListener& listener)
      : executor_(io, listener, play) {}
  Executor& executor() { return executor_; }
  static Launch launch(std::uint64_t id, Behaviour behaviour) {
    return launch_of(id, {std::to_string(static_cast<int>(behaviour))});
  }

 private:
  static FakeExecutor::Play play(const Launch& launch) {
    switch (static_cast<Behaviour>(std::stoi(launch.command.front()))) {
      case Behaviour::succeeds:
        return {{}, Ending{Ending::Kind::exited, 0, ""}};
      case Behaviour::exits_with_3:
        return {{}, Ending{Ending::Kind::exited, 3, ""}};
      case Behaviour::dies:
        return {{}, Ending{Ending::Kind::signalled, SIGKILL, ""}};
      case Behaviour::reports:
        return {{Progress{0.5}, RetryAfter{std::chrono::minutes{2}}},
                Ending{Ending::Kind::exited, 0, ""}};
      case Behaviour::hangs:
        return {};
      case Behaviour::cannot_start:
        return {{}, Ending{Ending::Kind::not_started, 2, "no such"}};
    }
    return {};
  }

  FakeExecutor executor_;
};

using Harnesses = testing::Types<ProcessHarness, FakeHarness>;
INSTANTIATE_TYPED_TEST_SUITE_P(All, ExecutorContract, Harnesses);

TEST(FakeExecutor, an_orphan_is_over_when_it_is_ended_or_stopped) {
  boost::asio::io_context io;
  RecordingListener listener;
  FakeExecutor executor(io, listener, nullptr);
  executor.add_orphan({1});
  executor.add_orphan({2});
  executor.watch({1});
  executor.watch({2});
  io.run();
  EXPECT_TRUE(listener.orphans.empty());
  executor.end_orphan({1});
  executor.stop({2});
  io.restart();
  io.run();
  EXPECT_EQ(listener.orphans, (std::vector<AttemptId>{{1}, {2}}));
}

}  // namespace
}  // namespace upkeep
