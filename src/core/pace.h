// What throttling teaches: an upstream whose limits are not known, or not as declared, is asked
// faster with each request that it answers, and slower when it refuses (additive increase,
// multiplicative decrease: Chiu and Jain, 1989). Pure functions of its row.
#pragma once
#include <cstdint>
#include <optional>

#include "base/time.h"
#include "model/upstream.h"

namespace upkeep {

inline constexpr Duration throttle_pause_max = std::chrono::minutes{10};

/// What is known at the start: nothing of an upstream with a declared rate, of any other that it
/// stands a request a second.
UpstreamRow new_row(const Upstream&);

/// `count` requests are granted now. Call it before the row counts them.
void note_granted(UpstreamRow&, const Upstream&, std::uint64_t count, Time now);

/// So many requests were refused. A pause, and a lower rate after it; what comes in during a
/// pause was sent before it and changes nothing more. True when a pause begins.
bool note_throttled(UpstreamRow&, const Upstream&, std::uint64_t count, Time now);

/// After a second pause in a row one request is let through, and no other before this: by then it
/// is known whether that one was refused.
Time opens_after_pause(const UpstreamRow&);

/// Nothing is granted before `until`; a longer hold stays.
void hold(UpstreamRow&, Time until, std::string why);

/// Attempts at once, when their requests cannot be held back: `running` are under way as it is
/// throttled.
void take_attempts_back(UpstreamRow&, std::uint64_t running);
/// An attempt ended that was not throttled: after as many as may run at once, one more may.
void allow_more_attempts(UpstreamRow&, std::uint64_t most);

}  // namespace upkeep
