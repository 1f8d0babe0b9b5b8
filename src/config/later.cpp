#include "config/later.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace upkeep {
namespace {

/// A `*` stands for any one name.
constexpr std::array<std::string_view, 4> paths{
    "checks",
    "jobs",
    "remedies",
    "notify",
};

/// Names of stores and collectors may hold dots: what `*` stands for is found by what stands
/// before and behind it.
bool fits(std::string_view path, std::string_view pattern) {
  const std::size_t star = pattern.find('*');
  if (star == pattern.npos) return path == pattern;
  const std::string_view before = pattern.substr(0, star), behind = pattern.substr(star + 1);
  return path.size() > before.size() + behind.size() && path.starts_with(before) &&
         path.ends_with(behind);
}

}  // namespace

bool is_for_later(std::string_view key_path) {
  return std::ranges::any_of(paths,
                             [&](std::string_view pattern) { return fits(key_path, pattern); });
}

}  // namespace upkeep
