// The rules of `expect` that a single object is judged by, worked out for one moment.
#pragma once
#include <cstdint>
#include <optional>

#include "base/time.h"
#include "coverage/space.h"

namespace upkeep {

class ObjectRules {
 public:
  /// The space must outlive the rules.
  ObjectRules(const Space& space, Time now) : now_(now) {
    const Expect& expect = space.collection().expect;
    min_size_ = expect.min_size.value_or(0);
    if (expect.max_age) oldest_ = now - *expect.max_age;
    if (expect.settled_after) {
      settled_after_ = *expect.settled_after;
      time_axis_ = space.axes()[*space.time_axis()].get();
    }
  }

  bool has_min_size() const { return min_size_ != 0; }
  bool has_staleness() const { return time_axis_ != nullptr || oldest_ != Time::min(); }
  bool is_small(std::uint64_t size) const { return size < min_size_; }
  /// `time`: the partition's value on the time axis. What is stale stays so when older.
  bool is_stale(Time modified, std::uint64_t time) const {
    if (modified < oldest_) return true;
    if (time_axis_ == nullptr) return false;
    const Time settled = time_axis_->end(time) + settled_after_;
    return settled <= now_ && modified < settled;
  }

 private:
  Time now_;
  std::uint64_t min_size_ = 0;
  Time oldest_ = Time::min();  ///< by max_age
  Duration settled_after_{};
  const Axis* time_axis_ = nullptr;  ///< only with settled_after
};

}  // namespace upkeep
