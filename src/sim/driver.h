// Lets virtual time pass: happenings of the world and wake-ups of the daemon, in order.
#pragma once
#include "base/time.h"
#include "sim/daemon.h"
#include "sim/world.h"

namespace upkeep::sim {

/// Everything up to `until`, which is the time afterwards unless the clock jumped beyond it.
void drive(World&, Daemon&, Time until);

}  // namespace upkeep::sim
