// The lock file of an attempt: held by whoever descends from it, so that a later life of
// upkeep can tell whether an attempt of an earlier one still runs, and end it.
#pragma once
#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "io/descriptor.h"

namespace upkeep {

/// The lock file, new or used again, and locked. The lock lasts until the last process that
/// inherited the descriptor has ended. Without a descriptor, `errno` says why; EWOULDBLOCK
/// when the lock is held.
Descriptor take_attempt_lock(const std::string& path, Duration grace);

/// Where the first process writes its number into the file, right-aligned.
inline constexpr int lock_number_offset = 31, lock_number_width = 10;

struct AttemptLock {
  bool is_held = false;
  std::optional<Duration> grace;
  std::optional<pid_t> leader;  ///< the first process, which may have ended
};
/// Nothing when there is no such file.
std::optional<AttemptLock> look_at_attempt_lock(const std::string& path);

/// Does the process hold the lock? One that merely opened the file does not.
bool holds_attempt_lock(pid_t, const std::string& path);

}  // namespace upkeep
