// The gaps of one collection in index order, with all that planning needs to know of each.
#pragma once
#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "base/time.h"
#include "core/backlog.h"
#include "core/odometer.h"
#include "coverage/selector.h"
#include "model/gap.h"
#include "model/priority.h"

namespace upkeep {

struct PlannedGap {
  std::uint64_t index = 0;
  GapKind kind = GapKind::missing;
  Priority priority = Priority::medium;  ///< by the collection's rules
  Time since;
  const PartitionRow* row = nullptr;  ///< what is known of it beyond coverage, if anything

  /// When its row lets an attempt start. A tombstone of a partition whose object is there all
  /// the same makes no gap go away, but its collector would say the same again.
  Time free_at() const {
    return row == nullptr ? Time{} : std::max(row->not_before, row->gone_until);
  }
};

/// Walks the coverage 64 partitions at a time, in step with rows, losses and busy ones.
/// Everything it is made from must outlive it. The backlog is computed every few seconds, and
/// mostly there is nothing in it: what only gaps need is worked out at the first of them.
class GapWalk {
 public:
  GapWalk(const Collection&, const Condition& where, const BacklogInput&, Time now);

  /// Goes on with the first gap of [begin, end); without a call it walks all of them.
  void seek(std::uint64_t begin, std::uint64_t end);
  /// The next gap; false when there is none left.
  bool next(PlannedGap&);
  /// Skips gaps that follow `gap`, the one given last, and differ from it in nothing but the
  /// index: those before `end`, at most `max`. It may stop early, never late.
  struct Alike {
    std::uint64_t count = 0;
    std::uint64_t last = 0;  ///< the index of the last, when there are any
  };
  Alike skip_alike(const PlannedGap& gap, std::uint64_t end, std::uint64_t max);
  /// When the first of those that were passed over because it is too early is due; Time::max()
  /// when there was none.
  Time next_due() const { return next_due_; }

 private:
  void prepare();
  Time due(std::uint64_t value);
  bool is_due(std::uint64_t index);
  bool is_busy(std::uint64_t index);
  const PartitionRow* row(std::uint64_t index);
  Time since(std::uint64_t index);
  std::uint64_t alike_until(std::uint64_t index, std::uint64_t end) const;

  const Collection& collection_;
  const Condition& condition_;
  const BacklogInput& input_;
  Time now_;
  bool is_prepared_ = false;  ///< are the next three filled?
  std::optional<Selector> where_, rules_;
  std::vector<Priority> priorities_;  ///< of each rule
  std::optional<Dial> time_;
  std::vector<Time> due_;  ///< of each value on the time axis that was asked for
  Time next_due_ = Time::max();

  std::uint64_t end_ = 0, word_ = 0;
  std::uint64_t left_ = 0;  ///< of the word before `word_`, those that are still to be seen
  std::map<std::uint64_t, PartitionRow>::const_iterator next_row_, last_row_;
  std::size_t next_busy_ = 0, next_loss_ = 0;
};

}  // namespace upkeep
