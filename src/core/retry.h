// What becomes of a partition after an attempt that did not fill it: wait, rest, or a
// tombstone. Full jitter after "Exponential Backoff and Jitter" (AWS Architecture Blog, 2015).
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "base/random.h"
#include "base/time.h"
#include "collect/report.h"
#include "model/collector.h"
#include "model/state.h"

namespace upkeep {

inline constexpr int deferrals_max = 10;     ///< exit 75 in a row; one more counts as a failure
inline constexpr int interruptions_max = 3;  ///< so many in a row are charged as one attempt
inline constexpr std::uint64_t refusals_max = 3;  ///< exit 77 in a row, of one collector; then
                                                  ///< its other tasks are held
inline constexpr Duration rest_max = std::chrono::days{7};

/// A random wait up to min(cap, base × 2ᵏ⁻¹) for the k-th failure.
Duration backoff(const Retries&, int failures, Random&);

/// The row after an attempt that left the partition a gap. `hint` is what the collector asked
/// for with retry_after: the wait is at least that.
PartitionRow after_failure(PartitionRow, const Outcome&, const Retries&,
                           std::optional<Duration> hint, Random&, Time now);

/// The row with a tombstone until now + gone_for.
PartitionRow after_gone(PartitionRow, Duration gone_for, Time now);

/// Is it waiting for a retry, not resting? `run` waits for retries, never for rests.
inline bool awaits_retry(const PartitionRow& row) { return row.rests == 0; }

/// One sentence on what the row says: "attempt 2 of 4 failed (timeout: …); next at …".
std::string describe(const PartitionRow&, const Retries&);

}  // namespace upkeep
