// The keys of one partition as a pattern: text with gaps where free fields and {_} stand.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "coverage/space.h"

namespace upkeep {

struct KeyPattern {
  /// Between two texts lies a gap, which holds one or more characters but `/`.
  std::vector<std::string> texts;

  const std::string& prefix() const { return texts.front(); }
  const std::string& suffix() const { return texts.back(); }
};

KeyPattern pattern_of(const Space&, std::uint64_t index);

/// A text that fits both patterns, if there is one.
std::optional<std::string> common_text(const KeyPattern&, const KeyPattern&);

}  // namespace upkeep
