// Promises about inventories: what is believed of them, and how often they are asked for.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/engine_settings.h"
#include "coverage/coverage_file.h"
#include "sim/auditor.h"

namespace upkeep::sim {
namespace {

/// Did a look of an earlier life, asked for since then, show it?
bool was_seen(const Coverage& kept, std::uint64_t index, Time since) {
  return std::ranges::any_of(kept.looked, [&](const Looked& look) {
    return look.first <= index && index <= look.last && look.at >= since && is_no_loss(look.gap);
  });
}

/// The partitions with an object that is not valid, and those that are said to have one.
std::set<std::uint64_t> suspects(const CollectionFinding& finding, const PretendStore& store) {
  std::set<std::uint64_t> found;
  for (const auto& [key, facts] : store.objects()) {
    if (facts.valid) continue;
    if (const auto index = finding.space->find_key(key)) found.insert(*index);
  }
  for (std::uint64_t i = 0; i < finding.space->size(); ++i) {
    if (finding.coverage.invalid.test(i)) found.insert(i);
  }
  return found;
}

}  // namespace

/// Works out, before the engine sees it, which collections this inventory must put on hold.
void Auditor::expect_holds(const StoreListed& listed) {
  const auto has_incident = [&](const std::string& target, std::string_view kind) {
    return std::ranges::any_of(engine_->incidents(), [&](const auto& entry) {
      const IncidentRow& row = entry.second;
      return row.target == target && row.kind == kind && row.state != IncidentRow::State::closed;
    });
  };
  const bool loss = !has_incident("store:" + config_->of(listed.store).name, "held_loss") &&
                    is_loss_too_large(listed);
  for (const CollectionFinding& finding : listed.findings) {
    if (finding.error) continue;
    const std::string target = "collection:" + config_->of(finding.collection).name;
    const bool growth = !has_incident(target, "held_growth") && is_growth_too_large(finding);
    if (loss || growth) must_be_held_.insert(finding.collection);
    baselines_.erase(config_->of(finding.collection).name);
  }
}

/// What the engine last believed of a collection; null when that is not known for certain.
std::pair<SpacePtr, const Coverage*> Auditor::accepted(CollectionId collection) const {
  const CollectionView view = engine_->view(collection);
  if (view.standing == CollectionView::Standing::known) return {view.space, view.coverage};
  const auto kept = baselines_.find(config_->of(collection).name);
  if (kept == baselines_.end()) return {};
  return {kept->second.space, &kept->second.coverage};
}

/// A cheap look before the costly one: is there any drop in numbers worth a count?
bool Auditor::has_dropped(const StoreListed& listed) const {
  std::uint64_t before = 0, now = 0;
  for (const CollectionFinding& finding : listed.findings) {
    const auto known = finding.error ? nullptr : accepted(finding.collection).second;
    if (known == nullptr || known->taken_at > listed.taken_at) continue;
    before += known->present.count();
    now += finding.coverage.present.count() - finding.coverage.invalid.count();
  }
  return now + config_->of(listed.store).max_loss_objects / 2 < before;
}

bool Auditor::is_loss_too_large(const StoreListed& listed) const {
  if (!has_dropped(listed)) return false;
  std::uint64_t had = 0, lost = 0;
  for (const CollectionFinding& finding : listed.findings) {
    if (finding.error) continue;
    const std::string& name = config_->of(finding.collection).name;
    const auto [space, before] = accepted(finding.collection);
    // The engine may know more of it than the auditor, or than an old report says: then the
    // loss weighs less.
    if (before == nullptr || before->taken_at > listed.taken_at) {
      had += finding.space->size();
      continue;
    }
    for (std::uint64_t i = 0; i < space->size(); ++i) {
      if (!before->present.test(i)) continue;
      const std::string key = space->key(i);
      const auto index = finding.space->find_written(key);
      if (!index || !finding.space->is_due(*index, world_.now)) continue;
      const PartitionRow* row = row_of({name, key});
      if (row != nullptr && row->gone_until > world_.now) continue;
      ++had;
      // What was looked at after the inventory began counts as it was seen then.
      const bool there = finding.coverage.present.test(*index) &&
                         (!finding.coverage.invalid.test(*index) || before->invalid.test(i));
      // What was not valid before is no less there when it still is not.
      const bool is_as_broken =
          before->invalid.test(i) && evidence_->is_broken(finding.collection, key, listed.taken_at);
      lost += !there && !is_as_broken &&
              !evidence_->is_there(finding.collection, key, listed.taken_at) &&
              !was_seen(*before, i, listed.taken_at);
    }
  }
  const Store& store = config_->of(listed.store);
  return lost >= store.max_loss_objects &&
         static_cast<double>(lost) > store.max_loss * static_cast<double>(had);
}

bool Auditor::is_growth_too_large(const CollectionFinding& finding) const {
  const std::string& name = config_->of(finding.collection).name;
  const auto known = world_.durable.state.collections.find(name);
  if (known == world_.durable.state.collections.end()) return false;
  if (finding.space->size() <= known->second.expected + 1000) return false;
  std::uint64_t expected = 0;
  for (std::uint64_t i = 0; i < finding.space->size(); ++i) {
    const PartitionRow* row = row_of({name, finding.space->key(i)});
    const bool gone = row != nullptr && row->gone_until > world_.now;
    expected += finding.space->is_due(i, world_.now) && (!gone || finding.coverage.present.test(i));
  }
  const std::uint64_t before = known->second.expected;
  return expected > before + 1000 && expected - before > before / 2;
}

void Auditor::holds_are_made() const {
  for (const CollectionId id : must_be_held_) {
    if (engine_->view(id).standing == CollectionView::Standing::held) continue;
    violated("holds_are_made",
             fmt::format("{} lost or grew too much to be believed, and is not held",
                         config_->of(id).name));
  }
}

/// A report that was begun before the last listing says nothing new.
void Auditor::inventories_do_not_go_back() const {
  for (const auto& [id, at] : known_at_) {
    const Time now = engine_->view(id).coverage->taken_at;
    if (now >= at) continue;
    violated("inventories_do_not_go_back",
             fmt::format("{} was known as of {}, and now as of {}", config_->of(id).name,
                         to_moment(at), to_moment(now)));
  }
}

/// What a listing says of contents is true: each object that is new or was changed was read.
void Auditor::checked(const CollectionFinding& finding, const PretendStore& store) const {
  const Space& space = *finding.space;
  if (!space.collection().expect.valid) return;
  for (const std::uint64_t i : suspects(finding, store)) {
    if (!finding.coverage.contents.checked.test(i)) continue;
    const Sight sight = store.look(space, i);
    const bool invalid = finding.coverage.invalid.test(i);
    // Of several objects the one that was not valid may have gone.
    if (sight.objects == 0 || invalid != sight.valid || (invalid && space.has_free_fields()))
      continue;
    violated("changed_objects_are_read",
             fmt::format("{} is {}, but is taken for {}", space.key(i),
                         sight.valid ? "valid" : "not valid", invalid ? "not valid" : "valid"));
  }
}

/// Only a valid object closes a gap of the kind invalid.
void Auditor::invalid_objects_are_gaps() const {
  for (std::uint64_t c = 0; c < config_->collections.size(); ++c) {
    const CollectionView view = engine_->view(CollectionId{c});
    if (!config_->collections[c].expect.valid || !view.space) continue;
    for (std::uint64_t i = 0; i < view.space->size(); ++i) {
      if (view.coverage->gap(i) || !evidence_->is_invalid(CollectionId{c}, view.space->key(i)))
        continue;
      violated(
          "invalid_objects_are_gaps",
          fmt::format("{} was last seen not valid, but is taken for good", view.space->key(i)));
    }
  }
}

/// Whatever becomes of a listing, there is another one after a cycle.
void Auditor::stores_are_listed_again() {
  if (assignment_.run_until || stop_told_ || is_maintenance()) return;
  const Duration most = listing_patience + config_->loop.reconcile_every + std::chrono::hours{3};
  for (auto& [store, hours] : hours_unlisted_) {
    if (std::chrono::hours{++hours} <= most) continue;
    violated("stores_are_listed_again",
             fmt::format("{} was not listed for {} hours", config_->of(store).name, hours));
  }
}

/// Something of it was seen to be good: others may expect more because of that.
void Auditor::rows_given(const std::string& name) {
  if (name.empty()) return;
  for (const Collection& collection : config_->collections) {
    for (const Dimension& dimension : collection.dimensions) {
      const auto* table = std::get_if<Table>(&dimension.source);
      if (table != nullptr && table->collection == name) hours_without_rows_[collection.store] = 0;
    }
  }
}

/// Who has rows from other collections does not wait for a whole cycle.
void Auditor::new_rows_are_asked_for() {
  const bool is_partly = !assignment_.collections.empty();
  if (assignment_.run_until || is_partly || stop_told_ || is_maintenance()) return;
  for (auto& [store, hours] : hours_without_rows_) {
    if (being_listed_.contains(store) || ++hours < 3) continue;
    violated("new_rows_are_asked_for",
             fmt::format("{} was not listed, though what it expects may have changed",
                         config_->of(store).name));
  }
}

/// One run fills what gives rows, and then what has them.
void Auditor::a_run_asks_for_rows() const {
  const bool may_go_on = assignment_.collections.empty() && assignment_.run_until &&
                         world_.now < *assignment_.run_until && assignment_.fill &&
                         config_->enabled && !stop_told_ && !disk_low_ && !is_maintenance();
  if (!may_go_on || hours_without_rows_.empty()) return;
  violated("a_run_asks_for_rows",
           fmt::format("it is complete, and {} was not listed after what gives it rows was filled",
                       config_->of(hours_without_rows_.begin()->first).name));
}

/// A store is listed once a cycle; before its time only after an ack or a failure.
void Auditor::listings_have_a_reason(const ListStore& wish) {
  int& reasons = reasons_[wish.store];
  const auto last = listed_at_.find(wish.store);
  if (last == listed_at_.end() || world_.now >= last->second + config_->loop.reconcile_every)
    return;
  if (reasons > 0) {
    reasons = 0;
    return;
  }
  violated("listings_have_a_reason",
           fmt::format("{} is listed again after {}", config_->of(wish.store).name,
                       to_rough_text(world_.now - last->second)));
}

}  // namespace upkeep::sim
