// A key template with all that is known about the values of its fields: the one plan by
// which keys are written and read.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "coverage/axis.h"
#include "coverage/date_form.h"
#include "coverage/key_template.h"

namespace upkeep {

/// One piece of a key. A date field is taken apart into its units and the literals of its form.
struct KeyPiece {
  enum class Kind : std::uint8_t { literal, unit, number, text, free };
  Kind kind = Kind::literal;
  std::string text;        ///< a literal; of a free field or {_} the placeholder, as written
  std::size_t axis = 0;    ///< of units, numbers and texts
  std::size_t field = 0;   ///< within its axis
  DateUnit unit{};         ///< of a date
  std::size_t padded = 1;  ///< numbers: at least so many digits, with zeros in front
  std::optional<std::size_t> width;  ///< in bytes, when all values have the same

  /// A text or free field that stood further left already: here it is only compared.
  bool known = false;

  bool is_any() const { return kind == Kind::free && text == "{_}"; }
};

struct KeyLayout {
  std::vector<KeyPiece> pieces;  ///< never two literals side by side
  /// For each axis the fields that the key holds, ascending.
  std::vector<std::vector<std::size_t>> fields;
  /// By axis and field; set for dates that the key holds.
  std::vector<std::vector<std::optional<DateReader>>> readers;

  bool has_free() const;  ///< free fields
  bool has_any() const;   ///< {_}
};

/// An error names the field, and the value, that cannot be told from what stands around it.
Result<KeyLayout> lay_out(const KeyTemplate&, std::span<const AxisPtr>);

/// Appends what a piece of the key is for this value of its axis. Not for free pieces.
void append_piece(const KeyPiece&, const Axis&, std::uint64_t value, std::string& out);

}  // namespace upkeep
