// How a page looks on the terminal (or in the file) that it is written for.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace upkeep {

enum class Colours : std::uint8_t { none, basic, indexed, full };  ///< 0, 8, 256, all

struct Style {
  std::size_t width = 0;  ///< columns; 0: no limit, nothing is shortened (no terminal)
  Colours colours = Colours::none;
  bool unicode = false;  ///< may characters beyond ASCII be drawn?
};

/// What a text means, for those who see colours; the text alone must say it as well.
enum class Tint : std::uint8_t { plain, strong, dim, good, fair, bad };
std::string tinted(const Style&, Tint, std::string_view text);

/// The colour of a share: 0 is red, 1 is green. Only for Colours other than none.
std::string ramp_start(Colours, double share);
inline constexpr std::string_view colour_end = "\x1b[0m";

}  // namespace upkeep
