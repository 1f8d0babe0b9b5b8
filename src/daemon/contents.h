// The objects of partitions, looked at and read as `expect.valid` asks. Blocking; for worker
// threads.
#pragma once
#include <stop_token>

#include "base/result.h"
#include "coverage/coverage.h"
#include "coverage/space.h"
#include "model/config.h"
#include "port/object_store.h"

namespace upkeep {

/// May checks run commands of the user's? Commands that only read do not.
enum class CheckCommands : std::uint8_t { run, leave_out };

/// What the store shows of a partition now, its objects read and judged. An error when one could
/// not be judged, and soon when it is asked to stop. Where only a command could tell, they count as
/// valid.
Result<Sight> look_at_one(const Config&, ObjectStore&, const Space&, std::uint64_t index,
                          CheckCommands, std::stop_token stop = {});

/// Reads the objects that the inventory shows and that are still to be judged, until `deadline`,
/// several at once. What could not be judged is left as it is, with the first reason.
void check_contents(const Config&, ObjectStore&, const Space&, Coverage&, CheckCommands,
                    Time deadline, const std::stop_token& stop);

}  // namespace upkeep
