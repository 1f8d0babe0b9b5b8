// Groups of processes that the kernel keeps together and limits as a whole: cgroup v2, where one
// is delegated to upkeep.
#pragma once
#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "io/descriptor.h"
#include "model/isolation.h"
#include "model/state.h"

namespace upkeep {

/// What the kernel did to keep a group within its limits.
struct GroupEvents {
  bool took_all_memory = false;     ///< and was killed for it
  bool took_all_processes = false;  ///< a fork was refused
};

/// One group for each attempt, below the group that upkeep was given. A service manager says that
/// a group is delegated by the attribute user.delegate or trusted.delegate (systemd's Delegate=);
/// others are not touched. Upkeep itself and whoever else was in the group move to one below it,
/// `upkeep`: the kernel limits no groups beside processes.
class ControlGroups {
 public:
  /// Those of this run folder; nothing when no group is delegated. What earlier lives left behind
  /// and is empty is removed.
  static std::unique_ptr<ControlGroups> find(const std::string& run_folder);
  /// The `controllers()` that find() would give; it is not called for that.
  static std::vector<std::string> on_offer();

  /// `memory`, `cpu`, `pids`: those that limits of groups can be set for.
  const std::vector<std::string>& controllers() const { return controllers_; }
  /// What upkeep itself and its listings may take together. Without such a controller nothing.
  void limit_own_cpu(std::optional<double> cores) const;

  /// The file of a new group that a process joins by writing "0" to it. Limits without their
  /// controller are passed over; an error when the group cannot be made or another one be set.
  Result<Descriptor> make(AttemptId, const Together&) const;
  /// SIGKILL to all of it at once.
  void kill(AttemptId) const;
  GroupEvents events_of(AttemptId) const;
  /// When it has no process any more; otherwise nothing happens.
  void remove(AttemptId) const;
  /// By the group that a process is in.
  std::optional<AttemptId> attempt_of(pid_t) const;

 private:
  ControlGroups(std::string base, std::string suffix);
  void turn_on_controllers();
  void remove_empty() const;
  std::optional<AttemptId> attempt_of(std::string_view name) const;
  std::string folder_of(AttemptId) const;

  std::string base_;    ///< the folder of the group that was delegated
  std::string suffix_;  ///< of all groups of this run folder
  std::vector<std::string> controllers_;
};

}  // namespace upkeep
