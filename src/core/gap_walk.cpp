#include "core/gap_walk.h"

#include <algorithm>
#include <bit>

#include "base/assert.h"

namespace upkeep {
namespace {

/// Stands for a moment that was not asked for yet.
constexpr Time unasked = Time::min();

std::optional<Selector> make_selector(const Space& space, std::span<const Condition> conditions,
                                      Time now) {
  if (conditions.empty()) return {};
  return Selector(space, conditions, now);
}

/// The lowest `count` bits, fewer than 64.
std::uint64_t below(std::uint64_t count) { return (std::uint64_t{1} << count) - 1; }

}  // namespace

GapWalk::GapWalk(const Collection& collection, const Condition& where, const BacklogInput& input,
                 Time now)
    : collection_(collection), condition_(where), input_(input), now_(now) {
  const Space& space = *input.space;
  if (const auto axis = space.time_axis(); axis && space.size() > 0) {
    time_.emplace(space, *axis);
    due_.assign(time_->size(), unasked);
  }
  seek(0, space.size());
}

void GapWalk::prepare() {
  is_prepared_ = true;
  if (!condition_.terms.empty()) where_ = make_selector(*input_.space, {&condition_, 1}, now_);
  std::vector<Condition> conditions;
  for (const PriorityRule& rule : collection_.priority) {
    conditions.push_back(rule.condition);
    priorities_.push_back(rule.then);
  }
  rules_ = make_selector(*input_.space, conditions, now_);
}

void GapWalk::seek(std::uint64_t begin, std::uint64_t end) {
  end_ = std::min(end, input_.space->size());
  begin = std::min(begin, end_);
  word_ = (begin + 63) / 64;
  left_ = 0;
  if (begin < end_ && begin % 64 != 0) {
    left_ = ~input_.coverage->good_word(begin / 64) & (~std::uint64_t{0} << (begin % 64));
  }
  if (input_.rows != nullptr) {
    next_row_ = input_.rows->lower_bound(begin);
    last_row_ = input_.rows->end();
  }
  next_busy_ =
      static_cast<std::size_t>(std::ranges::lower_bound(input_.busy, begin) - input_.busy.begin());
  next_loss_ = static_cast<std::size_t>(
      std::ranges::lower_bound(input_.losses, begin, {}, &Loss::last) - input_.losses.begin());
}

bool GapWalk::next(PlannedGap& gap) {
  for (;;) {
    while (left_ == 0) {
      if (word_ * 64 >= end_) return false;
      left_ = ~input_.coverage->good_word(word_++);
    }
    const std::uint64_t index =
        (word_ - 1) * 64 + static_cast<std::uint64_t>(std::countr_zero(left_));
    left_ &= left_ - 1;
    if (index >= end_) {
      left_ = 0;
      return false;
    }
    if (!is_due(index)) {
      next_due_ = std::min(next_due_, due(time_->at(index)));
      if (time_->end() - index > 64) seek(time_->end(), end_);  // none of them is
      continue;
    }
    if (!is_prepared_) prepare();
    if (is_busy(index) || (where_ && !where_->first(index))) continue;
    gap.row = row(index);
    const std::optional<GapKind> kind = input_.coverage->gap(index);
    UPKEEP_ASSERT(kind);
    gap.index = index;
    gap.kind = *kind;
    if (gap.row != nullptr && gap.row->gone_until > now_ && !input_.coverage->present.test(index)) {
      continue;
    }
    const std::optional<std::size_t> rule = rules_ ? rules_->first(index) : std::nullopt;
    gap.priority = rule ? priorities_[*rule] : Priority::medium;
    gap.since = since(index);
    return true;
  }
}

/// Up to which index, at most `end`, all that is known of the gap at `index` holds of others
/// too, but for their kinds.
std::uint64_t GapWalk::alike_until(std::uint64_t index, std::uint64_t end) const {
  end = std::min(end, end_);
  if (time_) end = std::min(end, time_->end());
  if (where_) end = std::min(end, where_->steady_until(index));
  if (rules_) end = std::min(end, rules_->steady_until(index));
  if (next_row_ != last_row_) end = std::min(end, next_row_->first);
  if (next_busy_ < input_.busy.size()) end = std::min(end, input_.busy[next_busy_]);
  if (next_loss_ < input_.losses.size()) {
    const Loss& loss = input_.losses[next_loss_];
    end = std::min(end, loss.first <= index ? loss.last + 1 : loss.first);
  }
  return end;
}

GapWalk::Alike GapWalk::skip_alike(const PlannedGap& gap, std::uint64_t end, std::uint64_t max) {
  Alike alike;
  if (gap.kind != GapKind::missing || gap.row != nullptr) return alike;
  end = alike_until(gap.index, end);
  while (alike.count < max) {
    if (left_ == 0) {
      if (word_ * 64 >= end) break;
      left_ = ~input_.coverage->good_word(word_++);
    }
    const std::uint64_t base = (word_ - 1) * 64;
    if (base >= end) break;
    std::uint64_t bits = left_;
    if (end - base < 64) bits &= below(end - base);
    const std::uint64_t others = bits & input_.coverage->present.word(word_ - 1);
    if (others != 0) bits &= below(static_cast<std::uint64_t>(std::countr_zero(others)));
    while (static_cast<std::uint64_t>(std::popcount(bits)) > max - alike.count) {
      bits &= ~std::bit_floor(bits);
    }
    if (bits != 0) alike.last = base + static_cast<std::uint64_t>(std::bit_width(bits)) - 1;
    alike.count += static_cast<std::uint64_t>(std::popcount(bits));
    left_ &= ~bits;
    if (left_ != 0) break;
  }
  return alike;
}

/// When the partitions of that value on the time axis are due.
Time GapWalk::due(std::uint64_t value) {
  if (due_[value] == unasked) due_[value] = input_.space->due(value * time_->stride());
  return due_[value];
}

bool GapWalk::is_due(std::uint64_t index) { return !time_ || due(time_->at(index)) <= now_; }

bool GapWalk::is_busy(std::uint64_t index) {
  while (next_busy_ < input_.busy.size() && input_.busy[next_busy_] < index) ++next_busy_;
  return next_busy_ < input_.busy.size() && input_.busy[next_busy_] == index;
}

const PartitionRow* GapWalk::row(std::uint64_t index) {
  while (next_row_ != last_row_ && next_row_->first < index) ++next_row_;
  return next_row_ != last_row_ && next_row_->first == index ? &next_row_->second : nullptr;
}

Time GapWalk::since(std::uint64_t index) {
  const std::span<const Loss> losses = input_.losses;
  while (next_loss_ < losses.size() && losses[next_loss_].last < index) ++next_loss_;
  if (next_loss_ < losses.size() && losses[next_loss_].first <= index) {
    return losses[next_loss_].since;
  }
  return time_ ? due(time_->at(index)) : input_.first_seen;
}

}  // namespace upkeep
