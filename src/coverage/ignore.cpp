#include "coverage/ignore.h"

#include "base/text.h"

namespace upkeep {

IgnoreList::IgnoreList(std::span<const std::string> patterns) {
  for (const std::string& text : patterns) {
    const std::size_t wildcard = text.find_last_of("*?");
    Pattern pattern{text, text, wildcard == std::string::npos, text.find('/') != std::string::npos};
    if (!pattern.plain) pattern.tail = text.substr(wildcard + 1);
    patterns_.push_back(std::move(pattern));
  }
}

bool IgnoreList::fits(std::string_view key) const {
  for (const Pattern& pattern : patterns_) {
    if (!key.ends_with(pattern.tail)) continue;
    const std::string_view part = pattern.whole ? key : key.substr(key.rfind('/') + 1);
    if (pattern.plain ? part == pattern.text : fits_pattern(part, pattern.text)) return true;
  }
  return false;
}

}  // namespace upkeep
