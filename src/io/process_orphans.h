// Attempts of an earlier life of upkeep that may still run.
#pragma once
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "io/process_files.h"
#include "io/process_marker.h"
#include "model/state.h"

namespace upkeep {

using SteadyTime = std::chrono::steady_clock::time_point;

/// An orphan runs while its lock is held, or its first process is alive. What else of it is
/// alive then, without the lock, is ended before it counts as over.
class ProcessOrphans {
 public:
  /// The groups may be null, and outlive this otherwise.
  ProcessOrphans(std::string run_folder, const ProcessMarker& marker, const ControlGroups* groups)
      : run_folder_(std::move(run_folder)), marker_(marker), groups_(groups) {}

  void watch(AttemptId, SteadyTime now);
  /// SIGTERM, later SIGKILL, to all processes of it, whether it is watched or not.
  void stop(AttemptId, SteadyTime now);

  /// When to look again; SteadyTime::max() when there is nothing to look at.
  SteadyTime next_look() const;
  /// Looks at those whose time has come, and returns watched ones that are over; their files
  /// are removed.
  std::vector<AttemptId> look(SteadyTime now);

 private:
  struct Orphan {
    bool is_watched = false;
    SteadyTime since, next_look;
    std::optional<SteadyTime> kill_at = {};  ///< SIGTERM was sent
  };
  Orphan& orphan(AttemptId, SteadyTime now);
  bool is_over(AttemptId, Orphan&, SteadyTime now);
  void begin_to_end(AttemptId, Orphan&, Duration grace, SteadyTime now);
  void signal_all(AttemptId, int signal) const;
  bool is_member(pid_t, AttemptId, const std::string& lock) const;
  std::vector<pid_t> members(AttemptId) const;

  std::string run_folder_;
  const ProcessMarker& marker_;
  const ControlGroups* groups_;
  std::map<AttemptId, Orphan> orphans_;
};

}  // namespace upkeep
