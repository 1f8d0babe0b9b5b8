#include "coverage/tracker.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace upkeep {
namespace {

/// No partition keeps two marks: what `first` holds is taken out of `second`.
void take_out(Bits& second, const Bits& first) {
  const auto words = second.words();
  for (std::size_t i = 0; i < words.size(); ++i) words[i] &= ~first.word(i);
}

/// Gives `bits` room for `size` partitions if it has none yet.
std::span<std::uint64_t> words_of(Bits& bits, std::uint64_t size) {
  if (bits.size() == 0) bits = Bits(size);
  return bits.words();
}

void add_all(Bits& bits, const Bits& others) {
  if (others.size() == 0) return;
  const auto words = words_of(bits, others.size());
  for (std::size_t i = 0; i < words.size(); ++i) words[i] |= others.word(i);
}

}  // namespace

Tracker::Tracker(SpacePtr space, Time now, std::shared_ptr<const Coverage> known)
    : space_(std::move(space)),
      matcher_(&space_->matcher()),
      rules_(*space_, now),
      has_content_rule_(space_->collection().expect.valid.has_value()) {
  if (has_content_rule_ && known) {
    const bool is_same = known->contents.rule == to_text(*space_->collection().expect.valid);
    if (is_same) known_ = std::move(known);
  }
  mode_ = space_->has_free_fields() ? Mode::counted
          : space_->has_any()       ? Mode::newest
                                    : Mode::exact;
  coverage_.present = Bits(space_->size());
  if (mode_ == Mode::newest && rules_.has_min_size()) newest_.resize(space_->size());
  if (mode_ == Mode::counted) counts_.resize(space_->size());
}

void Tracker::set(Bits& bits, std::uint64_t index) {
  if (bits.size() == 0) bits = Bits(space_->size());
  bits.set(index);
}

void Tracker::add_exact(const Matcher::Hit& hit, const Object& object) {
  coverage_.present.set(hit.index);
  if (rules_.is_small(object.size)) {
    set(coverage_.undersized, hit.index);
  } else if (rules_.has_staleness() && rules_.is_stale(object.modified, hit.time)) {
    set(coverage_.stale, hit.index);
  }
}

/// The newest is stale exactly when all are, so no time needs to be kept for it.
void Tracker::note_staleness(const Matcher::Hit& hit, const Object& object, bool first) {
  if (!rules_.has_staleness()) return;
  if (!rules_.is_stale(object.modified, hit.time)) {
    coverage_.stale.reset(hit.index);
  } else if (first) {
    set(coverage_.stale, hit.index);
  }
}

void Tracker::add_newest(const Matcher::Hit& hit, const Object& object) {
  const bool first = !coverage_.present.test(hit.index);
  coverage_.present.set(hit.index);
  if (!first) ++coverage_.duplicates;
  note_staleness(hit, object, first);
  if (!rules_.has_min_size()) return;
  Time& newest = newest_[hit.index];
  if (!first && object.modified < newest) return;
  const bool newer = first || object.modified > newest;
  newest = object.modified;
  if (!rules_.is_small(object.size)) {
    coverage_.undersized.reset(hit.index);
  } else if (newer) {
    set(coverage_.undersized, hit.index);
  }
}

void Tracker::add_counted(const Matcher::Hit& hit, const Object& object) {
  const bool first = !coverage_.present.test(hit.index);
  coverage_.present.set(hit.index);
  note_staleness(hit, object, first);
  std::uint32_t& count = counts_[hit.index];
  const bool full = count == std::numeric_limits<std::uint32_t>::max();
  if (!full && !rules_.is_small(object.size)) ++count;
}

void Tracker::note_change(const Matcher::Hit& hit, const Object& object) {
  last_change_ = std::max(last_change_, object.modified);
  if (known_ && object.modified >= known_->contents.through) set(changed_, hit.index);
}

// --- Two trackers to one --------------------------------------------------------------

void Tracker::merge(const Tracker& other) {
  if (mode_ == Mode::exact) {
    add_all(coverage_.undersized, other.coverage_.undersized);
    add_all(coverage_.stale, other.coverage_.stale);
  } else {
    merge_stale(other);
    mode_ == Mode::newest ? merge_newest(other) : merge_counts(other);
  }
  add_all(coverage_.present, other.coverage_.present);
  add_all(changed_, other.changed_);
  last_change_ = std::max(last_change_, other.last_change_);
}

/// Where both saw objects, the newest is stale when it is for both.
void Tracker::merge_stale(const Tracker& other) {
  const Bits &ours = coverage_.present, &theirs = other.coverage_.present;
  if (coverage_.stale.size() + other.coverage_.stale.size() == 0) return;
  const auto words = words_of(coverage_.stale, space_->size());
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::uint64_t stale = other.coverage_.stale.word(i);
    words[i] = (words[i] & ~theirs.word(i)) | (stale & ~ours.word(i)) | (words[i] & stale);
  }
}

void Tracker::merge_newest(const Tracker& other) {
  coverage_.duplicates += other.coverage_.duplicates;
  const Bits& small = other.coverage_.undersized;
  for (std::size_t i = 0; i < coverage_.present.words().size(); ++i) {
    const std::uint64_t theirs = other.coverage_.present.word(i);
    const std::uint64_t both = coverage_.present.word(i) & theirs;
    coverage_.duplicates += static_cast<std::uint64_t>(std::popcount(both));
    if (!rules_.has_min_size()) continue;
    for (std::uint64_t left = theirs; left != 0; left &= left - 1) {
      const std::uint64_t index = i * 64 + static_cast<std::uint64_t>(std::countr_zero(left));
      const bool first = !coverage_.present.test(index);
      const Time time = other.newest_[index];
      if (!first && time < newest_[index]) continue;
      const bool newer = first || time > newest_[index];
      newest_[index] = time;
      if (!small.test(index)) {
        coverage_.undersized.reset(index);
      } else if (newer) {
        set(coverage_.undersized, index);
      }
    }
  }
}

void Tracker::merge_counts(const Tracker& other) {
  constexpr std::uint32_t full = std::numeric_limits<std::uint32_t>::max();
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    counts_[i] += std::min(other.counts_[i], full - counts_[i]);
  }
}

// --- The end ------------------------------------------------------------------------------

void Tracker::finish_counted() {
  for (std::uint64_t index = 0; index < space_->size(); ++index) {
    const std::uint64_t needed = space_->count_min(index);
    if (!coverage_.present.test(index)) {
      if (needed == 0) coverage_.present.set(index);
    } else if (counts_[index] == 0) {
      set(coverage_.undersized, index);
    } else if (counts_[index] < needed && !coverage_.stale.test(index)) {
      set(coverage_.incomplete, index);
    }
  }
}

/// An object that changes once more within a moment after it was listed may keep its time, for
/// stores count in seconds. And a store has a clock of its own: while it is slow, what changes
/// next is not older than what it shows now.
void Tracker::finish_contents(Time taken_at) {
  constexpr Duration grain = std::chrono::seconds{2};
  Contents& contents = coverage_.contents;
  contents.rule = to_text(*space_->collection().expect.valid);
  contents.through = std::min(last_change_ + Duration{1}, taken_at - grain);
  contents.checked = Bits(space_->size());
  if (!known_) return;
  const auto checked = contents.checked.words();
  for (std::size_t i = 0; i < checked.size(); ++i) {
    checked[i] = known_->contents.checked.word(i) & coverage_.present.word(i) & ~changed_.word(i);
    // What is to be read once more stays invalid until it has been.
    const std::uint64_t invalid =
        known_->invalid.word(i) & coverage_.present.word(i) & ~changed_.word(i);
    if (invalid == 0) continue;
    words_of(coverage_.invalid, space_->size())[i] = invalid;
    for (Bits* marks : {&coverage_.undersized, &coverage_.stale, &coverage_.incomplete}) {
      if (marks->size() != 0) marks->words()[i] &= ~(invalid & checked[i]);
    }
  }
}

void Tracker::allow_for_unseen(Coverage& coverage) const {
  if (!known_ || space_->has_exact_keys() || coverage.objects >= known_->objects) return;
  coverage.contents.through = std::min(coverage.contents.through, known_->contents.through);
}

Coverage Tracker::finish(Time taken_at) {
  if (mode_ == Mode::counted) finish_counted();
  take_out(coverage_.stale, coverage_.undersized);
  if (has_content_rule_) finish_contents(taken_at);
  return std::move(coverage_);
}

}  // namespace upkeep
