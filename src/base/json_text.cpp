#include "base/json_text.h"

#include <fmt/format.h>

#include "base/text.h"

namespace upkeep {

std::string to_json_string(std::string_view text) {
  const bool is_readable = is_utf8(text);
  std::string json = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      json.append({'\\', c});
    } else if (byte < 0x20 || byte == 0x7f) {
      json += fmt::format("\\u{:04x}", byte);
    } else if (byte >= 0x80 && !is_readable) {
      json += "\uFFFD";
    } else {
      json += c;
    }
  }
  return json + '"';
}

}  // namespace upkeep
