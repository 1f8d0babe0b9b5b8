// One store listed, or an inventory report of it read, and compared with all its collections.
// Blocking; for worker threads and for the process that does nothing else.
#pragma once
#include <stop_token>

#include "core/command.h"
#include "core/event.h"
#include "daemon/inventory.h"
#include "model/config.h"

namespace upkeep {

/// Reads the tables, makes the spaces, lists, compares. A table that cannot be read and a
/// part that cannot be listed are errors of the collections they concern; so is a rule that
/// needs a column which the report does not have. A listing that is asked to stop ends soon,
/// with an error. New and changed objects of collections with `expect.valid` are read.
StoreListed list_store(const Config&, TableCache&, const ObjectStores&, const ListStore&,
                       CheckCommands, std::stop_token stop = {});

}  // namespace upkeep
