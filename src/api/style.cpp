#include "api/style.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace upkeep {
namespace {

struct Shade {
  int red, green, blue;
  int indexed;  ///< of the 256 colours
  int basic;    ///< of the 8 colours
};

// From red over amber to green, of about the same lightness, so that they part on dark and
// on light ground and also where red and green look alike.
constexpr std::array<Shade, 7> ramp{{{215, 48, 39, 160, 31},
                                     {232, 96, 52, 166, 31},
                                     {244, 140, 60, 208, 33},
                                     {250, 190, 80, 214, 33},
                                     {200, 200, 80, 185, 33},
                                     {120, 185, 85, 107, 32},
                                     {40, 155, 80, 35, 32}}};

}  // namespace

std::string tinted(const Style& style, Tint tint, std::string_view text) {
  constexpr std::array<std::string_view, 6> codes = {"", "1", "2", "32", "33", "31"};
  const std::string_view code = codes[static_cast<std::size_t>(tint)];
  if (style.colours == Colours::none || code.empty() || text.empty()) return std::string(text);
  return fmt::format("\x1b[{}m{}{}", code, text, colour_end);
}

std::string ramp_start(Colours colours, double share) {
  // The last shade is for what is complete; all others share the rest evenly.
  const double place = std::clamp(share, 0.0, 1.0) * (ramp.size() - 1);
  const Shade& shade = ramp[static_cast<std::size_t>(std::floor(place))];
  switch (colours) {
    case Colours::none:
      return {};
    case Colours::basic:
      return fmt::format("\x1b[{}m", shade.basic);
    case Colours::indexed:
      return fmt::format("\x1b[38;5;{}m", shade.indexed);
    case Colours::full:
      return fmt::format("\x1b[38;2;{};{};{}m", shade.red, shade.green, shade.blue);
  }
  return {};
}

}  // namespace upkeep
