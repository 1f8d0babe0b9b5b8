// From the engine's wish to a process: command line, environment, files.
#pragma once
#include <string>

#include "base/result.h"
#include "core/command.h"
#include "io/redaction.h"
#include "model/config.h"
#include "port/executor.h"

namespace upkeep {

/// An error names what is wrong with the values or the secrets: nothing is started then.
/// `partitions_path` is where the executor will put the file behind {partitions}.
/// Secrets are hidden from now on.
Result<Launch> make_launch(const Config&, const StartAttempt&, const std::string& partitions_path,
                           Redaction&);

}  // namespace upkeep
