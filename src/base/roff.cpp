#include "base/roff.h"

#include <fmt/format.h>

#include "base/text.h"

namespace upkeep {
namespace {

/// Characters that roff would take for something else, and how they are written.
std::string_view escaped(char c) {
  switch (c) {
    case '\\':
      return "\\e";
    case '-':
      return "\\-";
    case '\'':
      return "\\(aq";
    case '`':
      return "\\(ga";
    case '^':
      return "\\(ha";
    case '~':
      return "\\(ti";
    case '"':
      return "\\(dq";
    case '\n':
      return " ";
    default:
      return {};
  }
}

}  // namespace

std::string roff(std::string_view text) {
  constexpr std::string_view ellipsis = "…";
  std::string out;
  if (text.starts_with('.')) out = "\\&";
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i).starts_with(ellipsis)) {
      out += "\\&...";
      i += ellipsis.size() - 1;
    } else if (const std::string_view written = escaped(text[i]); !written.empty()) {
      out += written;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string roff_text(std::string_view text) {
  constexpr std::size_t columns = 78;
  std::string out;
  std::size_t length = 0;  // of the line so far
  for (const std::string_view word : split(text, ' ')) {
    if (word.empty()) continue;
    const std::string written = roff(word);
    const bool fits = length + 1 + written.size() <= columns;
    if (length > 0) out += fits ? ' ' : '\n';
    out += written;
    length = (length > 0 && fits ? length + 1 : 0) + written.size();
  }
  return out + '\n';
}

std::string roff_item(std::string_view tag, std::string_view rest, std::string_view text) {
  const std::string behind = rest.empty() ? "" : " " + roff(rest);
  return fmt::format(".TP\n\\fB{}\\fR{}\n{}", roff(tag), behind, roff_text(text));
}

std::string roff_heading(std::string_view macro, std::string_view title) {
  return fmt::format(".{} \"{}\"\n", macro, roff(title));
}

}  // namespace upkeep
