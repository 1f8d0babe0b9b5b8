// The auditor's ears: what it notes down, and which promises are looked at when.
#include "sim/auditor.h"

#include <fmt/format.h>

#include <algorithm>

namespace upkeep::sim {

void Auditor::violated(std::string_view invariant, std::string text) const {
  throw Violation{std::string(invariant), std::move(text)};
}

std::optional<CollectionId> Auditor::find(const std::string& collection) const {
  for (std::uint64_t i = 0; i < config_->collections.size(); ++i) {
    if (config_->collections[i].name == collection) return CollectionId{i};
  }
  return {};
}

const PartitionRow* Auditor::row_of(const Key& key) const {
  const auto found = world_.durable.state.partitions.find(key);
  return found == world_.durable.state.partitions.end() ? nullptr : &found->second;
}

void Auditor::life_begins(const Config& config, const Assignment& assignment, const Crew& crew,
                          const std::map<std::string, Baseline>& baselines) {
  config_ = &config;
  assignment_ = assignment;
  crew_ = &crew;
  baselines_ = baselines;
  evidence_.emplace(config, baselines);
  must_be_held_.clear();
  known_at_.clear();
  listed_at_.clear();
  reasons_.clear();
  hours_unlisted_.clear();
  hours_without_rows_.clear();
  being_listed_.clear();
  stop_told_ = disk_low_ = completed_ = fill_told_ = false;
  hurried_.clear();
  busy_since_.reset();
  may_begin_anew_ = false;
  hours_untold_.clear();
  hours_after_the_end_ = hours_in_vain_ = 0;
  upstreams_begin();
  life_began_ = world_.now;
  schedules_begin();
  for (auto& [id, attempt] : tried_) {  // what the last life was told is forgotten
    attempt.orphan = true;
    attempt.over = false;
    attempt.ending.reset();
    attempt.gone.clear();
  }
}

void Auditor::life_ends() {
  engine_ = nullptr;
  settled_.clear();
}

// --- What the engine is told ------------------------------------------------------

void Auditor::told(const Event& event) {
  const Time now = world_.now;
  time_goes_on(event);
  told_of_upstream(event);
  must_be_held_.clear();
  known_at_.clear();
  fill_told_ = std::holds_alternative<FillAsked>(event);
  if (engine_ != nullptr) note_busy(2);
  if (const auto* listed = std::get_if<StoreListed>(&event)) {
    hours_unlisted_[listed->store] = 0;
    if (!evidence_->told(*listed)) return;  // nobody waits for it
    being_listed_.erase(listed->store);
    if (listed->error) {
      ++reasons_[listed->store];
    } else {
      for (const CollectionFinding& finding : listed->findings) {
        const CollectionView view = engine_->view(finding.collection);
        if (view.space) known_at_[finding.collection] = view.coverage->taken_at;
      }
      expect_holds(*listed);
      listed_at_[listed->store] = now;
      if (busy_since_) busy_since_ = now;
      may_begin_anew_ = true;
    }
  } else if (const auto* seen = std::get_if<PartitionsSeen>(&event)) {
    rows_given(evidence_->told(*seen, now));
    if (seen->error) {
      for (auto& [store, reasons] : reasons_) ++reasons;
    }
  } else if (const auto* report = std::get_if<AttemptReported>(&event)) {
    const auto tried = tried_.find(report->attempt);
    const auto* line = std::get_if<GoneLine>(&report->line);
    if (line == nullptr || tried == tried_.end() || tried->second.over) return;
    const auto id = find(tried->second.collection);
    const SpacePtr space = engine_->view(*id).space;
    for (const std::string& key : tried->second.keys) {
      const auto index = space->find_written(key);
      if (index && space->find(line->partition) == index) tried->second.gone.insert(key);
    }
  } else if (const auto* end = std::get_if<AttemptEnded>(&event)) {
    const auto tried = tried_.find(end->attempt);
    if (tried == tried_.end() || tried->second.over || tried->second.orphan) return;
    tried->second.ending = end->ending;
    tried->second.over = true;
    tried->second.ended = now;
  } else if (const auto* orphan = std::get_if<OrphanEnded>(&event)) {
    const auto tried = tried_.find(orphan->attempt);
    if (tried != tried_.end()) tried->second.over = true;
  } else if (const auto* disk = std::get_if<DiskMeasured>(&event)) {
    const std::uint64_t wanted =
        config_->limits.disk_free.value_or(std::min<std::uint64_t>(1'000'000'000, disk->size / 20));
    disk_low_ = disk->free < wanted;
  } else if (const auto* ack = std::get_if<AckAsked>(&event)) {
    const auto incident = engine_->incidents().find(ack->incident);
    if (incident != engine_->incidents().end()) refusals_[incident->second.target].acked = now;
    for (auto& [store, reasons] : reasons_) ++reasons;
  } else if (std::holds_alternative<ReconcileAsked>(event)) {
    for (auto& [store, reasons] : reasons_) ++reasons;
  } else if (std::holds_alternative<StopAsked>(event)) {
    stop_told_ = true;
  }
}

/// An engine that wants to be woken again at once, and again, would keep a processor busy
/// for ever.
void Auditor::time_goes_on(const Event& event) {
  const bool again = std::holds_alternative<TimePassed>(event) && world_.now == last_step_;
  steps_at_once_ = again ? steps_at_once_ + 1 : 0;
  last_step_ = world_.now;
  if (steps_at_once_ > 20) {
    violated("time_goes_on", "the engine asks to be woken at once, again and again");
  }
}

/// One run, and a daemon that was asked to stop, must come to an end: their people wait for it.
void Auditor::runs_end() {
  const bool over = assignment_.run_until && world_.now > *assignment_.run_until;
  if (!over && !stop_told_) return;
  if (++hours_after_the_end_ > 24) {
    violated("runs_end", "a day after its end, or after a stop, it is still not complete");
  }
}

// --- What it decides, and what becomes of it ------------------------------------------

void Auditor::decided(const Step& step) {
  if (evidence_->gives_up(world_.now)) {
    for (auto& [store, reasons] : reasons_) ++reasons;
  }
  holds_are_made();
  inventories_do_not_go_back();
  maintenance_is_kept(step);
  scheduled_times_are_made_good(step);
  people_change_only_waits(step);
  for (const Command& command : step.commands) {
    if (const auto* start = std::get_if<StartAttempt>(&command)) {
      starts_only_what_may_start(*start);
      starts_nothing_unknown_or_held(*start);
      starts_nothing_good(*start);
      starts_nothing_unconfirmed(*start);
      starts_nothing_too_early(*start);
      batches_fit(*start);
      who_rested_often_goes_alone(*start);
      const Upstream* upstream = upstream_of(config_->of(start->collection).name);
      if (upstream != nullptr) {
        const std::string name = fmt::format("a{}", start->attempt.value);
        troubled_upstreams_are_spared(*upstream, name, true);
      }
      rounds_end(*start);
    } else if (const auto* list = std::get_if<ListStore>(&command)) {
      evidence_->asked(*list, world_.now);
    } else if (const auto* look = std::get_if<LookAt>(&command)) {
      evidence_->asked(*look, world_.now);
    }
  }
  note_busy(1);
}

void Auditor::listing(const ListStore& wish) {
  hours_unlisted_[wish.store] = 0;
  reasons_.try_emplace(wish.store);
  being_listed_.insert(wish.store);
  reasons_[wish.store] += static_cast<int>(hours_without_rows_.erase(wish.store));
  listings_have_a_reason(wish);
}

void Auditor::starting(const StartAttempt& start) {
  attempts_are_durable(start);
  limits_are_kept(start);
  nothing_is_collected_twice(start);
  starts_nothing_that_waits(start);
  attempts_are_bounded(start);
  refused_collectors_are_spared(start);
  upstream_is_called(start);
  Tried& tried = tried_[start.attempt];
  tried.collection = config_->of(start.collection).name;
  tried.started = world_.now;
  tried.rested = has_rested(start);
  for (const std::uint64_t index : start.partitions) tried.keys.push_back(start.space->key(index));
}

void Auditor::completed() {
  completed_ = true;
  a_run_asks_for_rows();
  if (!crew_) return;
  for (const auto& [pid, process] : crew_->processes()) {
    if (!process.orphan) {
      violated("a_complete_run_leaves_nothing_behind",
               fmt::format("a{} still runs", process.attempt.value));
    }
  }
}

void Auditor::rests() {
  if (++rests_ % 512 == 0) rows_and_memory_agree();
}

void Auditor::hourly() {
  if (world_.now > life_began_ + std::chrono::minutes{10}) {  // before, it is still at its dusting
    journal_is_bounded();
    incidents_are_bounded();
    rows_are_bounded();
  }
  rows_and_memory_agree();
  attempts_do_not_last();
  stores_are_listed_again();
  new_rows_are_asked_for();
  runs_end();
  scheduled_runs_end();
  invalid_objects_are_gaps();
  queue_is_right();
  deadlines_come_first();
  late_gaps_are_told();
  nothing_waits_in_vain();
  who_asks_is_served();
  a_rebuilt_engine_agrees();
}

}  // namespace upkeep::sim
