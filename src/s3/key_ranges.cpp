#include "s3/key_ranges.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/assert.h"

namespace upkeep::s3 {
namespace {

constexpr std::size_t positions_max = 256;  ///< of keys, that are looked at to find a middle
constexpr std::size_t sample_every = 16;    ///< of the keys of a page
constexpr std::uint64_t empty_pages_max = 1000;

using Bytes = std::bitset<256>;

Bytes bytes_between(unsigned char first, unsigned char last) {
  Bytes bytes;
  for (unsigned byte = first; byte <= last; ++byte) bytes.set(byte);
  return bytes;
}

/// What may stand at a position where these were seen: where there is one digit, there may be
/// others, and hexadecimal ones beside `a` to `f`.
Bytes probable(const Bytes& seen) {
  const Bytes digits = bytes_between('0', '9'), small = bytes_between('a', 'f');
  if ((seen & digits).none()) return seen;
  Bytes all = seen | digits;
  if ((seen & small).any() && (seen & bytes_between('g', 'z')).none()) all |= small;
  return all;
}

std::size_t common_length(std::string_view a, std::string_view b) {
  return static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
}

unsigned byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

}  // namespace

KeyRanges::KeyRanges(std::string prefix, std::vector<std::string> hints)
    : prefix_(std::move(prefix)), hints_(std::move(hints)) {
  std::erase_if(hints_, [&](const std::string& hint) { return !hint.starts_with(prefix_); });
  std::ranges::sort(hints_);
  ranges_.push_back({RangeId{ids_++}, {}, {}, {}});
}

std::optional<PageAsk> KeyRanges::next() {
  const auto idle = [this] {
    return std::ranges::find_if(ranges_, [](const Range& range) { return !range.is_asked; });
  };
  auto found = idle();
  if (found == ranges_.end() && may_split() && split()) found = idle();
  if (found == ranges_.end()) return {};
  return ask(*found);
}

PageAsk KeyRanges::ask(Range& range) {
  range.is_asked = true;
  return {range.id, range.after, range.token};
}

Result<std::size_t> KeyRanges::take(RangeId id, const ListPage& page) {
  const auto range = std::ranges::find(ranges_, id, &Range::id);
  UPKEEP_ASSERT(range != ranges_.end() && range->is_asked);
  std::string_view last = range->after;
  for (const ListedObject& object : page.objects) {
    if (!object.key.starts_with(prefix_)) {
      return fail(fmt::format("the answer names `{}`, which does not begin with `{}`", object.key,
                              prefix_));
    }
    if (object.key <= last && !(last.empty() && object.key.empty())) {
      return fail(fmt::format("the answer names `{}` behind `{}`: its keys are not in order",
                              object.key, last));
    }
    last = object.key;
  }
  if (page.truncated && page.objects.empty() &&
      (page.next_token.empty() || ++range->empty_pages > empty_pages_max)) {
    return fail("the answer says that there is more, but not where");
  }
  const auto end =
      range->until ? std::ranges::upper_bound(page.objects, *range->until, {}, &ListedObject::key)
                   : page.objects.end();
  const auto count = static_cast<std::size_t>(end - page.objects.begin());
  ++pages_;
  keys_ += count;
  page_size_ = std::max<std::uint64_t>(page_size_, page.objects.size());
  see(page, count);
  const bool is_at_end = range->until && !page.objects.empty() && last >= *range->until;
  if (!page.truncated || is_at_end) {
    ranges_.erase(range);
    return count;
  }
  range->is_asked = false;
  range->is_splittable = true;
  ++range->pages;
  range->token = page.objects.empty() ? page.next_token : "";
  if (!page.objects.empty()) {
    range->after = last;
    range->empty_pages = 0;
  }
  return count;
}

void KeyRanges::see(const ListPage& page, std::size_t count) {
  const auto see_key = [&](std::string_view key) {
    const std::size_t length = std::min(key.size(), positions_max);
    if (bytes_.size() < length) bytes_.resize(length);
    for (std::size_t at = 0; at < length; ++at) bytes_[at].set(byte_at(key, at));
  };
  for (std::size_t i = 0; i < count; i += sample_every) see_key(page.objects[i].key);
  if (count > 0) see_key(page.objects[count - 1].key);
}

/// Each range may end with a page that is not full.
bool KeyRanges::may_split() const {
  if (page_size_ == 0 || ranges_.empty()) return false;
  const double needed = static_cast<double>(keys_) / static_cast<double>(page_size_);
  const double wasted = static_cast<double>(pages_) - needed;
  return wasted + static_cast<double>(ranges_.size() + 1) <= needed / 10;
}

/// Splits the range that promises most: where most keys are expected, or else the one that has
/// been listed longest.
bool KeyRanges::split() {
  while (true) {
    Range* best = nullptr;
    std::size_t best_hints = 0;
    for (Range& range : ranges_) {
      if (!range.is_splittable || range.pages == 0) continue;
      const std::size_t hints = hints_in(range).size();
      if (best == nullptr || hints > best_hints ||
          (hints == best_hints && range.pages > best->pages)) {
        best = &range;
        best_hints = hints;
      }
    }
    if (best == nullptr) return false;
    const auto hints = hints_in(*best);
    auto middle = hints.empty() ? middle_of(*best) : hints[hints.size() / 2];
    if (middle && split_at(*best, *std::move(middle))) return true;
    best->is_splittable = false;
  }
}

bool KeyRanges::split_at(Range& range, std::string middle) {
  if (middle <= range.after || (range.until && middle >= *range.until)) return false;
  Range right{RangeId{ids_++}, middle, range.until, {}};
  range.until = std::move(middle);
  range.pages = 0;
  ranges_.push_back(std::move(right));
  return true;
}

/// Those that lie inside of the range.
std::span<const std::string> KeyRanges::hints_in(const Range& range) const {
  const auto first = std::ranges::upper_bound(hints_, range.after);
  const auto last = range.until ? std::ranges::lower_bound(hints_, *range.until) : hints_.end();
  if (first >= last) return {};
  return {first, last};
}

/// Where bytes differed, others may follow; only then where they were the same.
std::optional<std::string> KeyRanges::middle_of(const Range& range) const {
  auto middle = middle_of(range, 2);
  return middle ? middle : middle_of(range, 1);
}

/// The first position at which a byte behind that of `after` is probable, and the middle one of
/// them; `values_min`: of positions at which so many were seen.
std::optional<std::string> KeyRanges::middle_of(const Range& range, std::size_t values_min) const {
  const std::string& after = range.after;
  std::size_t at = range.until ? common_length(after, *range.until) : prefix_.size();
  bool is_tight = range.until.has_value();  // must the byte be at most that of `until`?
  for (; at < std::min(after.size(), bytes_.size()); ++at, is_tight = false) {
    if (bytes_[at].count() < values_min) continue;
    const unsigned last = is_tight && at < range.until->size() ? byte_at(*range.until, at) : 255;
    const Bytes bytes = probable(bytes_[at]);
    std::vector<char> candidates;
    for (unsigned byte = byte_at(after, at) + 1; byte <= last; ++byte) {
      if (bytes.test(byte)) candidates.push_back(static_cast<char>(byte));
    }
    if (is_tight && !candidates.empty() && at + 1 == range.until->size() &&
        static_cast<unsigned char>(candidates.back()) == last) {
      candidates.pop_back();  // that would be `until` itself
    }
    if (!candidates.empty()) return after.substr(0, at) + candidates[candidates.size() / 2];
  }
  return {};
}

}  // namespace upkeep::s3
