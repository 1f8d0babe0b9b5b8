// The port to processes: runs collectors, tells how they end.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "collect/report.h"
#include "model/isolation.h"
#include "model/state.h"

namespace upkeep {

/// All that a process needs; nothing in it is decided by the executor.
struct Launch {
  AttemptId attempt;
  std::vector<std::string> command;                ///< command[0] is looked up in PATH
  std::map<std::string, std::string> environment;  ///< added to upkeep's own
  std::string folder;                              ///< working directory
  std::string partitions;                          ///< content of the file $UPKEEP_PARTITIONS
  Time deadline;
  Duration grace{};  ///< between SIGTERM and SIGKILL
  Isolation isolation;
};

/// Called from the thread of the executor's loop, never from inside start() or stop().
struct ExecutorListener {
  virtual ~ExecutorListener() = default;
  virtual void reported(AttemptId, const ReportLine&) = 0;
  /// Exactly once for each start(); no descendant of the attempt is alive any more.
  virtual void ended(AttemptId, const Ending&) = 0;
  /// Once for each watch().
  virtual void orphan_ended(AttemptId) = 0;
};

class Executor {
 public:
  virtual ~Executor() = default;
  virtual void start(const Launch&) = 0;
  /// SIGTERM to the attempt's process group, SIGKILL after its grace; an orphan likewise.
  /// An attempt that is unknown or over is ignored.
  virtual void stop(AttemptId) = 0;
  /// An attempt of an earlier life: tell when nobody holds its lock.
  virtual void watch(AttemptId) = 0;
};

}  // namespace upkeep
