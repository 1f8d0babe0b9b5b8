#include "collect/last_line.h"

#include <algorithm>

#include "base/text.h"

namespace upkeep {
namespace {

constexpr std::size_t bytes_max = 300;
constexpr std::string_view ellipsis = "…";
constexpr std::string_view replacement = "\uFFFD";

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

/// The length of the escape sequence (ECMA-48) that begins the text with ESC.
std::size_t escape_length(std::string_view text) {
  if (text.size() < 2) return text.size();
  if (text[1] == '[') {  // up to its final byte, 0x40 to 0x7e
    for (std::size_t i = 2; i < text.size(); ++i) {
      if (text[i] >= 0x40 && text[i] <= 0x7e) return i + 1;
      if (is_control(text[i])) return i;
    }
    return text.size();
  }
  if (std::string_view("]PX^_").contains(text[1])) {  // up to BEL or ESC backslash
    for (std::size_t i = 2; i < text.size(); ++i) {
      if (text[i] == '\a') return i + 1;
      if (text[i] == '\x1b') return std::min(i + 2, text.size());
    }
    return text.size();
  }
  std::size_t n = 1;  // intermediate bytes, then one final
  while (n < text.size() && text[n] >= 0x20 && text[n] <= 0x2f) ++n;
  return std::min(n + 1, text.size());
}

/// How many bytes of the first character there are; 0 when it is no UTF-8.
std::size_t character_length(std::string_view text) {
  for (std::size_t n = 1; n <= std::min<std::size_t>(4, text.size()); ++n) {
    if (is_utf8(text.substr(0, n))) return n;
  }
  return 0;
}

std::string cleaned(std::string_view line) {
  std::string out;
  for (std::size_t i = 0; i < line.size();) {
    if (line[i] == '\x1b') {
      i += escape_length(line.substr(i));
    } else if (is_control(line[i])) {
      if (line[i] == '\t') out += ' ';
      ++i;
    } else if (const std::size_t n = character_length(line.substr(i)); n == 0) {
      out += replacement;
      ++i;
    } else {
      // C1 controls are two bytes: C2 and 80 to 9F.
      const bool is_c1 =
          n == 2 && line[i] == '\xc2' && static_cast<unsigned char>(line[i + 1]) < 0xa0;
      if (!is_c1) out += line.substr(i, n);
      i += n;
    }
  }
  return std::string(trim(out));
}

bool has_words(std::string_view line) {
  return std::ranges::any_of(line, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x80 || (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
           (byte >= 'A' && byte <= 'Z');
  });
}

void cut(std::string& line) {
  if (line.size() <= bytes_max) return;
  std::size_t end = bytes_max - ellipsis.size();
  while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xc0) == 0x80) --end;
  line.resize(end);
  line += ellipsis;
}

}  // namespace

std::string last_line(std::string_view output) {
  while (!output.empty()) {
    const std::size_t end = output.find_last_of("\n\r");
    std::string line = cleaned(output.substr(end + 1));  // npos + 1 is 0
    if (has_words(line)) {
      cut(line);
      return line;
    }
    output = output.substr(0, end == std::string_view::npos ? 0 : end);
  }
  return {};
}

}  // namespace upkeep
