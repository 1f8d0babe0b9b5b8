// Waits and amounts that nobody needs to set. Private to engine*.cpp.
#pragma once
#include <chrono>
#include <cstdint>

#include "base/time.h"

namespace upkeep {

// How long an answer may take before the engine goes on without it.
inline constexpr Duration listing_patience = std::chrono::hours{6};
inline constexpr Duration look_patience = std::chrono::minutes{5};
inline constexpr Duration end_patience = std::chrono::minutes{1};
/// A gap that was seen longer ago is looked at once more before its collector starts.
inline constexpr Duration confirm_after = std::chrono::minutes{1};
/// What looks showed is lost with a crash for so long, at the most. The store still knows it.
inline constexpr Duration keep_after = std::chrono::minutes{10};
inline constexpr Duration disk_every = std::chrono::seconds{20};
inline constexpr Duration disk_idle_every = std::chrono::minutes{1};
/// How long one run waits for a store or a disk that fails in the middle.
inline constexpr Duration run_patience = std::chrono::minutes{1};
/// Between what was filled and the listing that reads rows from it: more may be filled meanwhile. A
/// store that takes long to list is left alone for four times as long.
inline constexpr Duration rows_wait_min = std::chrono::minutes{1};
inline constexpr Duration rows_wait_max = std::chrono::minutes{30};
/// Clocks are turned back by hours at the most; who was further ahead was wrong.
inline constexpr Duration turned_back_most = std::chrono::hours{3};
/// Tasks that are kept in order; when they are used up, the backlog is computed again.
inline constexpr std::uint64_t backlog_kept = 20'000;

}  // namespace upkeep
