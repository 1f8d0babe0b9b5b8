// Conditions (`field op value and …`) compiled for one space: a rule is found in a few
// table look-ups per partition.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "coverage/space.h"
#include "model/condition.h"

namespace upkeep {

/// Parses `season == 2025-26 and age < 7d`; an error names the column. Which fields exist is
/// checked where they are known.
Result<Condition> parse_condition(std::string_view);

/// Do the fields exist and do the values have the type of the field? `types` are the known
/// fields; "age" is known when `has_time`.
Result<void> check_condition(const Condition&,
                             std::span<const std::pair<std::string, FieldType>> types,
                             bool has_time);

class Selector {
 public:
  /// At most 64 conditions, checked before. Ages are those at `now`. A condition on a field
  /// that this space does not have holds for none of its partitions.
  Selector(const Space&, std::span<const Condition>, Time now);

  /// The first condition that holds for the partition.
  std::optional<std::size_t> first(std::uint64_t index) const;
  /// first() gives the same for all partitions from `index` up to before the returned one, and
  /// perhaps for some behind.
  std::uint64_t steady_until(std::uint64_t index) const;

 private:
  struct AxisMasks {
    std::uint64_t stride, size;
    std::vector<std::uint64_t> masks;  ///< for each value, the conditions it does not exclude
  };
  std::vector<AxisMasks> axes_;
  std::uint64_t all_ = 0;
};

}  // namespace upkeep
