#include "core/hold.h"

#include <algorithm>
#include <bit>

#include "coverage/due.h"

namespace upkeep {
namespace {

void append(std::vector<Loss>& losses, Loss loss) {
  if (!losses.empty() && losses.back().last + 1 == loss.first &&
      losses.back().since == loss.since) {
    losses.back().last = loss.last;
  } else {
    losses.push_back(loss);
  }
}

/// The parts of `loss` that are still missing or invalid in `current`.
void append_lost(std::vector<Loss>& losses, const Loss& loss, const Coverage& current) {
  for (std::uint64_t i = loss.first; i <= loss.last; ++i) {
    const bool is_back = current.present.test(i) && !current.invalid.test(i);
    if (!is_back) append(losses, {i, i, loss.since});
  }
}

}  // namespace

Difference compare_inventories(const Space& space, const Coverage& before, const Coverage& now_seen,
                               Time now) {
  Difference difference;
  const auto compare = [&](std::uint64_t word, std::uint64_t mask) {
    const std::uint64_t had = before.present.word(word) & mask;
    difference.had += static_cast<std::uint64_t>(std::popcount(had));
    const std::uint64_t broken = had & now_seen.present.word(word) & now_seen.invalid.word(word) &
                                 ~before.invalid.word(word);
    difference.broken_count += static_cast<std::uint64_t>(std::popcount(broken));
    for (std::uint64_t lost = (had & ~now_seen.present.word(word)) | broken; lost != 0;
         lost &= lost - 1) {
      const std::uint64_t index = word * 64 + static_cast<std::uint64_t>(std::countr_zero(lost));
      ++difference.lost_count;
      append(difference.lost, {index, index, now_seen.taken_at});
    }
  };
  for_due_ranges(space, now,
                 [&](std::uint64_t begin, std::uint64_t end) { for_words(begin, end, compare); });
  return difference;
}

bool is_too_large_a_loss(const Store& store, std::uint64_t had, std::uint64_t lost) {
  return lost >= store.max_loss_objects &&
         static_cast<double>(lost) > store.max_loss * static_cast<double>(had);
}

bool is_too_large_a_growth(std::uint64_t expected_before, std::uint64_t expected_now) {
  if (expected_now <= expected_before) return false;
  const std::uint64_t growth = expected_now - expected_before;
  return growth > 1000 && growth > expected_before / 2;
}

bool covers(std::uint64_t accepted, std::uint64_t amount) {
  return amount <= accepted + accepted / 10 + 10;
}

std::vector<Loss> merge_losses(std::span<const Loss> older, std::span<const Loss> newer,
                               const Coverage& current) {
  std::vector<Loss> apart(newer.begin(), newer.end());
  for (Loss rest : older) {
    auto hiding = std::ranges::lower_bound(newer, rest.first, {}, &Loss::last);
    for (; hiding != newer.end() && hiding->first <= rest.last; ++hiding) {
      if (rest.first < hiding->first) apart.push_back({rest.first, hiding->first - 1, rest.since});
      rest.first = hiding->last + 1;
    }
    if (rest.first <= rest.last) apart.push_back(rest);
  }
  std::ranges::sort(apart, {}, &Loss::first);
  std::vector<Loss> merged;
  for (const Loss& loss : apart) append_lost(merged, loss, current);
  return merged;
}

}  // namespace upkeep
