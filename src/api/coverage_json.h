// Completeness of one collection by the values of a dimension, or by days, a page at a time.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/zone.h"
#include "coverage/coverage.h"
#include "coverage/space.h"

namespace upkeep {

/// What is known of a collection at one moment, for any thread: nothing in it changes.
struct CoverageCopy {
  std::string collection, standing;  ///< "known", "held" or "unknown"
  SpacePtr space;
  std::shared_ptr<const Coverage> coverage;
  std::vector<std::uint64_t> gone;  ///< ascending; partitions with a tombstone
  Zone zone;                        ///< whose days are meant
  Time now;
};

struct CoverageQuery {
  std::string by;  ///< a dimension; empty: the days of the time dimension
  std::uint64_t offset = 0, limit = 100;
};

/// {"collection", "standing", "inventory_at", "by", "total", "offset", "next", "values": [{"value",
/// "expected", "good", "completeness"}]}: `next` is the offset of the next page, null on the last.
/// Days without partitions are left out. Ends with a newline. An error names the dimensions there
/// are. Takes a second for a hundred million partitions.
Result<std::string> coverage_page_json(const CoverageCopy&, const CoverageQuery&);

}  // namespace upkeep
