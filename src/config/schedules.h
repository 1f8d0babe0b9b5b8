// Times of the calendar: when collectors run beside the queue, and when nothing is started.
#pragma once
#include <vector>

#include "config/form.h"
#include "model/config.h"

namespace upkeep {

/// One schedule like "0 2 * * *", or a list of them.
Form<Schedule> schedule();
Form<std::vector<Maintenance>> maintenance();
/// A time of day, a schedule, or a map with such a one.
Form<Deadline> deadline();

/// Do the windows together leave any time for work?
void check_maintenance(Reader&, const Place& root, const Config&);

}  // namespace upkeep
