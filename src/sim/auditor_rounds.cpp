// Promises about the rounds in which the loop fills, and about the wishes of people.
#include <fmt/format.h>

#include <algorithm>

#include "sim/auditor.h"

namespace upkeep::sim {

/// Who asks to fill, or a scheduled run, ends waits, and nothing else that is known of a partition.
/// Each wish is good for one more attempt.
void Auditor::people_change_only_waits(const Step& step) {
  const bool is_scheduled = std::ranges::any_of(step.changes, [](const Change& change) {
    const auto* put = std::get_if<PutSchedule>(&change);
    return put != nullptr && put->row.phase == ScheduleRow::Phase::filling;
  });
  if (!fill_told_ && !is_scheduled) return;
  for (const Change& change : step.changes) {
    const auto* put = std::get_if<PutPartition>(&change);
    if (put == nullptr || put->row.not_before != world_.now) continue;
    const PartitionRow* durable = row_of({put->row.collection, put->row.key});
    // A step before may not be durable yet, and may have changed the row.
    if (durable != nullptr && durable->changed == put->row.changed) {
      PartitionRow expected = *durable;
      expected.not_before = world_.now;
      if (expected != put->row) {
        violated("people_change_only_waits",
                 fmt::format("the row of {} {}", put->row.collection, put->row.key));
      }
    }
    hurried_.push_back(put->row);
    const Key key{put->row.collection, put->row.key};
    const auto charged = charged_.find(key);
    if (charged != charged_.end() && !charged->second.empty()) {
      charged->second.erase(charged->second.begin());
    } else {
      forgiven_.insert(key);  // its last failure may not be durable yet
    }
  }
}

/// After loop.max_run_time nothing more is started, until what runs has ended or a store was
/// listed again.
void Auditor::rounds_end(const StartAttempt& start) const {
  if (assignment_.run_until || !busy_since_) return;
  if (world_.now < *busy_since_ + config_->loop.max_run_time) return;
  violated("rounds_end",
           fmt::format("a{} starts although the loop has been filling for {}", start.attempt.value,
                       to_rough_text(world_.now - *busy_since_)));
}

/// Before a step and after it. With one attempt under way a step may end it, and so the round.
void Auditor::note_busy(std::ptrdiff_t enough) {
  const auto busy = std::ranges::count_if(engine_->attempts(), [](const RunningAttempt& attempt) {
    return attempt.phase == RunningAttempt::Phase::confirming ||
           attempt.phase == RunningAttempt::Phase::running;
  });
  if (busy < enough || is_maintenance()) {  // the round after it is another one
    busy_since_.reset();
  } else if (!busy_since_ || (may_begin_anew_ && !engine_->filling_since())) {
    busy_since_ = world_.now;
  }
  if (engine_->filling_since()) may_begin_anew_ = false;
}

}  // namespace upkeep::sim
