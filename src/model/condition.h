// `field op value and …`: which partitions a priority rule or `--where` means.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"

namespace upkeep {

enum class Operator : std::uint8_t {
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  in
};

struct Term {
  std::string field;  ///< a dimension field, or "age"
  Operator op = Operator::equal;
  std::vector<std::string> values;  ///< one; several for `in`
  Duration age{};                   ///< the value, when the field is "age"
};

/// All terms must hold; without terms it holds for everything.
struct Condition {
  std::string text;  ///< as it was written
  std::vector<Term> terms;
};

}  // namespace upkeep
