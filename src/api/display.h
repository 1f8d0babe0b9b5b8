// Text as a terminal shows it: how wide it is, how it is shortened, and how bytes that
// would drive the terminal are made harmless.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace upkeep {

/// The character that a text begins with. What is no UTF-8 is one invalid byte at a time.
struct Character {
  char32_t code = 0;
  std::size_t bytes = 0;  ///< 0 only for an empty text
  bool valid = false;
};
Character first_character(std::string_view);

/// Control characters, those that reorder text, line separators and bytes that are no UTF-8
/// written out (`\n`, `\x1b`, `\u202e`), so that a hostile name stays one harmless line.
std::string printable(std::string_view);

/// Columns of a terminal that a printable text takes.
std::size_t display_width(std::string_view);

enum class Clip : std::uint8_t { end, middle };
/// At most `width` columns; what is left out is marked with `…` (`~` without Unicode).
std::string clipped(std::string_view printable, std::size_t width, Clip, bool unicode);

}  // namespace upkeep
