// The gaps themselves, one by one in the order of the dimensions, as a stream: a collection
// with millions of gaps costs no memory here.
#pragma once
#include <functional>

#include "api/json_writer.h"
#include "api/snapshot.h"
#include "core/gap_walk.h"

namespace upkeep {

/// Calls `take` for each gap of a judged collection that `where` means, until it returns
/// false. The priority is that of the collection's rules; tasks may be promoted.
void for_each_gap(const CollectionStanding&, const Condition& where, Time now,
                  const std::function<bool(const PlannedGap&)>& take);

/// {"collection", "partition": {…}, "key", "reason", "priority", "since"}, without newline.
void write_gap(JsonWriter&, const Space&, const PlannedGap&);

}  // namespace upkeep
