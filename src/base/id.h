// A number that cannot be mixed up with another number.
#pragma once
#include <compare>
#include <cstdint>

namespace upkeep {

template <class Tag>
struct Id {
  std::uint64_t value = 0;
  auto operator<=>(const Id&) const = default;
};

}  // namespace upkeep
