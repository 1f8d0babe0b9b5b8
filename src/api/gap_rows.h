// The gaps themselves, one by one in the order of the dimensions, as a stream: a collection
// with millions of gaps costs no memory here.
#pragma once
#include <functional>
#include <string>

#include "api/json_writer.h"
#include "api/snapshot.h"
#include "coverage/selector.h"

namespace upkeep {

struct GapRow {
  std::uint64_t index = 0;
  GapKind kind = GapKind::missing;
  Priority priority = Priority::medium;  ///< by the collection's rules; tasks may be promoted
  Time since;  ///< when it became due, or when an inventory first showed the loss
};

/// Calls `take` for each gap of a judged collection that `where` means, until it returns
/// false.
void for_each_gap(const CollectionStanding&, const Condition& where, Time now,
                  const std::function<bool(const GapRow&)>& take);

/// {"collection", "partition": {…}, "key", "reason", "priority", "since"}, without newline.
void write_gap(JsonWriter&, const Space&, const GapRow&);

}  // namespace upkeep
