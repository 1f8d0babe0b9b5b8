// Which characters take no column of a terminal, and which take two.
#pragma once
#include <span>

namespace upkeep {

struct CharacterRange {
  char32_t first, last;
};

/// Both ascending and disjoint.
std::span<const CharacterRange> ranges_without_width();
std::span<const CharacterRange> ranges_of_double_width();

}  // namespace upkeep
