// Completeness of some values of an axis, where all of them would be too many for one page.
#pragma once
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "coverage/coverage.h"

namespace upkeep {

class PartialTally {
 public:
  /// References must outlive it. `gone`: ascending indices with a tombstone.
  PartialTally(const Space&, const Coverage&, Time now, std::span<const std::uint64_t> gone);

  /// One for each of `count` values of axis `by`, from `first` on; there must be so many. The same
  /// numbers as tally(), in time and memory that grow with the part.
  std::vector<Tally> part(std::size_t by, std::uint64_t first, std::uint64_t count) const;

 private:
  template <class Take>
  void for_due(std::uint64_t begin, std::uint64_t end, const Take&) const;

  const Space& space_;
  const Coverage& coverage_;
  Time now_;
  std::span<const std::uint64_t> gone_;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> runs_;  ///< of the time axis
};

}  // namespace upkeep
