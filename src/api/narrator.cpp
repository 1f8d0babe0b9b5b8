#include "api/narrator.h"

#include <algorithm>
#include <utility>

#include "api/words.h"

namespace upkeep {
namespace {

std::string what_of(const StartAttempt& start) {
  const std::string shared = to_text(shared_fields(*start.space, start.partitions));
  return shared.empty() ? start.space->key(start.partitions.front()) + " …" : shared;
}

void count(fact::AttemptSettled& settled, const PartitionRow& row, Time now) {
  std::optional<Time> again = row.not_before;
  if (row.gone_until > now) {
    ++settled.gone;
    again.reset();
  } else if (row.rests > 0) {
    ++settled.resting;
  } else if (row.deferrals > 0 || row.interrupted > 0) {
    ++settled.later;
  } else {
    ++settled.failed;
  }
  if (again) settled.again = std::min(settled.again.value_or(*again), *again);
  if (settled.text.empty()) {
    settled.why = row.why;
    settled.text = row.text;
  }
}

}  // namespace

std::vector<Fact> Narrator::begin(Time now, const Step& step, const Engine& engine) {
  std::vector<Fact> facts;
  for (const RunningAttempt& attempt : engine.attempts()) {
    if (attempt.phase != RunningAttempt::Phase::orphan) continue;
    const AttemptRow& row = attempt.row;
    Attempt orphan{row.collection, row.task, row.keys, true};
    std::ranges::sort(orphan.keys);
    attempts_[row.id] = std::move(orphan);
    facts.push_back(fact::OrphanFound{row.id, row.collection, row.task, row.keys.size()});
  }
  tell_changes(now, step, facts);
  tell_commands(step, facts);
  return facts;
}

std::vector<Fact> Narrator::tell(Time now, const Event& event, const Step& step) {
  std::vector<Fact> facts;
  tell_event(event, facts);
  const bool was_busy = !attempts_.empty();
  tell_changes(now, step, facts);
  tell_commands(step, facts);
  if (was_busy && attempts_.empty() && !retries_.empty()) {
    Time next = Time::max();
    for (const auto& [partition, at] : retries_) next = std::min(next, at);
    if (next > now) facts.push_back(fact::WaitStarted{next});
  }
  return facts;
}

void Narrator::tell_event(const Event& event, std::vector<Fact>& facts) const {
  if (const auto* listed = std::get_if<StoreListed>(&event)) {
    fact::ListingEnded ended{config_.of(listed->store).name, 0, listed->took, listed->error};
    for (const auto& finding : listed->findings) ended.objects += finding.coverage.objects;
    facts.push_back(std::move(ended));
  } else if (const auto* report = std::get_if<AttemptReported>(&event)) {
    const auto* progress = std::get_if<Progress>(&report->line);
    if (progress != nullptr && attempts_.contains(report->attempt)) {
      facts.push_back(fact::AttemptProgressed{report->attempt, progress->done});
    }
  } else if (const auto* end = std::get_if<AttemptEnded>(&event)) {
    if (attempts_.contains(end->attempt)) facts.push_back(fact::AttemptEnded{end->attempt});
  } else if (std::holds_alternative<StopAsked>(event)) {
    facts.push_back(fact::StopRequested{});
  }
}

void Narrator::tell_changes(Time now, const Step& step, std::vector<Fact>& facts) {
  for (const Change& change : step.changes) {
    if (const auto* put = std::get_if<PutIncident>(&change)) {
      // Its numbers change with each step, which is no news.
      const auto [told, is_new] = incidents_.try_emplace(put->row.id, put->row.state);
      if (is_new || std::exchange(told->second, put->row.state) != put->row.state) {
        facts.push_back(fact::IncidentChanged{put->row});
      }
    } else if (const auto* run = std::get_if<PutSchedule>(&change)) {
      if (run->row.phase == ScheduleRow::Phase::listing) {
        facts.push_back(fact::RunDue{run->row.collector, run->row.due});
      }
    } else if (const auto* row = std::get_if<PutPartition>(&change)) {
      const auto partition = std::pair(row->row.collection, row->row.key);
      const bool waits = row->row.rests == 0 && row->row.gone_until <= now;
      if (waits) retries_[partition] = row->row.not_before;
      if (!waits) retries_.erase(partition);
    } else if (const auto* good = std::get_if<DropPartition>(&change)) {
      retries_.erase({good->collection, good->key});
    } else if (const auto* drop = std::get_if<DropAttempt>(&change)) {
      const auto known = attempts_.find(drop->id);
      if (known == attempts_.end()) continue;
      const Attempt& attempt = known->second;
      facts.push_back(settled(now, drop->id, attempt, step));
      if (attempt.is_orphan) {
        facts.push_back(fact::OrphanSettled{drop->id, attempt.collection, attempt.task});
      }
      attempts_.erase(known);
    }
  }
}

void Narrator::tell_commands(const Step& step, std::vector<Fact>& facts) {
  for (const Command& command : step.commands) {
    if (const auto* list = std::get_if<ListStore>(&command)) {
      facts.push_back(fact::ListingStarted{config_.of(list->store).name});
    } else if (const auto* start = std::get_if<StartAttempt>(&command)) {
      Attempt attempt{config_.of(start->collection).name, start->task, {}, false};
      for (const std::uint64_t index : start->partitions) {
        attempt.keys.push_back(start->space->key(index));
      }
      facts.push_back(fact::AttemptStarted{start->attempt, start->task, attempt.collection,
                                           what_of(*start), start->partitions.size(),
                                           start->number});
      std::ranges::sort(attempt.keys);
      attempts_[start->attempt] = std::move(attempt);
    }
  }
}

fact::AttemptSettled Narrator::settled(Time now, AttemptId id, const Attempt& attempt,
                                       const Step& step) const {
  fact::AttemptSettled settled;
  settled.attempt = id;
  for (const Change& change : step.changes) {
    const auto* put = std::get_if<PutPartition>(&change);
    if (put == nullptr || put->row.collection != attempt.collection) continue;
    if (!std::ranges::binary_search(attempt.keys, put->row.key)) continue;
    count(settled, put->row, now);
  }
  const std::uint64_t open = settled.failed + settled.later + settled.resting + settled.gone;
  settled.closed = attempt.keys.size() - std::min<std::uint64_t>(open, attempt.keys.size());
  return settled;
}

}  // namespace upkeep
