// Liveness: once nothing goes wrong any more, everything must come right.
#pragma once
#include <optional>
#include <string>

#include "sim/daemon.h"
#include "sim/world.h"

namespace upkeep::sim {

/// What is not right yet, a sentence; nothing when all is well. What came up within the last
/// day does not count.
std::optional<std::string> what_is_left(const World&, const Daemon&);

}  // namespace upkeep::sim
