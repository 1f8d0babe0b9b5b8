// When stores are listed, and what is believed of it.
#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "base/text.h"
#include "core/engine_parts.h"
#include "coverage/carry_over.h"

namespace upkeep {
namespace {

/// What could not be judged is no gap, so nothing else would tell of it.
void tell_of_unchecked(Incidents& incidents, const std::string& target, const Coverage& coverage,
                       Time now) {
  if (coverage.contents.trouble.empty()) {
    incidents.settle(target, "unchecked", "the contents of its objects could be checked again",
                     now);
    return;
  }
  std::uint64_t unchecked = 0;
  for (std::uint64_t word = 0; word < coverage.present.words().size(); ++word) {
    unchecked += static_cast<std::uint64_t>(std::popcount(coverage.unchecked_word(word)));
  }
  incidents.raise(target, "unchecked",
                  fmt::format("the contents of {} objects could not be checked: {}",
                              with_thousands(unchecked), coverage.contents.trouble),
                  unchecked, now);
}

}  // namespace

void Engine::Parts::list(Time now, StoreId id) {
  StoreTrack& store = stores.at(id.value);
  if (store.listing) return;
  if (calendar.paused_until) return list_at(*calendar.paused_until, id);
  // What looks showed of contents is not read once more.
  for (std::uint64_t i = 0; i < collections.size(); ++i) {
    const bool has_rule = config.collections[i].expect.valid.has_value();
    if (has_rule && config.collections[i].store == id) due(now, KeepDue{CollectionId{i}});
  }
  store.listing = next_request();
  store.asked = now;
  store.has_new_rows = false;
  store.next_listing = Time::max();
  wish(ListStore{*store.listing, id});
  timers.at(now + listing_patience, AnswerOverdue{*store.listing});
}

/// No later than this; there is one next listing, however many ask for it.
void Engine::Parts::list_at(Time at, StoreId id) {
  StoreTrack& store = stores.at(id.value);
  if (!assignment.reconcile || store.listing || at >= store.next_listing) return;
  store.next_listing = at;
  timers.at(at, ListingDue{id});
}

void Engine::Parts::due(Time now, const ListingDue& due) {
  StoreTrack& store = stores.at(due.store.value);
  if (now < store.next_listing) return;
  store.next_listing = Time::max();
  if (!stopping && !complete) list(now, due.store);
}

void Engine::Parts::on(Time now, const StoreListed& listed) {
  StoreTrack& store = stores.at(listed.store.value);
  if (store.listing != listed.request) return;  // an answer to what nobody waits for any more
  store.listing.reset();
  store.took = now - store.asked;
  if (listed.error) return listing_failed(now, listed.store, listed.error->text);
  store.judged = true;
  store.failures = 0;
  store.unreachable.clear();
  const std::string target = "store:" + config.of(listed.store).name;
  incidents.settle(target, "unreadable", "it could be listed again", now);
  std::vector<CollectionId> found;
  for (const CollectionFinding& finding : listed.findings) {
    if (finding.error) {
      mark_unknown(now, finding.collection, finding.error->text);
    } else {
      take(now, finding, listed.taken_at);
      found.push_back(finding.collection);
    }
  }
  hold_or_accept(now, listed.store, found, listed.taken_at);
  go_on_with_runs(now, listed.store);
  if (is_one_run()) return;
  list_at(now + config.loop.reconcile_every, listed.store);
  if (store.has_new_rows) list_for_rows(now, listed.store);
}

/// The collections keep what was known of them, but nothing is started on such old knowledge.
void Engine::Parts::listing_failed(Time now, StoreId id, const std::string& why) {
  StoreTrack& store = stores.at(id.value);
  const bool is_first = !store.judged;
  store.judged = true;
  store.next_listing = Time::max();
  ++store.failures;
  incidents.raise("store:" + config.of(id).name, "unreadable",
                  fmt::format("the store could not be listed: {}", why), 0, now);
  for (std::uint64_t i = 0; i < collections.size(); ++i) {
    if (config.collections[i].store != id) continue;
    collections[i].standing = Standing::unknown;
    collections[i].why = fmt::format("the store could not be listed: {}", why);
  }
  // One run reports a store that fails at once; one that fails in the middle may come back.
  if (is_one_run() && is_first) return;
  const Duration first =
      is_one_run() ? Duration{std::chrono::seconds{10}} : Duration{std::chrono::minutes{1}};
  const Duration wait = first * (1 << std::min(store.failures - 1, 10));
  if (is_one_run() && now + wait > store.unreachable_since + run_patience) return;
  list_at(now + std::min(wait, config.loop.reconcile_every), id);
}

void Engine::Parts::mark_unknown(Time now, CollectionId id, const std::string& why) {
  CollectionTrack& track = of(id);
  track.standing = Standing::unknown;
  track.why = why;
  incidents.raise("collection:" + config.of(id).name, "unreadable", why, 0, now);
}

/// The newer of what was listed now and before: a report was begun long before it can be read,
/// and the store may have been listed since.
Coverage Engine::Parts::newest(const CollectionFinding& finding, Time taken_at) {
  CollectionTrack& track = of(finding.collection);
  const Space* space = track.space.get();
  const Coverage* known = &track.coverage;
  if (space == nullptr && track.baseline) {  // of an earlier life
    space = track.baseline->space.get();
    known = &track.baseline->coverage;
  }
  track.is_carried = space != nullptr && taken_at < known->taken_at;
  if (!track.is_carried) return finding.coverage;
  Coverage carried = carry_over(*space, *known, *finding.space);
  take_contents(carried, finding.coverage);
  return carried;
}

/// Takes over what was listed, with what was seen after the inventory began laid over it.
void Engine::Parts::take(Time now, const CollectionFinding& finding, Time taken_at) {
  CollectionTrack& track = of(finding.collection);
  incidents.settle("collection:" + config.of(finding.collection).name, "unreadable",
                   "it could be judged again", now);
  Coverage coverage = newest(finding, taken_at);
  if (track.is_accepted) track.baseline = Baseline{track.space, std::move(track.coverage)};
  track.is_accepted = false;
  const bool is_first = track.space == nullptr;
  track.move_to(finding.space);
  if (track.baseline) {
    track.baseline->coverage =
        carry_over(*track.baseline->space, track.baseline->coverage, *finding.space);
    track.baseline->space = finding.space;
    if (is_first) track.recall_looks(track.baseline->coverage.looked);
  }
  track.coverage = std::move(coverage);
  track.where.emplace(*finding.space, std::span(&assignment.where, 1), now);
  std::erase_if(track.proofs, [&](const auto& entry) { return entry.second.at < taken_at; });
  // But objects are read when they are listed, however old a report is.
  const Time read_at = store_of(finding.collection).asked;
  for (auto& [index, proof] : track.proofs) {
    const bool is_read = finding.coverage.invalid.test(index) && track.coverage.invalid.test(index);
    if (proof.at < read_at && is_read) proof.gap = GapKind::invalid;
    track.coverage.mark(index, proof.gap);
  }
  adopt_orphans(now, finding.collection);
}

/// The task of an attempt of an earlier life, as it would be planned now.
void Engine::Parts::adopt_task(Time now, CollectionId id, AttemptTrack& attempt) const {
  const CollectionTrack& track = of(id);
  Task& task = attempt.view.task;
  task.id = attempt.view.row.task;
  task.collection = id;
  task.space = track.space;
  task.partitions = attempt.partitions;
  task.status = Task::Status::running;
  task.since = task.detected = attempt.view.row.started;
  if (attempt.partitions.empty()) return;
  const std::uint64_t first = attempt.partitions.front();
  task.kind = track.coverage.gap(first).value_or(GapKind::missing);
  std::vector<Condition> conditions;
  for (const PriorityRule& rule : config.of(id).priority) conditions.push_back(rule.condition);
  const auto rule = Selector(*track.space, conditions, now).first(first);
  if (rule) task.declared = config.of(id).priority[*rule].then;
  const Duration waited = now - attempt.view.row.started;
  task.priority = promoted(task.declared, waited, config.queue.promote_after);
}

/// Attempts of an earlier life learn which partitions of the current space they were about.
void Engine::Parts::adopt_orphans(Time now, CollectionId id) {
  CollectionTrack& track = of(id);
  std::vector<AttemptId> without_partitions;
  for (auto& [attempt_id, attempt] : attempts) {
    if (attempt.collection != id || attempt.space) continue;
    attempt.space = track.space;
    std::vector<std::string> keys;
    for (const std::string& key : attempt.view.row.keys) {
      const auto index = track.space->find_written(key);
      if (!index) {
        track.busy.erase(key);
        continue;
      }
      attempt.partitions.push_back(*index);
      keys.push_back(key);
    }
    attempt.view.row.keys = keys;
    adopt_task(now, id, attempt);
    if (attempt.view.phase != Phase::proving) continue;
    if (keys.empty()) {
      without_partitions.push_back(attempt_id);
    } else {
      look(now, attempt);
    }
  }
  for (const AttemptId attempt_id : without_partitions) {
    keep(DropAttempt{attempt_id});
    release(now, attempts.at(attempt_id));
  }
}

void Engine::Parts::hold_or_accept(Time now, StoreId id, const std::vector<CollectionId>& found,
                                   Time taken_at) {
  Difference all;
  bool is_blind = false;  // a collection is not new, but nobody knows what it had
  std::map<CollectionId, Difference> differences;
  for (const CollectionId collection : found) {
    CollectionTrack& track = of(collection);
    if (!track.baseline) is_blind |= track.row.first_seen != Time{};
    if (!track.baseline) continue;
    Coverage before = track.baseline->coverage;
    for (const std::uint64_t gone : track.gone(now)) before.present.reset(gone);
    Difference& difference = differences[collection];
    difference = compare_inventories(*track.space, before, track.coverage, now);
    track.coverage.lost = merge_losses(before.lost, {}, track.coverage);
    all.had += difference.had;
    all.lost_count += difference.lost_count;
    all.broken_count += difference.broken_count;
  }
  // What was held is not released by forgetting what was lost.
  const IncidentRow* held = incidents.find("store:" + config.of(id).name, "held_loss");
  if (is_blind && held != nullptr)
    all.had = all.lost_count = std::max(all.lost_count, held->amount);
  const bool loss_held = is_loss_held(now, id, all, taken_at);
  for (const CollectionId collection : found) {
    CollectionTrack& track = of(collection);
    const Summary summary = summarize(*track.space, track.coverage, now, track.gone(now));
    const bool growth_held = is_growth_held(now, collection, summary.expected);
    if (!loss_held && !growth_held) {
      accept(now, collection, differences[collection].lost, summary);
      continue;
    }
    track.standing = Standing::held;
    track.why = loss_held ? incidents.find("store:" + config.of(id).name, "held_loss")->text
                          : incidents.find("collection:" + track.row.name, "held_growth")->text;
  }
}

/// A loss too large to be believed waits for a person, or for an inventory of the next cycle
/// that shows it too.
bool Engine::Parts::is_loss_held(Time now, StoreId id, const Difference& of_all, Time taken_at) {
  const std::uint64_t had = of_all.had, lost = of_all.lost_count, broken = of_all.broken_count;
  const Store& store = config.of(id);
  const std::string target = "store:" + store.name;
  if (!is_too_large_a_loss(store, had, lost)) {
    incidents.settle(target, "held_loss", "the inventory is whole again", now);
    return false;
  }
  const std::string text = fmt::format(
      "the inventory lost {} of {} objects that were there before ({:.0f} %){}; nothing is fetched "
      "again until the loss is acknowledged or a later inventory confirms it",
      with_thousands(lost), with_thousands(had),
      100.0 * static_cast<double>(lost) / static_cast<double>(std::max(had, lost)),
      broken == 0
          ? ""
          : fmt::format(", {} of them by not being valid any more", with_thousands(broken)));
  const IncidentRow* known = incidents.find(target, "held_loss");
  if (known == nullptr) {
    incidents.raise(target, "held_loss", text, lost, now);
    return true;
  }
  if (!covers(known->amount, lost)) {
    incidents.reopen(*known, text, lost, now);
    return true;
  }
  if (known->state == IncidentRow::State::acked) {
    incidents.settle(target, "held_loss", "the loss was acknowledged", now);
    return false;
  }
  if (taken_at >= known->since + config.loop.reconcile_every) {
    incidents.settle(target, "held_loss", "a later inventory confirms the loss", now);
    return false;
  }
  if (known->amount != lost) incidents.raise(target, "held_loss", text, lost, now);
  return true;
}

bool Engine::Parts::is_growth_held(Time now, CollectionId id, std::uint64_t expected) {
  const CollectionTrack& track = of(id);
  const std::string target = "collection:" + track.row.name;
  const bool is_first = track.row.first_seen == Time{};
  if (is_first || !is_too_large_a_growth(track.row.expected, expected)) {
    incidents.settle(target, "held_growth", "the expectation is of its former size", now);
    return false;
  }
  const std::string text = fmt::format(
      "it expects {} partitions, {} before; nothing is fetched until the growth is "
      "acknowledged (is a range or a table wrong?)",
      with_thousands(expected), with_thousands(track.row.expected));
  const IncidentRow* known = incidents.find(target, "held_growth");
  if (known == nullptr) {
    incidents.raise(target, "held_growth", text, expected, now);
    return true;
  }
  if (!covers(known->amount, expected)) {
    incidents.reopen(*known, text, expected, now);
    return true;
  }
  if (known->state == IncidentRow::State::acked) {
    incidents.settle(target, "held_growth", "the growth was acknowledged", now);
    return false;
  }
  if (known->amount != expected) incidents.raise(target, "held_growth", text, expected, now);
  return true;
}

void Engine::Parts::accept(Time now, CollectionId id, const std::vector<Loss>& lost,
                           const Summary& summary) {
  CollectionTrack& track = of(id);
  track.standing = Standing::known;
  track.why.clear();
  track.is_accepted = true;
  track.baseline.reset();
  track.coverage.lost = merge_losses(track.coverage.lost, lost, track.coverage);
  CollectionRow row = track.row;
  if (row.first_seen == Time{}) row.first_seen = now;
  row.expected = summary.expected;
  if (row != track.row) keep(PutCollection{row});
  track.row = row;
  drop_rows_of_good(now, track);
  drop_old_strangers(now, track);
  check_completeness(now, id, summary);
  renew_deadline(now, id);
  tell_of_unchecked(incidents, "collection:" + track.row.name, track.coverage, now);
  keep_coverage(id);
  round.was_cut = false;
  backlog_stale = true;
  backlog_not_before = now;
}

/// With what was seen in the store since: an inventory report is read again for a day or more.
void Engine::Parts::keep_coverage(CollectionId id) {
  CollectionTrack& track = of(id);
  track.is_kept = true;
  track.coverage.looked = track.looks();
  wish(KeepCoverage{id});
}

void Engine::Parts::due(Time, const KeepDue& due) {
  const CollectionTrack& track = of(due.collection);
  if (!track.is_kept && track.is_accepted && assignment.fill) keep_coverage(due.collection);
}

/// What is there again, by whatever hand, needs no attempts and no tombstone.
void Engine::Parts::drop_rows_of_good(Time now, CollectionTrack& track) {
  std::vector<std::uint64_t> good;
  for (const auto& [index, row] : track.rows) {
    const auto look = track.proofs.find(index);
    const Time seen = look == track.proofs.end() ? track.coverage.taken_at : look->second.at;
    const bool is_news = row.changed <= std::max(seen, track.coverage.taken_at);
    if (is_news && !track.coverage.gap(index) && !track.busy.contains(row.key)) {
      good.push_back(index);
    }
  }
  for (const std::uint64_t index : good) {
    note(now, track.row.name + " " + track.rows.at(index).key, "found in the store as expected");
    drop_row(track, index);
  }
}

/// Rows of keys that have not been expected for long. Only now it is known which these are.
void Engine::Parts::drop_old_strangers(Time now, CollectionTrack& track) {
  const Time before = now - config.keep.journal;
  std::erase_if(track.strangers, [&](const auto& entry) {
    const PartitionRow& row = entry.second;
    const bool old = row.changed < before && row.gone_until < now;
    if (old) keep(DropPartition{row.collection, row.key});
    return old;
  });
}

/// What was filled since the last listing may be enough; a collection in which something goes
/// stale each hour would else be incomplete at every listing, and never be seen complete.
void Engine::Parts::renew_completeness(Time now) {
  for (std::uint64_t i = 0; i < collections.size(); ++i) {
    const CollectionTrack& track = collections[i];
    if (track.standing != Standing::known) continue;
    if (incidents.find("collection:" + track.row.name, "completeness") == nullptr) continue;
    check_completeness(now, CollectionId{i},
                       summarize(*track.space, track.coverage, now, track.gone(now)));
  }
}

void Engine::Parts::check_completeness(Time now, CollectionId id, const Summary& summary) {
  const auto wanted = config.of(id).expect.completeness;
  const std::string target = "collection:" + config.of(id).name;
  if (!wanted || summary.completeness() >= *wanted) {
    incidents.settle(target, "completeness", "it is complete enough again", now);
    return;
  }
  incidents.raise(
      target, "completeness",
      fmt::format("{:.1f} % of its {} expected partitions are good; {:.1f} % are wanted",
                  100 * summary.completeness(), with_thousands(summary.expected), 100 * *wanted),
      summary.gaps(), now);
}

}  // namespace upkeep
