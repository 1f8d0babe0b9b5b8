// Promises about the start of a collector.
#include <fmt/format.h>

#include <algorithm>

#include "coverage/selector.h"
#include "sim/auditor.h"
#include "sim/transcript.h"

namespace upkeep::sim {
namespace {

std::string name_of(const StartAttempt& start) { return fmt::format("a{}", start.attempt.value); }

}  // namespace

// --- When it is decided ---------------------------------------------------------------

/// Not after a stop, not with too little disk, not in a run that is over, not without being
/// asked to fill, not in collections that the assignment leaves out.
void Auditor::starts_only_what_may_start(const StartAttempt& start) const {
  const auto refuse = [&](std::string_view why) {
    violated("starts_only_what_may_start", fmt::format("{} starts {}", name_of(start), why));
  };
  if (stop_told_) refuse("after a stop was asked for");
  if (completed_) refuse("after the run was complete");
  if (disk_low_) refuse("while the disk is low");
  if (!assignment_.fill) refuse("though nothing is to be filled");
  if (!config_->enabled) refuse("though upkeep is not enabled");
  if (!config_->of(start.collection).collector) refuse("without a collector");
  if (assignment_.run_until && world_.now >= *assignment_.run_until) refuse("after the run's end");
  const auto& wanted = assignment_.collections;
  if (!wanted.empty() && std::ranges::find(wanted, start.collection) == wanted.end()) {
    refuse("in a collection that is left out");
  }
  const Selector where(*start.space, std::span(&assignment_.where, 1), world_.now);
  for (const std::uint64_t index : start.partitions) {
    if (!where.first(index)) refuse("for " + start.space->key(index) + ", outside `where`");
  }
}

/// Unknown is not missing, and what is held waits for people.
void Auditor::starts_nothing_unknown_or_held(const StartAttempt& start) const {
  const std::string& name = config_->of(start.collection).name;
  const CollectionView view = engine_->view(start.collection);
  const bool unknown = !evidence_->is_known(start.collection);
  if (unknown || view.standing == CollectionView::Standing::unknown) {
    violated("starts_nothing_unknown",
             fmt::format("{} starts, but {} is unknown: {}", name_of(start), name, view.why));
  }
  if (must_be_held_.contains(start.collection) || view.standing == CollectionView::Standing::held) {
    violated("starts_nothing_held",
             fmt::format("{} starts, but {} is held: {}", name_of(start), name, view.why));
  }
}

/// Never a collector for what is there.
void Auditor::starts_nothing_good(const StartAttempt& start) const {
  for (const std::uint64_t index : start.partitions) {
    const std::string key = start.space->key(index);
    if (evidence_->is_good(start.collection, key)) {
      violated("starts_nothing_good",
               fmt::format("{} starts for {}, which the store has shown to be good", name_of(start),
                           key));
    }
  }
}

/// What was listed a while ago is looked at once more.
void Auditor::starts_nothing_unconfirmed(const StartAttempt& start) const {
  for (const std::uint64_t index : start.partitions) {
    const std::string key = start.space->key(index);
    const Time since = world_.now - std::chrono::minutes{1};
    if (!evidence_->is_fresh(start.collection, key, world_.now, since)) {
      violated("starts_nothing_unconfirmed",
               fmt::format("{} starts for {}, which nobody has looked at since an old listing",
                           name_of(start), key));
    }
  }
}

void Auditor::starts_nothing_too_early(const StartAttempt& start) const {
  for (const std::uint64_t index : start.partitions) {
    if (!start.space->is_due(index, world_.now)) {
      violated("starts_nothing_too_early",
               fmt::format("{} starts for {}, which is due at {}", name_of(start),
                           start.space->key(index), to_moment(start.space->due(index))));
    }
  }
}

/// A batch is as large as the collector wants it at most, and shares the fields of `by`.
void Auditor::batches_fit(const StartAttempt& start) const {
  const Collector& collector = config_->of(*config_->of(start.collection).collector);
  const std::uint64_t most = collector.batch ? collector.batch->max : 1;
  bool fits = !start.partitions.empty() && start.partitions.size() <= most &&
              std::ranges::is_sorted(start.partitions, std::less_equal<>{}) &&
              start.deadline == world_.now + collector.timeout;
  if (fits && collector.batch) {
    const auto shared = [&](std::uint64_t index) {
      Partition fields = start.space->partition(index);
      std::erase_if(fields, [&](const auto& field) {
        const auto& by = collector.batch->by;
        return std::ranges::find(by, field.first) == by.end();
      });
      return fields;
    };
    const Partition first = shared(start.partitions.front());
    fits = std::ranges::all_of(start.partitions,
                               [&](std::uint64_t index) { return shared(index) == first; });
  }
  if (!fits) {
    violated("batches_fit",
             fmt::format("{} has {} partitions from {} until {}, at most {}", name_of(start),
                         start.partitions.size(), start.space->text(start.partitions.front()),
                         to_moment(start.deadline), most));
  }
}

/// One that always fails must not fail those that share its batch for ever.
void Auditor::who_rested_often_goes_alone(const StartAttempt& start) const {
  if (start.partitions.size() == 1) return;
  for (const std::uint64_t index : start.partitions) {
    const PartitionRow* row = row_of({config_->of(start.collection).name, start.space->key(index)});
    if (row == nullptr || row->rests < 3) continue;
    violated("who_rested_often_goes_alone",
             fmt::format("{} starts for {} partitions, {} of which rested {} times", name_of(start),
                         start.partitions.size(), row->key, row->rests));
  }
}

// --- When it is carried out -------------------------------------------------------------

/// Write before act: a crash must never forget a process.
void Auditor::attempts_are_durable(const StartAttempt& start) const {
  const auto row = world_.durable.state.attempts.find(start.attempt);
  bool same = row != world_.durable.state.attempts.end() && !ids_.contains(start.attempt) &&
              row->second.collection == config_->of(start.collection).name &&
              row->second.deadline == start.deadline &&
              row->second.keys.size() == start.partitions.size();
  for (std::size_t i = 0; same && i < start.partitions.size(); ++i) {
    same = row->second.keys[i] == start.space->key(start.partitions[i]);
  }
  if (!same) {
    violated("attempts_are_durable",
             fmt::format("{} starts without its row, or under a used id", name_of(start)));
  }
}

/// Is one of its partitions one that failed after its last retry?
bool Auditor::has_rested(const StartAttempt& start) const {
  const std::string& collection = config_->of(start.collection).name;
  return std::ranges::any_of(start.partitions, [&](std::uint64_t index) {
    const PartitionRow* row = row_of({collection, start.space->key(index)});
    return row != nullptr && row->rests > 0;
  });
}

void Auditor::limits_are_kept(const StartAttempt& start) const {
  const Limits& limits = config_->limits;
  const Collection& collection = config_->of(start.collection);
  const auto check = [&](std::string_view name, std::uint64_t most, const auto& counts) {
    const auto alive = std::ranges::count_if(crew_->processes(), [&](const auto& entry) {
      return world_.durable.state.attempts.contains(entry.second.attempt) && counts(entry.second);
    });
    if (static_cast<std::uint64_t>(alive) < most) return;
    violated("limits_are_kept", fmt::format("one more process than {}, which is {}", name, most));
  };
  check("limits.tasks", limits.tasks, [](const Process&) { return true; });
  if (collection.max_tasks) {
    check(collection.name + ".max_tasks", *collection.max_tasks,
          [&](const Process& process) { return process.collection == collection.name; });
  }
  for (const auto& [label, most] : limits.tasks_of_each) {
    const auto value = collection.labels.find(label);
    if (value == collection.labels.end()) continue;
    check("limits.tasks_of_each." + label, most, [&](const Process& process) {
      const auto id = find(process.collection);
      return id && config_->of(*id).labels.contains(label) &&
             config_->of(*id).labels.at(label) == value->second;
    });
  }
  if (!has_rested(start)) return;
  // What runs since an earlier life is not known to have rested, but it ends at its deadline.
  check("limits.rested", limits.rested_tasks(), [&](const Process& process) {
    const auto tried = tried_.find(process.attempt);
    return tried != tried_.end() && tried->second.rested && !tried->second.orphan;
  });
}

void Auditor::nothing_is_collected_twice(const StartAttempt& start) const {
  const std::string& store = config_->of(config_->of(start.collection).store).name;
  for (const auto& [pid, process] : crew_->processes()) {
    if (process.store != store) continue;
    for (const std::uint64_t index : start.partitions) {
      const std::string key = start.space->key(index);
      if (std::ranges::find(process.keys, key) == process.keys.end()) continue;
      violated("nothing_is_collected_twice",
               fmt::format("{} starts for {} while a{} is at it{}", name_of(start), key,
                           process.attempt.value, process.orphan ? ", an orphan" : ""));
    }
  }
}

/// Neither before its time nor while a tombstone stands.
void Auditor::starts_nothing_that_waits(const StartAttempt& start) const {
  for (const std::uint64_t index : start.partitions) {
    const std::string key = start.space->key(index);
    const PartitionRow* row = row_of({config_->of(start.collection).name, key});
    if (row == nullptr) continue;
    if (row->not_before > world_.now || row->gone_until > world_.now) {
      violated("starts_nothing_that_waits",
               fmt::format("{} starts for {} before {}", name_of(start), key,
                           to_moment(std::max(row->not_before, row->gone_until))));
    }
  }
}

/// At most 1 + retries attempts that failed, without a rest in between.
void Auditor::attempts_are_bounded(const StartAttempt& start) {
  const Retries& retries = config_->of(*config_->of(start.collection).collector).retries;
  ids_.insert(start.attempt);
  for (const std::uint64_t index : start.partitions) {
    const Key key{config_->of(start.collection).name, start.space->key(index)};
    const auto failed = charged_.find(key);
    if (failed == charged_.end()) continue;
    std::erase_if(failed->second, [&](Time at) { return at <= world_.now - retries.rest; });
    if (static_cast<int>(failed->second.size()) <= retries.max) continue;
    violated("attempts_are_bounded",
             fmt::format("{} starts for {} after {} failures without a rest", name_of(start),
                         key.second, failed->second.size()));
  }
}

/// Of a collector that was refused three times in a row one task is tried at a time, after a
/// rest or when people ask for it.
void Auditor::refused_collectors_are_spared(const StartAttempt& start) const {
  const Collector& collector = config_->of(*config_->of(start.collection).collector);
  const auto known = refusals_.find("collector:" + collector.name);
  if (known == refusals_.end() || known->second.in_a_row < 3) return;
  const Refusals& refusals = known->second;
  // What was chosen before the last refusal was known may still be on its way.
  if (world_.now <= refusals.settled + std::chrono::minutes{5}) return;
  const bool asked =
      refusals.acked > refusals.last || (assignment_.run_until && refusals.last < life_began_);
  if (!asked && world_.now < refusals.last + collector.retries.rest) {
    violated("refused_collectors_are_spared",
             fmt::format("{} starts, but {} was refused {} times in a row", name_of(start),
                         collector.name, refusals.in_a_row));
  }
  for (const auto& [id, tried] : tried_) {
    const auto other = find(tried.collection);
    if (id == start.attempt || !other || config_->of(*other).collector == std::nullopt) continue;
    if (config_->of(*config_->of(*other).collector).name != collector.name) continue;
    violated("refused_collectors_are_spared",
             fmt::format("{} starts beside a{}, but {} was refused {} times in a row",
                         name_of(start), id.value, collector.name, refusals.in_a_row));
  }
}

/// Called when the attempt is settled, with its rows durable.
void Auditor::count_refusals(const Tried& tried) {
  const auto collection = find(tried.collection);
  if (!collection || !config_->of(*collection).collector) return;
  Refusals& refusals =
      refusals_["collector:" + config_->of(*config_->of(*collection).collector).name];
  const Outcome outcome = tried.ending ? outcome_of(*tried.ending) : Outcome{};
  if (tried.ending && outcome.why == FailureClass::permission_denied) {
    ++refusals.in_a_row;
    refusals.last = tried.ended;
    refusals.settled = world_.now;
    return;
  }
  const bool let_in =
      (tried.ending && (outcome.claim == Claim::success || outcome.claim == Claim::gone)) ||
      std::ranges::any_of(tried.keys, [&](const std::string& key) {
        const PartitionRow* row = row_of({tried.collection, key});
        return row == nullptr || row->gone_until > world_.now;
      });
  if (let_in) refusals.in_a_row = 0;
}

}  // namespace upkeep::sim
