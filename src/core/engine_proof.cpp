// What the store says: gaps are confirmed before an attempt and proved closed after it.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "core/engine_parts.h"
#include "core/retry.h"

namespace upkeep {

void Engine::Parts::look(Time now, AttemptTrack& attempt) {
  attempt.look = next_request();
  attempt.looked_at = now;
  wish(LookAt{*attempt.look, attempt.space, attempt.partitions});
  timers.at(now + look_patience, AnswerOverdue{*attempt.look});
}

void Engine::Parts::on(Time now, const PartitionsSeen& seen) {
  const auto found = std::ranges::find_if(
      attempts, [&](const auto& entry) { return entry.second.look == seen.request; });
  if (found == attempts.end()) return;
  AttemptTrack& attempt = found->second;
  if (seen.error) return look_failed(now, attempt, seen.error->text);
  if (seen.sights.size() != attempt.partitions.size()) {
    return look_failed(now, attempt, "the answer does not fit the question");
  }
  attempt.look.reset();
  StoreTrack& store = store_of(*attempt.collection);
  if (!store.unreachable.empty()) {
    store.unreachable.clear();
    backlog_stale = true;
    incidents.settle("store:" + config.of(config.of(*attempt.collection).store).name, "unreadable",
                     "it could be looked at again", now);
  }
  if (attempt.view.phase == Phase::confirming) {
    confirmed(now, attempt, seen.sights);
  } else {
    proved(now, attempt, seen.sights);
  }
}

/// Unknown is not missing: nothing more is filled there until the store answers again.
void Engine::Parts::look_failed(Time now, AttemptTrack& attempt, const std::string& why) {
  attempt.look.reset();
  const StoreId id = config.of(*attempt.collection).store;
  StoreTrack& store = stores.at(id.value);
  if (store.unreachable.empty()) {
    store.unreachable_since = now;
    timers.at(now + run_patience, Wake{});
  }
  store.unreachable = why;
  incidents.raise("store:" + config.of(id).name, "unreadable",
                  fmt::format("the store could not be looked at: {}", why), 0, now);
  if (attempt.view.phase == Phase::confirming) {
    backlog_stale = true;
    release(now, attempt);
    list_at(now + std::chrono::seconds{10}, id);
    return;
  }
  const int doublings = std::min(attempt.looks_failed++, 8);
  timers.at(now + std::chrono::seconds{1 << doublings}, ProofDue{attempt.view.row.id});
}

void Engine::Parts::due(Time now, const ProofDue& due) {
  const auto found = attempts.find(due.attempt);
  if (found == attempts.end() || found->second.view.phase != Phase::proving) return;
  if (!found->second.look && found->second.space) look(now, found->second);
}

void Engine::Parts::confirmed(Time now, AttemptTrack& attempt, const std::vector<Sight>& sights) {
  CollectionTrack& track = of(*attempt.collection);
  std::vector<std::uint64_t> left;
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < sights.size(); ++i) {
    const std::uint64_t index = attempt.partitions[i];
    const std::string& key = attempt.view.row.keys[i];
    const auto gap = judge(*attempt.space, index, sights[i], now);
    const auto current = track.space->find_written(key);
    if (current) mark(now, attempt, *current, gap);
    if (gap && current) {
      left.push_back(index);
      keys.push_back(key);
      continue;
    }
    track.busy.erase(key);
    if (current) drop_row(track, *current);
    note(now, track.row.name + " " + key, "found in the store before its attempt: nothing to do");
  }
  attempt.partitions = attempt.view.task.partitions = left;
  attempt.view.row.keys = keys;
  if (left.empty()) {
    release(now, attempt);
  } else {
    attempt.confirmed_at = now;
    attempt.is_confirmed = true;  // it starts once all that this step brings is known
  }
}

/// The last look of the attempt showed this of the partition.
void Engine::Parts::mark(Time now, const AttemptTrack& attempt, std::uint64_t index,
                         std::optional<GapKind> gap) {
  CollectionTrack& track = of(*attempt.collection);
  track.coverage.mark(index, gap);
  track.proofs[index] = {attempt.looked_at, gap};
  if (!gap) rows_given(now, *attempt.collection);
  if (std::exchange(track.is_kept, false)) {
    timers.at(now + keep_after, KeepDue{*attempt.collection});
  }
}

void Engine::Parts::proved(Time now, AttemptTrack& attempt, const std::vector<Sight>& sights) {
  std::uint64_t failed = 0;
  std::string flaw;  // of the first that is not valid
  for (std::size_t i = 0; i < sights.size(); ++i) {
    if (settle(now, attempt, i, sights[i])) continue;
    if (++failed == 1) flaw = sights[i].flaw;
  }
  const AttemptRow& row = attempt.view.row;
  // Asking for a later try is no failure; neither is an end that upkeep itself brought about.
  const bool is_failure =
      attempt.outcome->claim != Claim::later && attempt.outcome->why != FailureClass::interrupted;
  if (failed > 0 && is_failure) {
    const bool lied = attempt.outcome->claim == Claim::success;
    const bool left_out = attempt.outcome->claim == Claim::gone;
    const std::string more =
        row.keys.size() > 1 ? fmt::format(" and {} more", with_thousands(row.keys.size() - 1)) : "";
    wish(
        LogFailure{fmt::format("{} {}{}", row.collection, row.keys.front(), more),
                   lied || left_out ? FailureClass::data_incomplete : attempt.outcome->why,
                   lied && !flaw.empty()
                       ? fmt::format("it claimed success, but what it wrote is not valid: {}", flaw)
                   : lied ? "it claimed success, but the store does not show what it was to write"
                   : left_out ? "neither named among those gone nor in the store"
                              : attempt.outcome->text});
  }
  judge_refusal(now, attempt, failed);
  if (incidents.find("collection:" + row.collection, "deadline") != nullptr) {
    // What was late may all be there now; it is counted once a minute at most.
    timers.at(std::chrono::floor<std::chrono::minutes>(now) + std::chrono::minutes{1},
              DeadlineDue{});
  }
  keep(DropAttempt{row.id});
  release(now, attempt);
}

/// What becomes of one partition. True when it is good or gone, false when it failed.
bool Engine::Parts::settle(Time now, AttemptTrack& attempt, std::size_t position,
                           const Sight& sight) {
  const auto gap = judge(*attempt.space, attempt.partitions[position], sight, now);
  CollectionTrack& track = of(*attempt.collection);
  const Collection& collection = config.of(*attempt.collection);
  const std::string& key = attempt.view.row.keys[position];
  const std::string subject = collection.name + " " + key;
  const std::uint64_t number = attempt.view.row.id.value;
  const auto index = track.space->find_written(key);
  if (!index) return true;  // nobody expects it any more
  mark(now, attempt, *index, gap);
  const Outcome& outcome = *attempt.outcome;
  if (!gap) {
    note(now, subject,
         fmt::format("filled by attempt {}{}: the store shows it as expected", number,
                     outcome.claim == Claim::success ? "" : ", which failed all the same"));
    drop_row(track, *index);
    return true;
  }
  if (!collection.collector) return false;
  const Collector& collector = config.of(*collection.collector);
  PartitionRow row;
  row.collection = collection.name;
  row.key = key;
  if (const auto known = track.rows.find(*index); known != track.rows.end()) row = known->second;
  const bool is_gone = attempt.gone.contains(attempt.partitions[position]) ||
                       (outcome.claim == Claim::gone && attempt.gone.empty());
  if (is_gone) {
    row = after_gone(std::move(row), collector.gone_for, now);
  } else {
    Outcome failure = outcome;
    if (outcome.claim == Claim::success || outcome.claim == Claim::gone) {
      failure.claim = Claim::failed;
      failure.why = FailureClass::data_incomplete;
      failure.text = fmt::format(
          "{}, but the store shows it {}{}",
          outcome.claim == Claim::success ? "it claimed success" : "not named among those gone",
          to_text(*gap), sight.flaw.empty() ? "" : ": " + sight.flaw);
    }
    row =
        after_failure(std::move(row), failure, collector.retries, attempt.retry_after, random, now);
  }
  note(now, subject, fmt::format("attempt {}: {}", number, describe(row, collector.retries)));
  put_row(track, *index, std::move(row));
  return is_gone;
}

void Engine::Parts::put_row(CollectionTrack& track, std::uint64_t index, PartitionRow row) {
  wake_for_backlog(std::max(row.not_before, row.gone_until));
  keep(PutPartition{row});
  track.rows[index] = std::move(row);
}

void Engine::Parts::drop_row(CollectionTrack& track, std::uint64_t index) {
  const auto found = track.rows.find(index);
  if (found == track.rows.end()) return;
  keep(DropPartition{found->second.collection, found->second.key});
  track.rows.erase(found);
}

}  // namespace upkeep
