// Promises about the rows that survive a restart.
#include <fmt/format.h>

#include <algorithm>

#include "core/retry.h"
#include "sim/auditor.h"
#include "sim/transcript.h"

namespace upkeep::sim {
namespace {

using namespace std::chrono;

/// Clock jumps and downtimes of the pretend world, and the day between two expiries.
constexpr Duration slack = days{5};

}  // namespace

void Auditor::committing(std::span<const Change> changes) {
  std::map<Key, AttemptId> settled;
  for (const Change& change : changes) {
    const auto* drop = std::get_if<DropAttempt>(&change);
    if (drop == nullptr) continue;
    settled_.push_back(drop->id);
    const auto tried = tried_.find(drop->id);
    if (tried == tried_.end()) continue;  // it was never started: its daemon died before
    for (const std::string& key : tried->second.keys)
      settled[{tried->second.collection, key}] = drop->id;
  }
  for (const auto& [id, row] : world_.durable.state.attempts) {
    if (std::ranges::find(settled_, id) == settled_.end()) continue;
    for (const std::string& key : row.keys) settled.try_emplace({row.collection, key}, id);
  }
  for (const Change& change : changes) {
    if (const auto* put = std::get_if<PutPartition>(&change)) {
      if (std::ranges::find(hurried_, put->row) != hurried_.end()) continue;
      rows_change_with_attempts(put->row, settled);
      const AttemptId attempt = settled.at({put->row.collection, put->row.key});
      const auto tried = tried_.find(attempt);
      const PartitionRow* before = row_of({put->row.collection, put->row.key});
      // An attempt that was never started is settled like an orphan that did nothing.
      Tried unstarted;
      unstarted.collection = put->row.collection;
      unstarted.keys = {put->row.key};
      unstarted.orphan = true;
      const Tried& told = tried == tried_.end() ? unstarted : tried->second;
      if (put->row.gone_until > world_.now) {
        tombstones_are_earned(put->row, told);
      } else {
        charges_follow_the_rules(before ? *before : PartitionRow{}, put->row, told);
      }
    } else if (const auto* drop = std::get_if<DropPartition>(&change)) {
      rows_go_for_a_reason({drop->collection, drop->key});
      charged_.erase({drop->collection, drop->key});
    } else if (const auto* upstream = std::get_if<PutUpstream>(&change)) {
      upstream_changes(upstream->row);
    } else if (const auto* incident = std::get_if<PutIncident>(&change)) {
      const bool over = incident->row.state == IncidentRow::State::closed;
      if (over && incident->row.kind == "permission_denied") {
        let_in_again_.push_back(incident->row.target);
      }
    }
  }
}

void Auditor::committed() {
  hurried_.clear();
  for (const AttemptId id : settled_) {
    const auto tried = tried_.find(id);
    if (tried == tried_.end()) continue;
    attempts_are_settled_fully(tried->second);
    count_refusals(tried->second);
    tried_.erase(tried);
  }
  settled_.clear();
  forgiven_.clear();
  for (const std::string& collector : let_in_again_) refusals_.erase(collector);
  let_in_again_.clear();
}

/// What is remembered of a partition changes when an attempt on it is settled, never else.
void Auditor::rows_change_with_attempts(const PartitionRow& row,
                                        const std::map<Key, AttemptId>& settled) const {
  if (settled.contains({row.collection, row.key})) return;
  violated("rows_change_with_attempts",
           fmt::format("the row of {} {} changes without an attempt", row.collection, row.key));
}

/// Only a collector that was asked for a partition can say that it does not exist.
void Auditor::tombstones_are_earned(const PartitionRow& row, const Tried& tried) const {
  const bool spoke_for_all =
      tried.ending && outcome_of(*tried.ending).claim == Claim::gone && tried.gone.empty();
  const auto collection = find(row.collection);
  const Collector& collector = config_->of(*config_->of(*collection).collector);
  if ((!spoke_for_all && !tried.gone.contains(row.key)) ||
      row.gone_until > world_.now + collector.gone_for) {
    violated("tombstones_are_earned", fmt::format("{} is gone until {}, but nobody said so",
                                                  row.key, to_moment(row.gone_until)));
  }
}

/// One attempt changes one counter: a deferral, an interruption or a charge; after the last
/// retry it rests, twice as long each time.
void Auditor::charges_follow_the_rules(const PartitionRow& before, const PartitionRow& after,
                                       const Tried& tried) {
  const auto refuse = [&](std::string_view why) {
    violated("charges_follow_the_rules",
             fmt::format("{} {}: {}; it had {} charged, {} deferred, {} interrupted, {} rests, now "
                         "{}, {}, {}, {}, not before {}",
                         after.collection, after.key, why, before.attempts, before.deferrals,
                         before.interrupted, before.rests, after.attempts, after.deferrals,
                         after.interrupted, after.rests, to_moment(after.not_before)));
  };
  const Retries& retries = config_->of(*config_->of(*find(after.collection)).collector).retries;
  Outcome outcome{.claim = Claim::failed, .why = after.why, .final = false, .text = {}};
  if (tried.ending) {
    outcome = outcome_of(*tried.ending);
    const bool lied = outcome.claim == Claim::success || outcome.claim == Claim::gone;
    if (after.why != (lied ? FailureClass::data_incomplete : outcome.why)) refuse("wrong class");
  } else if (after.why != FailureClass::interrupted && after.why != FailureClass::timeout) {
    refuse("nobody told how it ended");
  }
  if (after.not_before > after.changed + days{8}) refuse("waits too long");
  if (outcome.claim == Claim::later && before.deferrals < 10) {
    if (after.deferrals != before.deferrals + 1 || after.attempts != before.attempts ||
        after.rests != before.rests) {
      refuse("exit 75 costs no attempt");
    }
    return;
  }
  if (after.why == FailureClass::interrupted && before.interrupted < 2) {
    if (after.interrupted != before.interrupted + 1 || after.attempts != before.attempts ||
        after.rests != before.rests) {
      refuse("an interruption costs no attempt");
    }
    return;
  }
  if (after.deferrals != 0 || after.interrupted != 0) refuse("a charge ends the row of pardons");
  const bool last = outcome.final || before.rests > 0 || before.attempts >= retries.max;
  if (!last) {
    if (after.attempts != before.attempts + 1 || after.rests != 0) refuse("one more is charged");
    // The wait is random and may be nothing, but hardly ever is.
    if (after.not_before > after.changed) retries_at_once_ = 0;
    if (++retries_at_once_ > 20) refuse("nobody waits before a retry");
    return;
  }
  Duration rest = std::min<Duration>(retries.rest, days{7});
  for (int i = 0; i < before.rests && rest < days{7}; ++i) rest *= 2;
  rest = std::min<Duration>(rest, days{7});
  if (after.attempts != 0 || after.rests != before.rests + 1) refuse("it must rest");
  if (after.not_before < after.changed + rest) refuse("it rests too short");
}

/// A row is forgotten when its partition is good again, or when nobody can ask for it.
void Auditor::rows_go_for_a_reason(const Key& key) const {
  const auto collection = find(key.first);
  const PartitionRow* row = row_of(key);
  if (row == nullptr) return;
  const bool old =
      row->changed < world_.now - config_->keep.journal && row->gone_until < world_.now;
  if (collection) {
    if (evidence_->is_good(*collection, key.second)) return;
    const SpacePtr space = engine_->view(*collection).space;
    if (old && space && !space->find_written(key.second)) return;
  } else if (old) {
    return;
  }
  violated("rows_go_for_a_reason",
           fmt::format("the row of {} {} is dropped while it is a gap", key.first, key.second));
}

/// Every partition of an attempt is proved good, or something is remembered of it.
void Auditor::attempts_are_settled_fully(const Tried& tried) {
  const auto collection = find(tried.collection);
  if (!collection || !config_->of(*collection).collector) return;
  const SpacePtr space = engine_->view(*collection).space;
  const Claim claim = tried.ending ? outcome_of(*tried.ending).claim : Claim::failed;
  for (const std::string& key : tried.keys) {
    if (!space || !space->find_written(key)) continue;  // nobody expects it any more
    const Key known{tried.collection, key};
    const PartitionRow* row = row_of(known);
    const bool good = evidence_->is_proved(*collection, key, tried.started);
    if (good == (row != nullptr && row->changed >= tried.started)) {
      violated("attempts_are_settled_fully",
               fmt::format("{} {} is {} and {}", tried.collection, key,
                           good ? "proved good" : "not proved good",
                           row ? "has a row" : "nothing is remembered of it"));
    }
    if (good || row->gone_until > world_.now) {
      charged_.erase(known);
    } else if (tried.ending && claim != Claim::later && row->why != FailureClass::interrupted) {
      if (forgiven_.erase(known) == 0) charged_[known].push_back(tried.started);
    }
  }
}

void Auditor::rows_and_memory_agree() const {
  const State& state = world_.durable.state;
  const std::vector<RunningAttempt> attempts = engine_->attempts();
  for (const auto& [id, row] : state.attempts) {
    if (std::ranges::find(attempts, id, [](const auto& a) { return a.row.id; }) == attempts.end()) {
      violated("rows_and_memory_agree", fmt::format("a{} is open only in the rows", id.value));
    }
  }
  for (const RunningAttempt& attempt : attempts) {
    if (attempt.phase == RunningAttempt::Phase::confirming) continue;
    if (!state.attempts.contains(attempt.row.id)) {
      violated("rows_and_memory_agree",
               fmt::format("a{} is open only in memory", attempt.row.id.value));
    }
  }
  if (engine_->incidents() != state.incidents) {
    violated("rows_and_memory_agree", "incidents differ from their rows");
  }
  upstreams_and_rows_agree();
}

/// Rows are about troubles; those that nobody can ask for go after a while.
void Auditor::rows_are_bounded() const {
  const Time before = world_.now - config_->keep.journal - slack;
  for (const auto& [key, row] : world_.durable.state.partitions) {
    const auto collection = find(row.collection);
    const bool trouble =
        row.attempts + row.deferrals + row.interrupted + row.rests > 0 || row.gone_until != Time{};
    bool wanted = trouble;
    if (collection) {
      const CollectionView view = engine_->view(*collection);
      if (view.standing != CollectionView::Standing::known) continue;
      if (!view.space->find_written(row.key))
        wanted &= std::max(row.changed, row.gone_until) >= before;
    } else {
      wanted &= std::max(row.changed, row.gone_until) >= before;
    }
    if (!wanted) {
      violated("rows_are_bounded", fmt::format("the row of {} {}, of {}, is of no use to anybody",
                                               key.first, key.second, to_moment(row.changed)));
    }
  }
}

void Auditor::journal_is_bounded() const {
  const auto& journal = world_.durable.journal;
  if (journal.empty() || journal.front().at >= world_.now - config_->keep.journal - slack) return;
  violated("journal_is_bounded",
           fmt::format("it still has a row of {}", to_moment(journal.front().at)));
}

void Auditor::incidents_are_bounded() const {
  for (const auto& [id, row] : world_.durable.state.incidents) {
    if (row.state != IncidentRow::State::closed) continue;
    if (row.changed >= world_.now - config_->keep.journal - slack) continue;
    violated("incidents_are_bounded", fmt::format("{} {}, closed at {}, is still remembered",
                                                  row.target, row.kind, to_moment(row.changed)));
  }
}

/// An attempt that nobody hears of any more must not keep its partitions for ever.
void Auditor::attempts_do_not_last() {
  if (!assignment_.fill) return;
  for (const auto& [id, row] : world_.durable.state.attempts) {
    const auto tried = tried_.find(id);
    if (tried == tried_.end() || row.deadline + hours{1} > world_.now) continue;
    const auto collection = find(row.collection);
    if (collection && !engine_->view(*collection).space) continue;  // its table cannot be read
    if (++tried->second.hours_overdue > 24) {
      violated("attempts_do_not_last",
               fmt::format("a{} is still open, {} after its deadline", id.value,
                           to_rough_text(world_.now - row.deadline)));
    }
  }
}

}  // namespace upkeep::sim
