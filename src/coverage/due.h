// Which partitions are expected at a moment, as ranges of indices instead of one by one.
#pragma once
#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "coverage/space.h"

namespace upkeep {

/// Runs [first, last) of values of the time axis that are due.
inline std::vector<std::pair<std::uint64_t, std::uint64_t>> due_runs(const Axis& axis,
                                                                     Duration available_after,
                                                                     Time now) {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> runs;
  for (std::uint64_t value = 0; value < axis.size(); ++value) {
    if (axis.end(value) + available_after > now) continue;
    if (!runs.empty() && runs.back().second == value) {
      ++runs.back().second;
    } else {
      runs.emplace_back(value, value + 1);
    }
  }
  return runs;
}

/// Calls `take(begin, end)` for ranges of indices, ascending, that hold all due partitions.
template <class Take>
void for_due_ranges(const Space& space, Time now, const Take& take) {
  if (space.size() == 0) return;
  if (!space.time_axis()) return take(std::uint64_t{0}, space.size());
  const Axis& axis = *space.axes()[*space.time_axis()];
  const auto runs = due_runs(axis, space.collection().expect.available_after, now);
  const std::uint64_t stride = space.stride(*space.time_axis());
  for (std::uint64_t base = 0; base < space.size(); base += stride * axis.size()) {
    for (const auto& [first, last] : runs) take(base + first * stride, base + last * stride);
  }
}

/// Calls `take(word, mask)` for the 64-bit words that hold the bits [begin, end).
template <class Take>
void for_words(std::uint64_t begin, std::uint64_t end, const Take& take) {
  while (begin < end) {
    const std::uint64_t from = begin % 64;
    const std::uint64_t count = std::min(end - begin, 64 - from);
    take(begin / 64, (~std::uint64_t{0} >> (64 - count)) << from);
    begin += count;
  }
}

}  // namespace upkeep
