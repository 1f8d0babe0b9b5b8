#include "coverage/tally_part.h"

#include <algorithm>
#include <bit>

#include "base/assert.h"
#include "coverage/due.h"

namespace upkeep {

PartialTally::PartialTally(const Space& space, const Coverage& coverage, Time now,
                           std::span<const std::uint64_t> gone)
    : space_(space), coverage_(coverage), now_(now), gone_(gone) {
  if (!space.time_axis()) return;
  runs_ =
      due_runs(*space.axes()[*space.time_axis()], space.collection().expect.available_after, now);
}

/// Calls `take(begin, end)` for what is due of a range of indices.
template <class Take>
void PartialTally::for_due(std::uint64_t begin, std::uint64_t end, const Take& take) const {
  if (!space_.time_axis()) return take(begin, end);
  const std::uint64_t stride = space_.stride(*space_.time_axis());
  const std::uint64_t round = stride * space_.axes()[*space_.time_axis()]->size();
  for (std::uint64_t base = begin / round * round; base < end; base += round) {
    for (const auto& [first, last] : runs_) {
      const std::uint64_t from = std::max(begin, base + first * stride);
      const std::uint64_t to = std::min(end, base + last * stride);
      if (from < to) take(from, to);
    }
  }
}

std::vector<Tally> PartialTally::part(std::size_t by, std::uint64_t first,
                                      std::uint64_t count) const {
  const std::uint64_t values = space_.axes()[by]->size(), stride = space_.stride(by);
  UPKEEP_ASSERT(first <= values && count <= values - first);
  std::vector<Tally> cells(count);
  if (count == 0) return cells;
  for (std::uint64_t base = 0; base < space_.size(); base += stride * values) {
    const std::uint64_t begin = base + first * stride;
    for_due(begin, begin + count * stride, [&](std::uint64_t from, std::uint64_t to) {
      while (from < to) {
        const std::uint64_t value = (from - begin) / stride;
        const std::uint64_t until = std::min(to, begin + (value + 1) * stride);
        cells[value].expected += until - from;
        for_words(from, until, [&](std::uint64_t word, std::uint64_t mask) {
          cells[value].good +=
              static_cast<std::uint64_t>(std::popcount(coverage_.good_word(word) & mask));
        });
        from = until;
      }
    });
  }
  for (const std::uint64_t index : gone_) {
    if (index >= space_.size() || coverage_.present.test(index)) continue;
    const std::uint64_t value = space_.coordinate(index, by);
    const bool is_inside = value >= first && value - first < count;
    if (is_inside && space_.is_due(index, now_)) --cells[value - first].expected;
  }
  return cells;
}

}  // namespace upkeep
