// One owner for each state folder: only one process may write it.
#pragma once
#include <sys/types.h>

#include <optional>
#include <string>

#include "base/result.h"
#include "io/descriptor.h"

namespace upkeep {

/// Held until it is destroyed or the process ends, however it ends; children do not inherit
/// it through exec. `<state>/run/upkeep.pid` holds the owner's process number for people; a
/// stale file is harmless, and deleting it does not let a second owner in.
class OwnerLock {
 public:
  /// Makes the folders when they are missing. An error names the process that owns the state.
  static Result<OwnerLock> take(const std::string& state_folder);

  OwnerLock(OwnerLock&&) noexcept = default;
  OwnerLock& operator=(OwnerLock&&) noexcept = default;
  ~OwnerLock();

 private:
  OwnerLock(Descriptor folder, Descriptor file);
  Descriptor folder_;  ///< flock: keeps others out
  Descriptor file_;    ///< the pid file, with a lock that owner_of() can see without taking it
};

/// The process that owns the state; nothing when none does, 0 when it did not say its number
/// yet. An owner whose pid file was deleted is not seen here, only by take().
Result<std::optional<pid_t>> owner_of(const std::string& state_folder);

}  // namespace upkeep
