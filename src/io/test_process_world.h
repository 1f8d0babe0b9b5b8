// For tests with real children: an executor over a folder of its own.
#pragma once
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>

#include "io/files.h"
#include "io/process_executor.h"
#include "io/process_tree.h"
#include "io/test_executor.h"
#include "io/test_folder.h"

namespace upkeep {

class ProcessWorld : public testing::Test {
 protected:
  ProcessWorld() { make_executor(); }

  void make_executor(std::uint64_t output_max = 10'000'000, std::uint64_t report_max = 16'000'000) {
    executor_.reset();
    executor_ = ProcessExecutor::make(io_, listener_,
                                      {folder_ / "logs", folder_ / "run", output_max, report_max})
                    .value();
  }

  /// Runs it to its end, in the test's folder.
  Ending run(Launch launch) {
    launch.folder = folder_.path();
    executor_->start(launch);
    return ending_of(launch.attempt.value);
  }
  Ending ending_of(std::uint64_t id) {
    const Ending* found = nullptr;
    EXPECT_TRUE(run_until(io_, [&] { return (found = find_ending(id)) != nullptr; })) << id;
    return found == nullptr ? Ending{} : *found;
  }
  const Ending* find_ending(std::uint64_t id) const {
    for (const auto& [attempt, ending] : listener_.endings) {
      if (attempt.value == id) return &ending;
    }
    return nullptr;
  }

  /// Starts it and runs the loop until it wrote its file `ready`.
  void start_until_ready(Launch launch) {
    launch.folder = folder_.path();
    executor_->start(launch);
    ASSERT_TRUE(wait_for_file("ready"));
  }
  bool wait_for_file(std::string_view name) {
    return wait_for([path = folder_ / name] { return ::access(path.c_str(), F_OK) == 0; });
  }
  /// For what the loop is not told of: looks again and again while it runs.
  bool wait_for(const std::function<bool()>& condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::minutes{2};
    while (!condition()) {
      if (std::chrono::steady_clock::now() > end) return false;
      io_.restart();
      io_.run_for(std::chrono::milliseconds{5});
    }
    return true;
  }
  pid_t pid_in(std::string_view name) const {
    return static_cast<pid_t>(std::stol(read_file(folder_ / name).value_or("0")));
  }
  static bool is_alive(pid_t pid) {
    const auto facts = facts_of(pid);
    return facts && !facts->has_ended;
  }
  std::string log_of(std::uint64_t id) const {
    return read_file(folder_ / "logs/tasks/" + std::to_string(id) + ".log").value_or("no file");
  }

  TestFolder folder_;
  boost::asio::io_context io_;
  RecordingListener listener_;
  std::unique_ptr<ProcessExecutor> executor_;
};

}  // namespace upkeep
