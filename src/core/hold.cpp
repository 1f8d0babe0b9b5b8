#include "core/hold.h"

#include <algorithm>
#include <bit>

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

template <class Visit>
void for_each_bit(const Bits& set, Visit visit) {
  const auto words = set.words();
  for (std::uint64_t w = 0; w < words.size(); ++w) {
    for (std::uint64_t bits = words[w]; bits != 0; bits &= bits - 1) {
      visit(w * 64 + static_cast<std::uint64_t>(std::countr_zero(bits)));
    }
  }
}

/// The parts of `loss` that are still missing in `current`.
void append_missing(std::vector<Loss>& losses, const Loss& loss, const Coverage& current) {
  for (std::uint64_t i = loss.first; i <= loss.last; ++i) {
    if (!current.present.test(i)) append(losses, {i, i, loss.since});
  }
}

}  // namespace

Difference compare_inventories(const Space& space, const Coverage& before, const Coverage& now_seen,
                               Time now) {
  Difference difference;
  for_each_bit(before.present, [&](std::uint64_t index) {
    if (now_seen.present.test(index) || !space.is_due(index, now)) return;
    ++difference.lost_count;
    append(difference.lost, {index, index, now_seen.taken_at});
  });
  if (difference.lost_count == 0) return difference;
  for_each_bit(before.present, [&](std::uint64_t index) {
    if (space.is_due(index, now)) ++difference.had;
  });
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
  // A partition that was lost again was present in between, so it is in `newer` only: what
  // is left of `older` never overlaps it.
  std::vector<Loss> merged;
  auto o = older.begin();
  auto n = newer.begin();
  while (o != older.end() || n != newer.end()) {
    const bool take_older = n == newer.end() || (o != older.end() && o->first < n->first);
    if (!take_older) {
      append_missing(merged, *n++, current);
      continue;
    }
    Loss loss = *o++;
    if (n != newer.end() && n->first <= loss.last) {  // the newer one hides part of it
      if (n->last < loss.last) {
        Loss rest = loss;
        rest.first = n->last + 1;
        append_missing(merged, {loss.first, n->first - 1, loss.since}, current);
        append_missing(merged, *n++, current);
        loss = rest;
      } else {
        loss.last = n->first - 1;
      }
    }
    if (loss.first <= loss.last) append_missing(merged, loss, current);
  }
  return merged;
}

}  // namespace upkeep
