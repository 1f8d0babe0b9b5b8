#include "coverage/coverage.h"

#include <algorithm>
#include <array>
#include <bit>

#include "base/assert.h"
#include "coverage/due.h"
#include "coverage/object_rules.h"

namespace upkeep {
namespace {

std::uint64_t count_bits(std::uint64_t word) {
  return static_cast<std::uint64_t>(std::popcount(word));
}

/// Steps along one axis while the index grows, without a division at each step.
class Odometer {
 public:
  Odometer(const Space& space, std::size_t axis, std::uint64_t index)
      : stride_(space.stride(axis)),
        size_(space.axes()[axis]->size()),
        value_(space.coordinate(index, axis)),
        left_(stride_ - index % stride_) {}

  std::uint64_t value() const { return value_; }
  /// How far the index can go before the value changes.
  std::uint64_t left() const { return left_; }
  void advance(std::uint64_t steps) {  // at most left()
    left_ -= steps;
    if (left_ != 0) return;
    left_ = stride_;
    if (++value_ == size_) value_ = 0;
  }

 private:
  std::uint64_t stride_, size_, value_, left_;
};

/// The tombstones that leave their partition out of what is expected.
template <class Take>
void for_gone(const Space& space, const Coverage& coverage, Time now,
              std::span<const std::uint64_t> gone, const Take& take) {
  for (const std::uint64_t index : gone) {
    const bool counts = index < space.size() && !coverage.present.test(index);
    if (counts && space.is_due(index, now)) take(index);
  }
}

}  // namespace

std::optional<GapKind> Coverage::gap(std::uint64_t index) const {
  if (!present.test(index)) return GapKind::missing;
  if (invalid.test(index)) return GapKind::invalid;
  if (undersized.test(index)) return GapKind::undersized;
  if (stale.test(index)) return GapKind::stale;
  if (incomplete.test(index)) return GapKind::incomplete;
  return {};
}

void Coverage::mark(std::uint64_t index, std::optional<GapKind> kind) {
  UPKEEP_ASSERT(index < present.size());
  for (Bits* bits : {&present, &invalid, &undersized, &stale, &incomplete}) bits->reset(index);
  contents.checked.reset(index);
  if (kind == GapKind::missing) return;
  present.set(index);
  if (!kind) return;
  const std::array<Bits*, 5> marks{nullptr, &invalid, &undersized, &stale, &incomplete};
  Bits& bits = *marks[static_cast<std::size_t>(*kind)];
  if (bits.size() == 0) bits = Bits(present.size());
  bits.set(index);
}

void Coverage::mark_checked(std::uint64_t index, bool is_valid) {
  invalid.reset(index);
  if (!is_valid) mark(index, GapKind::invalid);
  if (contents.checked.size() == 0) contents.checked = Bits(present.size());
  contents.checked.set(index);
}

std::uint64_t Coverage::unchecked_word(std::uint64_t word) const {
  return contents.rule.empty() ? 0 : present.word(word) & ~contents.checked.word(word);
}

std::uint64_t Coverage::good_word(std::uint64_t word) const {
  return present.word(word) &
         ~(invalid.word(word) | undersized.word(word) | stale.word(word) | incomplete.word(word));
}

void take_contents(Coverage& known, const Coverage& listed) {
  if (known.contents.rule != listed.contents.rule) {
    known.contents = listed.contents;
    known.contents.checked = Bits(known.present.size());
    known.invalid = {};
  }
  known.contents.trouble = listed.contents.trouble;
  for (std::uint64_t word = 0; word < known.present.words().size(); ++word) {
    std::uint64_t left =
        listed.contents.checked.word(word) & known.unchecked_word(word) & ~known.invalid.word(word);
    for (; left != 0; left &= left - 1) {
      const std::uint64_t index = word * 64 + static_cast<std::uint64_t>(std::countr_zero(left));
      // They may as well have been read long ago.
      known.contents.through = std::min(known.contents.through, listed.contents.through);
      known.mark_checked(index, !listed.invalid.test(index));
    }
  }
}

void see(Sight& sight, const Space& space, std::uint64_t size, Time modified) {
  const std::uint64_t min_size = space.collection().expect.min_size.value_or(0);
  const bool newest = sight.objects == 0 || modified > sight.modified;
  if (newest || (modified == sight.modified && size > sight.size)) sight.size = size;
  if (newest) sight.modified = modified;
  ++sight.objects;
  if (size < min_size) ++sight.small;
}

void note_contents(Coverage& coverage, const Space& space, std::uint64_t index,
                   const Sight& sight) {
  if (sight.objects == 0 && !space.has_free_fields()) return;  // it has just gone
  coverage.mark_checked(index, sight.valid);
  if (sight.objects > 1 && !space.has_free_fields()) coverage.contents.checked.reset(index);
}

std::optional<GapKind> judge(const Space& space, std::uint64_t index, const Sight& sight,
                             Time now) {
  const bool counted = space.has_free_fields();
  if (sight.objects == 0) {
    if (counted && space.count_min(index) == 0) return {};
    return GapKind::missing;
  }
  if (!sight.valid) return GapKind::invalid;
  const ObjectRules rules(space, now);
  const bool newest_small = rules.is_small(sight.size);
  const std::uint64_t small = std::max<std::uint64_t>(sight.small, newest_small ? 1 : 0);
  if (counted ? small >= sight.objects : newest_small) return GapKind::undersized;
  const std::uint64_t time = space.time_axis() ? space.coordinate(index, *space.time_axis()) : 0;
  if (rules.is_stale(sight.modified, time)) return GapKind::stale;
  if (counted && sight.objects - small < space.count_min(index)) return GapKind::incomplete;
  return {};
}

double Summary::completeness() const {
  return expected == 0 ? 1.0 : static_cast<double>(good()) / static_cast<double>(expected);
}

Summary summarize(const Space& space, const Coverage& coverage, Time now,
                  std::span<const std::uint64_t> gone) {
  Summary sum;
  for_due_ranges(space, now, [&](std::uint64_t begin, std::uint64_t end) {
    sum.expected += end - begin;
    for_words(begin, end, [&](std::uint64_t word, std::uint64_t mask) {
      std::uint64_t left = coverage.present.word(word) & mask;
      sum.present += count_bits(left);
      const auto take = [&](const Bits& bits, std::uint64_t& count) {
        count += count_bits(left & bits.word(word));
        left &= ~bits.word(word);
      };
      take(coverage.invalid, sum.invalid);
      take(coverage.undersized, sum.undersized);
      take(coverage.stale, sum.stale);
      take(coverage.incomplete, sum.incomplete);
    });
  });
  sum.too_early = space.size() - sum.expected;
  for_gone(space, coverage, now, gone, [&](std::uint64_t) { ++sum.gone; });
  sum.expected -= sum.gone;
  sum.missing = sum.expected - sum.present;
  return sum;
}

std::vector<Tally> tally(const Space& space, const Coverage& coverage, Time now,
                         std::span<const std::uint64_t> gone, std::size_t by,
                         std::optional<std::size_t> across) {
  const std::uint64_t columns = across ? space.axes()[*across]->size() : 1;
  std::vector<Tally> cells(space.axes()[by]->size() * columns);
  for_due_ranges(space, now, [&](std::uint64_t begin, std::uint64_t end) {
    Odometer row(space, by, begin);
    Odometer column(space, across.value_or(by), begin);
    while (begin < end) {
      const std::uint64_t steps = std::min({end - begin, row.left(), column.left()});
      Tally& cell = cells[row.value() * columns + (across ? column.value() : 0)];
      cell.expected += steps;
      for_words(begin, begin + steps, [&](std::uint64_t word, std::uint64_t mask) {
        cell.good += count_bits(coverage.good_word(word) & mask);
      });
      begin += steps;
      row.advance(steps);
      column.advance(steps);
    }
  });
  for_gone(space, coverage, now, gone, [&](std::uint64_t index) {
    const std::uint64_t column = across ? space.coordinate(index, *across) : 0;
    --cells[space.coordinate(index, by) * columns + column].expected;
  });
  return cells;
}

}  // namespace upkeep
