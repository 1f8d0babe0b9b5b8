// Which attempt a process descends from: a mark that it carries wherever it goes.
#pragma once
#include <sys/resource.h>
#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

#include "io/control_groups.h"
#include "model/state.h"

namespace upkeep {

/// The mark is the soft limit RLIMIT_RTTIME, set to some 70,000 years and the attempt's
/// number. Children inherit it through fork, exec and setsid; it stays when all descriptors
/// are closed and the environment is emptied; it can be read of every process, also of one
/// that hides its environment; and nothing but programs of real-time audio ever sets it. It
/// differs between state folders. A process without it is known by its cgroup, where attempts have
/// some, or by $UPKEEP_REPORT.
class ProcessMarker {
 public:
  /// The groups may be null, and outlive the marker otherwise.
  explicit ProcessMarker(std::string run_folder, const ControlGroups* = nullptr);

  rlimit limit(AttemptId) const;
  /// Nothing when it descends from no attempt of this folder. A process that is just becoming
  /// another program, and one that was started without environment, has none to look at: then
  /// `is_unsure`, and it is worth while to ask again.
  std::optional<AttemptId> attempt_of(pid_t, bool* is_unsure = nullptr) const;

 private:
  std::optional<AttemptId> by_environment(pid_t, bool* is_unsure) const;

  std::string run_folder_;
  const ControlGroups* groups_;
  rlim_t folder_bits_ = 0;
  rlim_t hard_ = RLIM_INFINITY;
};

}  // namespace upkeep
