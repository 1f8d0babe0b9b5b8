#include "sim/driver.h"

#include <algorithm>

namespace upkeep::sim {

void drive(World& world, Daemon& daemon, Time until) {
  Time snooze = Time::min();  // a busy machine wakes the daemon late
  for (;;) {
    const Time happening = world.agenda.next();
    const Time wake = std::max(daemon.wake_at(), snooze);
    if (std::min(happening, wake) > until) break;
    world.now = std::max(world.now, std::min(happening, wake));
    if (happening <= wake) {
      world.agenda.take()();
    } else if (snooze < world.now && world.fate.strikes(Fault::woken_late)) {
      snooze = world.now + world.between(std::chrono::seconds{1}, std::chrono::minutes{3});
    } else {
      snooze = Time::min();
      daemon.tell(TimePassed{});
    }
  }
  world.now = std::max(world.now, until);
}

}  // namespace upkeep::sim
