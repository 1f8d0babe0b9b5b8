// How far a listing of a bucket is.
#pragma once
#include <cstdint>
#include <string>

#include "base/time.h"

namespace upkeep {

struct ListingProgress {
  std::uint64_t keys = 0;      ///< that were seen
  std::uint64_t requests = 0;  ///< that were sent
  std::uint64_t at_once = 0;   ///< that may be under way together
};

/// Keys a second; 0 while nobody can tell.
double rate_of(const ListingProgress&, Duration since);

/// "12,000 keys, 4,100 a second, 14 requests, up to 8 at once"; without keys, as when a report is
/// fetched, the requests alone.
std::string progress_text(const ListingProgress&, Duration since);

}  // namespace upkeep
