#include "daemon/expiry.h"

#include <algorithm>

namespace upkeep {
namespace {
using namespace std::chrono_literals;
}

bool ExpiryPace::is_due(Time now, const Keep& keep, bool disk_is_low) {
  const bool has_become_low = disk_is_low && !was_low_;
  was_low_ = disk_is_low;
  const Duration shortest = std::min(keep.output, keep.cache);
  const Duration usual = std::clamp<Duration>(shortest / 2, 1s, std::chrono::days{1});
  const Duration every = disk_is_low ? std::min<Duration>(usual, 1min) : usual;
  const bool is_due = !last_ || now < *last_ || now - *last_ >= every || has_become_low;
  if (is_due) last_ = now;
  return is_due;
}

}  // namespace upkeep
