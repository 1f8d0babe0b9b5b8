// The folders of a state: made before anything is written, and swept of what is old.
#pragma once
#include <string>

#include "base/result.h"
#include "model/config.h"

namespace upkeep {

Result<void> make_state_folders(const std::string& state);

/// What is kept for people goes when its time is over; that it cannot go stops nobody.
void expire_old_files(const Config&, Time now);

}  // namespace upkeep
