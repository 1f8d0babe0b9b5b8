// How far the order of keys is known without writing the keys.
#pragma once
#include <cstdint>
#include <limits>
#include <optional>

#include "coverage/space.h"

namespace upkeep {

/// Reads a few keys once, then tells by indices alone which keys come later, bytewise.
class KeyOrder {
 public:
  /// The space must outlive it.
  explicit KeyOrder(const Space&);

  /// Indices in [from, until) and from `beyond` on: their keys come after that of `index`.
  struct Later {
    std::uint64_t from = none, until = none, beyond = none;
    bool has(std::uint64_t index) const { return stretch_from(index) > index; }
    /// They go on from `index` up to before the returned one; none do when that is `index`.
    std::uint64_t stretch_from(std::uint64_t index) const {
      if (index >= beyond) return none;
      return index >= from && index < until ? until : index;
    }
    static constexpr std::uint64_t none = std::numeric_limits<std::uint64_t>::max();
  };
  Later later_than(std::uint64_t index) const;

 private:
  /// Whole numbers as they are, 9 and 10: in order among those of one width.
  struct Plain {
    std::size_t axis;
    NumberRange range;
  };

  const Space& space_;
  std::uint64_t block_;           ///< different blocks of so many are in the order of indices
  std::optional<Plain> numbers_;  ///< the axis behind the last that rises, if it is such
};

}  // namespace upkeep
