// When what was listed, or what is asked for, must not be believed without a person: an
// inventory that lost too much, an expectation that grew too much.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "base/time.h"
#include "coverage/coverage.h"
#include "coverage/space.h"
#include "model/store.h"

namespace upkeep {

/// How one inventory of a collection differs from the coverage accepted before.
struct Difference {
  std::uint64_t had = 0;   ///< partitions expected now that were there before
  std::vector<Loss> lost;  ///< those of them that are not there now, or no longer valid
  std::uint64_t lost_count = 0;
  std::uint64_t broken_count = 0;  ///< of these, those that are there, but no longer valid
};

/// `before` has been carried over to `space`. Losses get the time of the inventory.
Difference compare_inventories(const Space&, const Coverage& before, const Coverage& now_seen,
                               Time now);

/// Is the loss over all collections of the store too large to be believed?
bool is_too_large_a_loss(const Store&, std::uint64_t had, std::uint64_t lost);

/// Grew by more than half and by more than 1,000 partitions.
bool is_too_large_a_growth(std::uint64_t expected_before, std::uint64_t expected_now);

/// Does what was acked, or seen before, cover an amount that may have moved a little since?
bool covers(std::uint64_t accepted, std::uint64_t amount);

/// Adds newer losses to older ones, ascending and disjoint; an index that is in both keeps
/// the newer. Those that are there again, and valid, are left out.
std::vector<Loss> merge_losses(std::span<const Loss> older, std::span<const Loss> newer,
                               const Coverage& current);

}  // namespace upkeep
