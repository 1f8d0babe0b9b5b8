// The circuit breaker of an upstream: what fails again and again is left alone for a while, then
// tried with one attempt. Pure functions of its row.
#pragma once
#include <string>

#include "base/time.h"
#include "collect/report.h"
#include "model/upstream.h"

namespace upkeep {

inline constexpr int failures_to_open = 5;                       ///< in a row …
inline constexpr int failures_of_ten_to_open = 5;                ///< … or of the last ten attempts
inline constexpr Duration open_step = std::chrono::seconds{30};  ///< × times opened in a row …
inline constexpr Duration open_max = std::chrono::minutes{5};    ///< … but no longer

inline bool is_open(const UpstreamRow& row, Time now) {
  return row.opened > 0 && now < row.open_until;
}
/// Is one attempt at a time tried, to see whether it answers again?
inline bool is_half_open(const UpstreamRow& row, Time now) {
  return row.opened > 0 && now >= row.open_until;
}

enum class Verdict : std::uint8_t { none, good, bad };
/// What the end of an attempt says of its upstream; most ends say nothing.
Verdict verdict_of(const Outcome&);

/// Counts the end of an attempt that was started at `started`. True when it opened or closed.
bool note_outcome(UpstreamRow&, Verdict, const std::string& text, Time started, Time now);
/// Closes it, and forgets the failures.
void close_breaker(UpstreamRow&);

}  // namespace upkeep
