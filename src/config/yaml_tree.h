// The text of a YAML file as a tree that remembers where everything stands. YAML 1.2 in
// spirit: nothing is guessed about scalars here, `no` is a text. Refused: several documents,
// tags, merge keys and maps as keys. An alias becomes a copy of what its anchor names.
#pragma once
#include <compare>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace upkeep {

/// A place in the text; both count from 1, columns in characters.
struct Mark {
  std::size_t line = 1, column = 1;
  auto operator<=>(const Mark&) const = default;
};

struct Node {
  enum class Kind : std::uint8_t { scalar, list, map };
  Kind kind = Kind::scalar;
  Mark mark;                   ///< of its first character; of the anchored text for a copy
  std::string text;            ///< of a scalar, without quotes
  bool plain = false;          ///< a scalar without quotes
  std::optional<Mark> inside;  ///< where `text` begins, when it stands in the file as it is
  std::vector<Node> keys;      ///< of a map, all scalars; two may be the same
  std::vector<Node> items;     ///< of a list; of a map the values, in the order of `keys`

  /// The value of the first such key of a map.
  const Node* find(std::string_view key) const;
  /// Nothing at all, or `null` or `~` without quotes.
  bool is_empty() const;
  bool is_boolean() const;
  /// A number of YAML's core schema: 12, -0.5, 1e3, 0x1f, .inf.
  bool is_number() const;
};

struct YamlProblem {
  Mark mark;
  std::string text;
};

/// The one document of the text.
std::expected<Node, YamlProblem> parse_yaml(std::string_view text);

/// What libyaml calls `problem` (and its `context`, which began at `begin`) in words that
/// help; `next` is what stands at the place of the problem.
std::string explain_yaml_problem(std::string_view problem, std::string_view context, Mark begin,
                                 std::string_view next);

}  // namespace upkeep
