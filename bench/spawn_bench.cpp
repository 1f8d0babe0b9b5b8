// How fast collectors start: /bin/true, two at once, through the process executor, beside
// `xargs -P2 -n1 /bin/true` in the same run.
#include <benchmark/benchmark.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "io/process_executor.h"

namespace upkeep {
namespace {

constexpr int attempts = 2000;
constexpr int at_once = 2;

/// Keeps two attempts running until all have ended.
class Pump : public ExecutorListener {
 public:
  Pump(boost::asio::io_context& io, const std::string& folder) : io_(io) {
    executor_ = ProcessExecutor::make(io, *this, {folder + "/logs", folder + "/run"}).value();
  }

  void run(int count) {
    left_ = count;
    running_ = 0;
    for (int i = 0; i < at_once; ++i) start();
    while (running_ > 0) io_.run_one();
  }

  void reported(AttemptId, const ReportLine&) override {}
  void orphan_ended(AttemptId) override {}
  void ended(AttemptId, const Ending& ending) override {
    if (ending.kind != Ending::Kind::exited || ending.number != 0) std::abort();
    --running_;
    if (left_ > 0) start();
  }

 private:
  void start() {
    Launch launch;
    launch.attempt = {++last_id_};
    launch.command = {"/bin/true"};
    launch.folder = "/";
    launch.partitions = "{\"date\":\"2025-10-21\"}\n";
    launch.environment = {{"UPKEEP_TASK", "t0123456789ab"}};
    launch.deadline =
        std::chrono::floor<Duration>(std::chrono::system_clock::now()) + std::chrono::hours{1};
    launch.grace = std::chrono::seconds{10};
    --left_;
    ++running_;
    executor_->start(launch);
  }

  boost::asio::io_context& io_;
  std::unique_ptr<ProcessExecutor> executor_;
  std::uint64_t last_id_ = 0;
  int left_ = 0, running_ = 0;
};

void through_the_executor(benchmark::State& state) {
  std::string folder = (std::filesystem::temp_directory_path() / "upkeep-bench-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) std::abort();
  boost::asio::io_context io;
  {
    Pump pump(io, folder);
    for (auto _ : state) pump.run(attempts);
  }
  std::filesystem::remove_all(folder);
  state.SetItemsProcessed(state.iterations() * attempts);
}

void through_xargs(benchmark::State& state) {
  const std::string command = "seq " + std::to_string(attempts) + " | xargs -P" +
                              std::to_string(at_once) + " -n1 /bin/true";
  for (auto _ : state) {
    if (std::system(command.c_str()) != 0) std::abort();
  }
  state.SetItemsProcessed(state.iterations() * attempts);
}

BENCHMARK(through_xargs)->UseRealTime()->MeasureProcessCPUTime()->Unit(benchmark::kMillisecond);
BENCHMARK(through_the_executor)
    ->UseRealTime()
    ->MeasureProcessCPUTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace upkeep
