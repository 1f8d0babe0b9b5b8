// How many requests an upstream may be asked, exactly: each limit is a number of requests in any
// stretch of a length, counted from what was granted. Whole numbers only; pure functions.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.h"
#include "model/upstream.h"

namespace upkeep {

/// At most `count` requests in any stretch of `per`.
struct Window {
  Budget budget = Budget::rate;
  std::uint64_t count = 1;
  Duration per{};
  /// From so many on, what is left is spread over the time until the oldest one counts no more.
  std::optional<std::uint64_t> slow_from;
};

/// What is declared, as windows. A request counts a little longer than the stretch (a
/// thirty-second of it, at most 5 s): it arrives later than it is granted, some more than others.
std::vector<Window> windows_of(const Upstream&);
/// Of `limits.requests`.
std::vector<Window> windows_of(const Rate&);
/// The window of a rate in thousandths of a request an hour.
Window learnt_window(std::uint64_t allowed);

/// When a limit allows the next requests, and which one it is that they wait for.
struct Opening {
  Time at;
  std::optional<Budget> budget;  ///< none when there is nothing to wait for
};

/// When `count` requests at once fit into all windows. More than a window holds fit when
/// nothing else is in it. `last`: when some were granted last.
Opening opening(const std::vector<Window>&, const Spending&, Time last, std::uint64_t count,
                Time now);
/// Counts them from `now` on; more than a window holds over as many stretches as they need,
/// for a week at most.
void spend(const std::vector<Window>&, Spending&, std::uint64_t count, Time now);
/// Those that still count.
std::uint64_t used(const Window&, const Spending&, Time now);

}  // namespace upkeep
