#include "api/listing_text.h"

#include <fmt/format.h>

#include <cmath>

#include "api/display.h"
#include "api/words.h"
#include "base/text.h"

namespace upkeep {

double rate_of(const ListingProgress& progress, Duration since) {
  if (since <= Duration{}) return 0;
  return static_cast<double>(progress.keys) / std::chrono::duration<double>(since).count();
}

std::string progress_text(const ListingProgress& progress, Duration since) {
  const std::string requests = counted(progress.requests, "request", "requests");
  if (progress.keys == 0) return requests;
  std::string out = counted(progress.keys, "key", "keys");
  if (const double rate = rate_of(progress, since); rate > 0) {
    out += fmt::format(", {} a second", with_thousands(static_cast<std::uint64_t>(rate)));
  }
  return out + fmt::format(", {}, up to {} at once", requests, with_thousands(progress.at_once));
}

}  // namespace upkeep
