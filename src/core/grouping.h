// Which partitions may share a batch: those with the same values of some fields.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/odometer.h"
#include "coverage/space.h"

namespace upkeep {

/// The partitions of one space, parted by the values of the fields `by`. Asked in rising
/// order of indices, it says which group each belongs to and when that group is over, so
/// that only the groups that can still grow need to be remembered.
class Grouping {
 public:
  /// The space must outlive it. Fields that no axis gives part nothing.
  Grouping(const Space&, std::span<const std::string> by);

  /// Is every partition a group of its own?
  bool all_single() const { return !lead_; }

  /// Partitions with the same two numbers are one group. The first number is the index at
  /// which the group is over: none from there on belongs to it. Not for all_single().
  std::pair<std::uint64_t, std::uint64_t> group_of(std::uint64_t index);
  /// All partitions from the one last asked for up to before this index are of its group.
  std::uint64_t same_until() const { return same_until_; }

 private:
  /// The first axis on which several values share a group.
  struct Lead {
    Dial dial;
    std::vector<std::uint32_t> numbers;  ///< of each value; empty: all are one group
    std::vector<std::uint64_t> last;     ///< the last value of each number
  };
  /// A further axis that parts the groups.
  struct Part {
    Dial dial;
    std::vector<std::uint32_t> numbers;  ///< of each value; empty: each has its own
    std::uint64_t radix = 1;
  };
  std::optional<Lead> lead_;
  std::vector<Part> rest_;
  std::uint64_t same_until_ = 0;
};

}  // namespace upkeep
