// Runs collectors as child processes and sees to it that nothing of them outlives its
// attempt.
#pragma once
#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "io/process_launch.h"
#include "port/executor.h"

namespace upkeep {

/// One thread: all calls and callbacks come from the thread that runs the io_context. It
/// makes the whole process a subreaper and waits only for children that are its own, so that
/// other parts may have children too. The executor must not be destroyed in a callback; what
/// still runs then goes on as an orphan that a later executor can watch() and stop(). While
/// there is an executor, the io_context has something to wait for.
///
/// An attempt is over when no descendant of it is alive: those that its first process leaves
/// behind are ended, with the same grace, also after a normal end. The ending then is the
/// one of the first process.
class ProcessExecutor final : public Executor {
 public:
  /// Makes the folders. The listener must outlive the executor.
  static Result<std::unique_ptr<ProcessExecutor>> make(boost::asio::io_context&, ExecutorListener&,
                                                       ProcessSettings);
  ~ProcessExecutor() override;

  void start(const Launch&) override;
  void stop(AttemptId) override;
  void watch(AttemptId) override;
  /// What this process and its other children may take together; where no cgroup is delegated,
  /// nothing happens.
  void limit_own_cpu(std::optional<double> cores);
  /// Those that it started and that are not over.
  std::vector<AttemptId> running() const;

  /// $UPKEEP_PARTITIONS of an attempt, which {partitions} stands for in its command.
  std::string partitions_path(AttemptId) const;
  std::string report_path(AttemptId) const;

 private:
  struct Parts;
  explicit ProcessExecutor(std::unique_ptr<Parts>);
  std::unique_ptr<Parts> parts_;
};

}  // namespace upkeep
