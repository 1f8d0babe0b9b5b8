// For tests of executors: a listener that remembers, and a loop that runs until something is
// the case.
#pragma once
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "port/executor.h"

namespace upkeep {

class RecordingListener : public ExecutorListener {
 public:
  void reported(AttemptId id, const ReportLine& line) override {
    reports.emplace_back(id, line);
    if (on_report) on_report(id);
  }
  void ended(AttemptId id, const Ending& ending) override {
    endings.emplace_back(id, ending);
    if (on_end) on_end(id);
  }
  void orphan_ended(AttemptId id) override { orphans.push_back(id); }

  std::vector<std::pair<AttemptId, ReportLine>> reports;
  std::vector<std::pair<AttemptId, Ending>> endings;
  std::vector<AttemptId> orphans;
  std::function<void(AttemptId)> on_report, on_end;
};

/// Runs the loop until the condition holds; false when it does not within two minutes, which
/// only a broken program needs.
inline bool run_until(boost::asio::io_context& io, const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes{2};
  while (!condition()) {
    io.restart();  // it stops whenever it has nothing to do
    if (io.run_one_until(end) == 0) return condition();
  }
  return true;
}

inline Time from_now(Duration time) {
  return std::chrono::floor<Duration>(std::chrono::system_clock::now()) + time;
}

inline Launch launch_of(std::uint64_t attempt, std::vector<std::string> command) {
  Launch launch;
  launch.attempt = {attempt};
  launch.command = std::move(command);
  launch.folder = "/";
  launch.deadline = from_now(std::chrono::hours{1});
  launch.grace = std::chrono::minutes{1};
  return launch;
}
/// The arguments are $1, $2 … of the script.
inline Launch script_of(std::uint64_t attempt, std::string script,
                        std::vector<std::string> arguments = {}) {
  std::vector<std::string> command = {"/bin/bash", "-c", std::move(script), "script"};
  for (std::string& argument : arguments) command.push_back(std::move(argument));
  return launch_of(attempt, std::move(command));
}

}  // namespace upkeep
