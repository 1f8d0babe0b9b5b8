// Do two collections with collectors claim one object? Then it would be collected twice.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "coverage/comparison.h"
#include "coverage/key_pattern.h"
#include "coverage/prefix_tree.h"

namespace upkeep {
namespace {

using Kind = KeyPiece::Kind;

// Beyond these the check takes it that there is no overlap: it must not take minutes.
constexpr std::uint64_t walked_max = 10'000'000;
constexpr std::uint64_t patterns_max = 1'000'000;
constexpr std::uint64_t meetings_max = 1'000'000;

bool one_begins_with_the_other(std::string_view a, std::string_view b) {
  return a.starts_with(b) || b.starts_with(a);
}

bool one_ends_with_the_other(std::string_view a, std::string_view b) {
  return a.ends_with(b) || b.ends_with(a);
}

/// No field holds `/`, so all keys of a template are equally deep.
std::size_t depth(const Space& space) {
  const std::string key = space.key(0);
  return static_cast<std::size_t>(std::ranges::count(key, '/'));
}

std::set<std::string_view> texts_of(const Space& space, const KeyPiece& piece) {
  std::set<std::string_view> texts;
  const Axis& axis = *space.axes()[piece.axis];
  for (std::uint64_t i = 0; i < axis.size(); ++i) texts.insert(axis.cell(i, piece.field).text);
  return texts;
}

bool texts_can_meet(const Space& a, const KeyPiece& x, const Space& b, const KeyPiece& y) {
  const auto texts = texts_of(a, x);
  return std::ranges::any_of(texts_of(b, y), [&](auto text) { return texts.contains(text); });
}

bool numbers_can_meet(const Space& a, const KeyPiece& x, const Space& b, const KeyPiece& y) {
  const auto p = a.axes()[x.axis]->extent(x.field), q = b.axes()[y.axis]->extent(y.field);
  return p.least <= q.most && q.least <= p.most;
}

/// Walks along both templates as long as they are built alike, and looks whether fields at
/// the same place have values in common. True when that shows nothing.
bool fields_can_meet(const Space& a, const Space& b) {
  const auto& x = a.layout().pieces;
  const auto& y = b.layout().pieces;
  for (std::size_t i = 0; i < x.size() && i < y.size(); ++i) {
    if (x[i].kind != y[i].kind || x[i].kind == Kind::free) return true;
    if (x[i].kind == Kind::literal) {
      if (x[i].text != y[i].text) return true;
      continue;
    }
    if (x[i].kind == Kind::unit) {
      if (x[i].unit != y[i].unit) return true;
      continue;
    }
    // Both end where the same literal, or the key, does; else they need not be the same.
    const bool last = i + 1 == x.size() && i + 1 == y.size();
    const bool same_end =
        last || (i + 1 < x.size() && i + 1 < y.size() && x[i + 1].kind == Kind::literal &&
                 y[i + 1].kind == Kind::literal && x[i + 1].text == y[i + 1].text);
    if (!same_end) return true;
    const bool can_meet = x[i].kind == Kind::text ? texts_can_meet(a, x[i], b, y[i])
                                                  : numbers_can_meet(a, x[i], b, y[i]);
    if (!can_meet) return false;
  }
  return true;
}

bool templates_can_meet(const Space& a, const Space& b) {
  return a.size() != 0 && b.size() != 0 &&
         one_begins_with_the_other(a.matcher().prefix(), b.matcher().prefix()) &&
         one_ends_with_the_other(a.matcher().suffix(), b.matcher().suffix()) &&
         depth(a) == depth(b) && fields_can_meet(a, b);
}

/// `a` has exact keys.
std::optional<std::string> walk_keys(const Space& a, const Space& b) {
  for (std::uint64_t i = 0; i < std::min(a.size(), walked_max); ++i) {
    std::string key = a.key(i);
    if (b.find_key(key)) return key;
  }
  return {};
}

/// The keys of both have free fields or {_}: of one space after the other, each pattern that
/// begins as a pattern of the other does is laid over it.
class PatternMeeting {
 public:
  PatternMeeting(const Space& a, const Space& b) : a_(a), b_(b) {}

  std::optional<std::string> common_key() {
    const std::vector<KeyPattern> of_a = patterns(a_), of_b = patterns(b_);
    auto key = meet(of_a, of_b);
    return key ? key : meet(of_b, of_a);
  }

 private:
  static std::vector<KeyPattern> patterns(const Space& space) {
    std::vector<KeyPattern> made;
    for (std::uint64_t i = 0; i < std::min(space.size(), patterns_max); ++i) {
      made.push_back(pattern_of(space, i));
    }
    return made;
  }

  /// For pairs in which the text before the first free field of `shorter` is a begin of that
  /// of `longer`.
  std::optional<std::string> meet(const std::vector<KeyPattern>& shorter,
                                  const std::vector<KeyPattern>& longer) {
    std::vector<std::pair<std::string, std::uint32_t>> prefixes;
    for (std::size_t i = 0; i < shorter.size(); ++i) {
      prefixes.emplace_back(shorter[i].prefix(), static_cast<std::uint32_t>(i));
    }
    const PrefixTree tree(std::move(prefixes));
    std::optional<std::string> found;
    for (const KeyPattern& other : longer) {
      tree.visit(other.prefix(), [&](std::uint32_t number) {
        const KeyPattern& one = shorter[number];
        if (found || meetings_ == meetings_max) return;
        if (!one_ends_with_the_other(one.suffix(), other.suffix())) return;
        ++meetings_;
        auto key = common_text(one, other);
        // Free fields that must be the same at two places are left to the matchers.
        if (key && a_.find_key(*key) && b_.find_key(*key)) found = std::move(key);
      });
      if (found) break;
    }
    return found;
  }

  const Space& a_;
  const Space& b_;
  std::uint64_t meetings_ = 0;
};

/// A key that both claim.
std::optional<std::string> common_key(const Space& a, const Space& b) {
  if (!templates_can_meet(a, b)) return {};
  if (a.has_exact_keys() && (!b.has_exact_keys() || a.size() <= b.size())) return walk_keys(a, b);
  if (b.has_exact_keys()) return walk_keys(b, a);
  return PatternMeeting(a, b).common_key();
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
