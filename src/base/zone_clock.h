// What the clocks of a zone show, and when they are turned.
#pragma once
#include <chrono>
#include <memory>
#include <optional>

#include "base/time.h"
#include "base/zone.h"

namespace upkeep {

/// What a clock shows, without its zone.
using LocalTime = std::chrono::local_time<Duration>;

class ZoneClock {
 public:
  explicit ZoneClock(const Zone&);

  LocalTime at(Time) const;
  /// When clocks show it: of what they show twice the first time, and for what they jump over the
  /// moment of the jump.
  Time first_time(LocalTime) const;

  /// The first moment after this one at which clocks are turned.
  std::optional<Time> next_turn(Time after) const;
  /// The last such moment until this one, itself included.
  std::optional<Time> last_turn(Time until) const;

 private:
  struct Rules;
  std::shared_ptr<const Rules> rules_;
};

}  // namespace upkeep
