// By when what became due is to be there: which gaps come first because of it, and which are late.
#pragma once
#include <optional>

#include "base/time.h"
#include "base/zone.h"
#include "model/calendar.h"

namespace upkeep {

/// The deadlines around a moment. A gap has the first one after it became due. It comes first from
/// `lead` before that until the next one; after that it waits its turn like any other.
class Deadlines {
 public:
  Deadlines(const std::optional<Deadline>&, Time now, const Zone&);

  /// That of a gap that is due since then, when it comes first because of it; else Time::max().
  Time near(Time since) const;
  /// Did one pass since then, and no other?
  bool is_late(Time since) const { return since >= before_last_ && since < last_; }
  /// The last that passed; Time::min() when none did.
  Time last() const { return last_; }
  /// Until then all answers are the same; Time::max() when there are no deadlines.
  Time steady_until() const;

 private:
  Time before_last_ = Time::max(), last_ = Time::min(), next_ = Time::max();
  Time from_ = Time::max();  ///< the next one is near
  Time now_;
};

}  // namespace upkeep
