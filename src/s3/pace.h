// How many requests may be under way at once: one more for each round of good answers, half as
// many when the server asks for less (additive increase, multiplicative decrease), and no more
// while answers take much longer than they could.
#pragma once
#include <algorithm>
#include <cstddef>
#include <optional>

#include "base/time.h"

namespace upkeep::s3 {

class Pace {
 public:
  explicit Pace(std::size_t most) : most_(static_cast<double>(most)) {}

  std::size_t at_once() const { return static_cast<std::size_t>(now_); }

  /// A good answer to a request that was sent at `sent`.
  void answered(Time sent, Time now) {
    const double took = std::max<double>(static_cast<double>((now - sent).count()), 1);
    usual_ = usual_ ? *usual_ * 0.9 + took * 0.1 : took;
    // The best that was seen is forgotten slowly: the network may have changed.
    best_ = best_ ? std::min(*best_ * 1.001, took) : took;
    if (*usual_ > *best_ * 4 + 50) return;
    now_ = std::min(now_ + 1 / now_, most_);
  }

  /// The server asked for fewer. Of the answers to requests that were sent before it was obeyed,
  /// only the first counts.
  void refused(Time sent, Time now) {
    if (cut_at_ && sent < *cut_at_) return;
    now_ = std::max(now_ / 2, 1.0);
    cut_at_ = now;
  }

 private:
  double most_;
  double now_ = std::min(most_, 4.0);
  std::optional<Time> cut_at_;
  std::optional<double> usual_, best_;  ///< milliseconds of an answer
};

}  // namespace upkeep::s3
