// The gaps themselves, one by one in the order of the dimensions, as a stream: a collection
// with millions of gaps costs no memory here.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "api/snapshot.h"
#include "core/gap_walk.h"
#include "core/odometer.h"

namespace upkeep {

/// Calls `take` for each gap of a judged collection that `where` means, until it returns
/// false. The priority is that of the collection's rules; tasks may be promoted.
void for_each_gap(const CollectionStanding&, const Condition& where, Time now,
                  const std::function<bool(const PlannedGap&)>& take);

/// Gaps of one collection as JSON. What neighbours share is written once and kept.
class GapWriter {
 public:
  explicit GapWriter(const Space&);

  /// Appends {"collection", "partition": {…}, "key", "reason", "priority", "since"}.
  void append(const PlannedGap&, std::string& out);

 private:
  /// The fields of one axis, for the value last asked for.
  struct Fields {
    Dial dial;
    std::optional<std::uint64_t> value;
    std::string json;
  };
  const Space& space_;
  std::string begin_;
  std::vector<Fields> fields_;
  std::optional<Time> since_;
  std::string since_json_;
};

}  // namespace upkeep
