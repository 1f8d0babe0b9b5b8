// One JSON text (RFC 8259), checked while it comes in pieces of any size.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace upkeep {

/// As strict as the grammar: nothing behind the value, no trailing commas, UTF-8 in strings. A
/// byte order mark before the value is passed over, as RFC 8259 allows. Numbers may be of any
/// size, and escaped surrogates may stand alone: what they mean is not looked at.
class JsonText {
 public:
  /// A deeper one is refused: a bit for each level is kept.
  static constexpr std::size_t depth_max = 1'000'000;

  /// The error says at which byte, from 1 on.
  Result<void> add(std::string_view piece);
  Result<void> finish();
  /// Nothing but white space so far?
  bool is_blank() const { return place_ == Place::value && open_.empty(); }

 private:
  enum class Place : std::uint8_t {
    value,       ///< one must come
    first_item,  ///< a value or `]`
    first_key,   ///< a text or `}`
    key,         ///< a text
    colon,
    behind_value,  ///< `,`, a bracket, or the end
    mark,          ///< in a byte order mark
    text,
    escape,
    hex,
    continuation,  ///< in a character of several bytes
    literal,       ///< in true, false or null
    minus,
    zero,
    digits,
    point,
    fraction,
    exponent,
    exponent_sign,
    exponent_digits,
  };

  bool take(unsigned char);
  bool take_structure(unsigned char);
  bool begin_value(unsigned char);
  bool open(bool is_object);
  bool close(bool is_object);
  bool take_in_text(unsigned char);
  bool begin_character(unsigned char);
  bool take_in_number(unsigned char);
  bool may_end_number() const;
  void end_value();

  Place place_ = Place::value;
  bool is_key_ = false;               ///< is the text a key?
  std::vector<bool> open_;            ///< brackets that are open: true for objects
  std::string_view literal_;          ///< what must follow of it
  int left_ = 0;                      ///< bytes of a character, or digits of \u
  unsigned char low_ = 0, high_ = 0;  ///< bounds of the next byte of a character
  bool is_begun_ = false;             ///< was there any byte before this one?
  std::uint64_t taken_ = 0;           ///< bytes
  std::string_view why_;              ///< what is wrong, where it has a reason of its own
};

}  // namespace upkeep
