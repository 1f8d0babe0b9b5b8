// The keys of the top level that are about upkeep itself: loop, queue, keep, limits.
#pragma once
#include "base/zone.h"
#include "config/form.h"
#include "model/config.h"

namespace upkeep {

Form<Zone> time_zone();
Form<Loop> loop();
Form<QueueSettings> queue();
Form<Keep> keep();
Form<Limits> limits();
void check_limits(Reader&, const Place& root, const Config&);

}  // namespace upkeep
