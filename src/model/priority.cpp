// The words for the four classes.
#include "model/priority.h"

#include <algorithm>

#include "base/assert.h"

namespace upkeep {
namespace {

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

}  // namespace

std::string_view to_text(Priority priority) {
  switch (priority) {
    case Priority::critical:
      return "CRITICAL";
    case Priority::high:
      return "HIGH";
    case Priority::medium:
      return "MEDIUM";
    case Priority::low:
      return "LOW";
  }
  UPKEEP_ASSERT(false);
}

std::optional<Priority> parse_priority(std::string_view text) {
  for (const Priority priority : priorities) {
    if (std::ranges::equal(text, to_text(priority), {}, upper)) return priority;
  }
  return {};
}

}  // namespace upkeep
