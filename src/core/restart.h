// When something that ended is started again: each time later, from the beginning once it has
// been well for a while, and never given up.
#pragma once
#include <algorithm>
#include <chrono>

#include "base/time.h"

namespace upkeep {

class RestartPace {
 public:
  struct Limits {
    Duration first = std::chrono::seconds{1};
    Duration longest = std::chrono::minutes{5};
    Duration well_after = std::chrono::minutes{10};  ///< a life so long makes the next wait short
  };
  explicit RestartPace(Limits limits) : limits_(limits) {}
  RestartPace() : RestartPace(Limits{}) {}

  /// How long to wait before the next life, after one that lasted so long.
  Duration wait_after(Duration life) {
    if (life >= limits_.well_after) wait_ = Duration{};
    wait_ = wait_ == Duration{} ? limits_.first : std::min(2 * wait_, limits_.longest);
    ++restarts_;
    return wait_;
  }
  int restarts() const { return restarts_; }

 private:
  Limits limits_;
  Duration wait_{};
  int restarts_ = 0;
};

}  // namespace upkeep
