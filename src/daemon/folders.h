// What a state folder consists of.
#pragma once
#include "base/result.h"
#include "base/time.h"
#include "model/config.h"

namespace upkeep {

Result<void> make_state_folders(const std::string& state);

/// Outputs and cached files that were kept long enough, and rotated logs older than 30 days; while
/// the disk is low, outputs older than an hour too. Failing to remove some is no trouble: the next
/// time tries again.
void expire_old_files(const Config&, Time now, bool disk_is_low = false);

}  // namespace upkeep
