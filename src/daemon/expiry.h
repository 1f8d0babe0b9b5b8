// When the files of a state folder that nobody needs any more are looked through.
#pragma once
#include <optional>

#include "base/time.h"
#include "model/config.h"

namespace upkeep {

/// Once a day; more often where something is kept for less than two, and each minute while the
/// disk is low.
class ExpiryPace {
 public:
  /// True when it is time; asked about once a second. A clock that was set back starts it anew.
  bool is_due(Time now, const Keep&, bool disk_is_low);

 private:
  std::optional<Time> last_;
  bool was_low_ = false;
};

}  // namespace upkeep
