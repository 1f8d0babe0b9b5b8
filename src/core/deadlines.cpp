#include "core/deadlines.h"

namespace upkeep {

Deadlines::Deadlines(const std::optional<Deadline>& deadline, Time now, const Zone& zone)
    : now_(now) {
  if (!deadline) return;
  last_ = last_at(deadline->times, now, zone);
  before_last_ = last_ == Time::min() ? last_ : last_at(deadline->times, last_ - Duration{1}, zone);
  next_ = next_after(deadline->times, now, zone);
  from_ = next_ == Time::max() ? next_ : next_ - deadline->lead;
}

Time Deadlines::near(Time since) const {
  if (since < before_last_) return Time::max();
  if (since < last_) return last_;
  return now_ >= from_ ? next_ : Time::max();
}

Time Deadlines::steady_until() const { return now_ < from_ ? from_ : next_; }

}  // namespace upkeep
