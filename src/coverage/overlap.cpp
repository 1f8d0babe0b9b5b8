// Do two collections with collectors claim one object? Then one would be paid for twice.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "coverage/comparison.h"

namespace upkeep {
namespace {

bool one_begins_with_the_other(std::string_view a, std::string_view b) {
  return a.starts_with(b) || b.starts_with(a);
}

bool one_ends_with_the_other(std::string_view a, std::string_view b) {
  return a.ends_with(b) || b.ends_with(a);
}

/// No field holds `/`, so all keys of a template are equally deep.
std::size_t depth(const Space& space) {
  if (space.size() == 0) return 0;
  const std::string key = space.key(0);
  return static_cast<std::size_t>(std::ranges::count(key, '/'));
}

bool templates_can_meet(const Space& a, const Space& b) {
  return one_begins_with_the_other(a.matcher().prefix(), b.matcher().prefix()) &&
         one_ends_with_the_other(a.matcher().suffix(), b.matcher().suffix()) &&
         depth(a) == depth(b);
}

/// A key that both claim.
std::optional<std::string> common_key(const Space& a, const Space& b) {
  if (a.size() == 0 || b.size() == 0 || !templates_can_meet(a, b)) return {};
  const bool walk_a = a.has_exact_keys() && (!b.has_exact_keys() || a.size() <= b.size());
  const Space& walked = walk_a ? a : b;
  const Space& other = walk_a ? b : a;
  for (std::uint64_t i = 0; i < walked.size(); ++i) {
    std::string key = walked.key(i);
    if (other.find_key(key)) return key;
  }
  return {};
}

}  // namespace

Result<void> check_no_overlap(std::span<const SpacePtr> spaces) {
  for (std::size_t i = 0; i < spaces.size(); ++i) {
    for (std::size_t j = i + 1; j < spaces.size(); ++j) {
      const Collection& a = spaces[i]->collection();
      const Collection& b = spaces[j]->collection();
      if (a.store != b.store || !a.collector || !b.collector) continue;
      const auto key = common_key(*spaces[i], *spaces[j]);
      if (!key) continue;
      return fail(
          fmt::format("the collections `{}` and `{}` both have a collector and both claim "
                      "the object `{}`; change a key or drop one of the collectors",
                      a.name, b.name, *key));
    }
  }
  return {};
}

}  // namespace upkeep
