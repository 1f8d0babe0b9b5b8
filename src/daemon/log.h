// The log of the loop: upkeep.log, or the journal of systemd.
#pragma once
#include <memory>
#include <string>

#include "daemon/activity.h"
#include "io/redaction.h"
#include "model/config.h"

namespace upkeep {

std::string log_path(const std::string& state_folder);

/// To upkeep.log (io/log_file.h); secrets are hidden. With `show` lines go to standard error as
/// well; where that is the journal, only there. A log that cannot be written stops nothing.
WriteLog open_log(const Config&, bool show, std::shared_ptr<const Redaction>);

}  // namespace upkeep
