// What a value of the configuration may look like, as plain data: the text of errors, the
// JSON Schema and the decoder all come from the same description (see form.h).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace upkeep {

struct KeyShape;

struct Shape {
  enum class Kind : std::uint8_t {
    boolean,
    whole,   ///< a whole number
    number,  ///< any number
    text,    ///< a text; in quotes where YAML would see a number, true, false or null
    scalar,  ///< a text, a number, true or false, taken as it is written
    list,
    map,     ///< names that the user chooses, all to the same shape
    record,  ///< known keys
    any_of,
  };
  Kind kind = Kind::text;
  std::string expected;            ///< "a duration like 30s, 15m or 7d"
  std::string pattern;             ///< of a text, or of the names of a map
  std::vector<std::string> words;  ///< of a text: one of these
  std::optional<std::uint64_t> whole_min, whole_max;
  std::optional<double> min, max;  ///< of a number
  std::size_t items_min = 0;       ///< of a list
  std::optional<std::size_t> items_max;
  bool may_be_empty = false;   ///< of a scalar: "" is a value
  std::vector<Shape> inner;    ///< of list and map: one; of any_of: all
  std::vector<KeyShape> keys;  ///< of a record
};

struct KeyShape {
  std::string name;
  std::string meaning;  ///< one or two whole sentences
  bool required = false;
  std::string default_value;  ///< as JSON; empty when there is none
  Shape shape;
};

}  // namespace upkeep
