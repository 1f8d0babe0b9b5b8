#include "api/explain.h"

#include <fmt/format.h>

#include <algorithm>

#include "api/json_writer.h"
#include "api/text_table.h"

namespace upkeep {

std::string explain_json(const Explanation& explanation) {
  std::string out;
  JsonWriter json(out, 2);
  json.begin_object()
      .member("kind", explanation.kind)
      .member("subject", explanation.subject)
      .key("facts")
      .begin_object();
  for (const auto& [name, text] : explanation.facts) json.member(name, text);
  json.end_object().member("standing", explanation.standing).key("decisions").begin_array();
  for (const JournalRow& row : explanation.decisions) {
    json.begin_object()
        .member("at", to_text(row.at))
        .member("subject", row.subject)
        .member("text", row.text)
        .end_object();
  }
  json.end_array().end_object();
  out += '\n';
  return out;
}

std::string explain_text(const Explanation& explanation, const Style& style) {
  std::string out = tinted(style, Tint::strong,
                           fmt::format("{} {}", explanation.kind, printable(explanation.subject)));
  out += '\n';
  std::size_t longest = 0;
  for (const auto& [name, text] : explanation.facts) {
    longest = std::max(longest, display_width(printable(name)));
  }
  for (const auto& [name, text] : explanation.facts) {
    const std::string title = printable(name);
    std::string line = "  " + title + std::string(longest - display_width(title) + 2, ' ');
    out += wrapped(line + printable(text), style.width, longest + 4) + '\n';
  }
  out += '\n' + wrapped(printable(explanation.standing), style.width, 0) + "\n\n";
  if (explanation.decisions.empty()) {
    out += "No decision about it is on record.\n";
    return out;
  }
  out += tinted(style, Tint::strong, "What was decided, oldest first") + '\n';
  for (const JournalRow& row : explanation.decisions) {
    out += wrapped(fmt::format("  {}  {}", to_text(row.at), printable(row.text)), style.width, 24);
    out += '\n';
  }
  return out;
}

}  // namespace upkeep
