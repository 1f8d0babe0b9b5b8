// Coverage per collection, as JSON and as a table.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/json_writer.h"
#include "api/snapshot.h"
#include "api/style.h"
#include "coverage/coverage.h"

namespace upkeep {

/// The numbers of a judged collection at the snapshot's moment.
Summary summary_of(const CollectionStanding&, Time now);

/// How many partitions are expected, and what they are, as members of an open object.
void write_summary(JsonWriter&, const Summary&);

/// Completeness for each value of one dimension.
struct ValueTally {
  Partition value;  ///< the fields that the dimension gives
  Tally tally;
};
/// good / expected; 1 when nothing is expected.
double share_of(const Tally&);
/// A list with how complete each value is.
void write(JsonWriter&, const std::vector<ValueTally>&);
/// In the order of the dimension; an error names the dimensions there are.
Result<std::vector<ValueTally>> tally_by(const CollectionStanding&, Time now,
                                         std::string_view dimension);

/// What `scan` is asked to show beside the totals.
struct ScanView {
  std::string by;  ///< a dimension, for completeness per value; empty for none
};

/// {"collections": […]}; a collection that could not be judged has null numbers and an
/// "error". Ends with a newline.
std::string scan_json(const Snapshot&, const ScanView&);
/// A table and, below it, a sentence for everything that is held, unknown or stray.
std::string scan_text(const Snapshot&, const ScanView&, const Style&);

}  // namespace upkeep
