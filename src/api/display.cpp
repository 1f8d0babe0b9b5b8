#include "api/display.h"

#include <fmt/format.h>

#include <algorithm>

#include "api/character_ranges.h"

namespace upkeep {
namespace {

bool is_in(std::span<const CharacterRange> ranges, char32_t code) {
  const auto after = std::ranges::upper_bound(ranges, code, {}, &CharacterRange::first);
  return after != ranges.begin() && code <= std::prev(after)->last;
}

std::size_t width_of(char32_t code) {
  if (code < 0x300) return 1;
  if (is_in(ranges_without_width(), code)) return 0;
  return is_in(ranges_of_double_width(), code) ? 2 : 1;
}

/// Controls, separators of lines, marks that reorder or hide text (Unicode UTR 36), and
/// the private characters that only a font could explain are left alone.
bool is_harmful(char32_t code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x61c ||
         (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
         (code >= 0x2060 && code <= 0x206f) || code == 0xfeff ||
         (code >= 0xfff9 && code <= 0xfffb) || (code >= 0xe0000 && code <= 0xe007f);
}

/// The longest begin of the text that fits `width` columns, in bytes.
std::size_t begin_that_fits(std::string_view text, std::size_t width) {
  std::size_t bytes = 0, used = 0;
  while (bytes < text.size()) {
    const Character next = first_character(text.substr(bytes));
    used += width_of(next.code);
    if (used > width) break;
    bytes += next.bytes;
  }
  return bytes;
}

/// Where the longest end of the text that fits `width` columns begins, in bytes.
std::size_t end_that_fits(std::string_view text, std::size_t width) {
  std::size_t skipped = 0, left = display_width(text);
  while (left > width ||
         (skipped < text.size() && width_of(first_character(text.substr(skipped)).code) == 0)) {
    const Character next = first_character(text.substr(skipped));
    left -= width_of(next.code);
    skipped += next.bytes;
  }
  return skipped;
}

}  // namespace

Character first_character(std::string_view text) {
  if (text.empty()) return {};
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const Character invalid{byte(0), 1, false};
  if (byte(0) < 0x80) return {byte(0), 1, true};
  const std::size_t length = byte(0) < 0xc2   ? 0
                             : byte(0) < 0xe0 ? 2
                             : byte(0) < 0xf0 ? 3
                             : byte(0) < 0xf5 ? 4
                                              : 0;
  if (length == 0 || length > text.size()) return invalid;
  char32_t code = byte(0) & (0xffu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return invalid;
    code = code << 6 | (byte(i) & 0x3f);
  }
  constexpr char32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  if (code < least[length] || code > 0x10ffff || surrogate) return invalid;
  return {code, length, true};
}

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Character next = first_character(text);
    if (!next.valid) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned>(next.code));
    } else if (!is_harmful(next.code)) {
      out += text.substr(0, next.bytes);
    } else if (next.code == '\n') {
      out += "\\n";
    } else if (next.code == '\t') {
      out += "\\t";
    } else if (next.code == '\r') {
      out += "\\r";
    } else if (next.code < 0x80) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned>(next.code));
    } else {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(next.code));
    }
    text.remove_prefix(next.bytes);
  }
  return out;
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const Character next = first_character(text);
    width += width_of(next.code);
    text.remove_prefix(next.bytes);
  }
  return width;
}

std::string clipped(std::string_view text, std::size_t width, Clip clip, bool unicode) {
  if (display_width(text) <= width) return std::string(text);
  if (width == 0) return {};
  const std::string_view mark = unicode ? "…" : "~";
  const std::size_t room = width - 1;
  const std::size_t head = clip == Clip::end ? room : room - room / 2;
  std::string out(text.substr(0, begin_that_fits(text, head)));
  out += mark;
  if (clip == Clip::middle) out += text.substr(end_that_fits(text, room / 2));
  return out;
}

}  // namespace upkeep
