// How the pretend shell carries out each command, and what may go wrong with the answer.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "coverage/coverage_file.h"
#include "sim/daemon.h"

namespace upkeep::sim {

using namespace std::chrono;

void Daemon::answer(Event event, Duration wait) {
  world_.after(wait, [this, life = life_, answer = std::move(event)] { tell(life, answer); });
}

// --- Stores -------------------------------------------------------------------

/// Findings for the collections of a store, without coverage yet.
std::vector<CollectionFinding> Daemon::spaces_of(StoreId store) const {
  std::vector<CollectionFinding> findings;
  for (std::uint64_t i = 0; i < config_->collections.size(); ++i) {
    const Collection& collection = config_->collections[i];
    if (collection.store != store) continue;
    CollectionFinding& finding = findings.emplace_back();
    finding.collection = CollectionId{i};
    auto space = world_.space_of(*config_, collection);
    if (space) {
      finding.space = *std::move(space);
    } else {
      finding.error = std::move(space.error());
    }
  }
  return findings;
}

void Daemon::carry_out(const ListStore& wish) {
  const std::string& name = config_->of(wish.store).name;
  auditor_.listing(wish);
  if (world_.fate.strikes(Fault::listing_never_answers)) return;
  Time taken_at = world_.now;
  if (world_.fate.strikes(Fault::listing_refused)) {
    StoreListed refused{wish.request, wish.store, taken_at, {}, Error{"connection refused"}};
    return answer(std::move(refused), world_.between(seconds{1}, minutes{1}));
  }
  std::shared_ptr<const PretendReport> report;
  if (world_.reports.contains(name) && world_.fate.strikes(Fault::listing_is_old)) {
    report = world_.reports.at(name);
    taken_at = report->at;
    world_.say(name, "a report of {} is read", to_moment(taken_at));
  }
  const bool late = world_.fate.strikes(Fault::listing_late);
  const bool twice = world_.fate.strikes(Fault::listing_answers_twice);
  const std::vector<CollectionFinding> findings = spaces_of(wish.store);
  world_.after(world_.between(Duration{}, seconds{20}),
               [=, this, life = life_, known = known_contents(findings)] {
                 if (!engine_ || life != life_) return;  // the listing died with the daemon
                 const PretendStore& store = report ? report->store : world_.stores.at(name);
                 const StoreListed event = listed(wish, store, taken_at, findings, known);
                 answer(event, late ? world_.between(minutes{20}, hours{8})
                                    : world_.between(Duration{}, seconds{40}));
                 if (twice) answer(event, world_.between(minutes{1}, hours{3}));
               });
}

/// What the listing shows by now of what was expected when it began.
StoreListed Daemon::listed(const ListStore& wish, const PretendStore& store, Time taken_at,
                           std::vector<CollectionFinding> findings, const Known& known) {
  const Store& declared = config_->of(wish.store);
  if (!findings.empty() && world_.fate.strikes(Fault::listing_fails_in_part)) {
    CollectionFinding& victim = findings[world_.dice.below(findings.size())];
    victim.space.reset();
    victim.error = Error{"a folder could not be read: permission denied"};
  }
  std::function<bool(std::string_view)> seen;
  if (!store.objects().empty() && world_.fate.strikes(Fault::listing_cut_short)) {
    auto last = store.objects().begin();
    std::advance(last, world_.dice.below(store.objects().size()));
    seen = [end = last->first](std::string_view key) { return key <= end; };
  }
  std::vector<SpacePtr> spaces;
  Known known_of_spaces;
  for (std::size_t i = 0; i < findings.size(); ++i) {
    if (findings[i].error) continue;
    spaces.push_back(findings[i].space);
    known_of_spaces.push_back(known[i]);
  }
  std::vector<Coverage> coverages =
      store.compare(declared, spaces, taken_at, world_.now, seen, known_of_spaces);
  const PretendStore& real = world_.stores.at(declared.name);
  auto coverage = coverages.begin();
  for (CollectionFinding& finding : findings) {
    if (finding.error) continue;
    finding.coverage = std::move(*coverage++);
    check_contents(finding, real);
    // Of several objects, a listing that was cut short may not show the one that changed.
    const bool is_partly_seen = seen && !finding.space->has_exact_keys();
    if (&store == &real && !is_partly_seen) auditor_.checked(finding, real);
  }
  return {wish.request, wish.store, taken_at, std::move(findings), {}};
}

/// As the process that lists a store reads it in coverage files.
Daemon::Known Daemon::known_contents(const std::vector<CollectionFinding>& findings) const {
  Known known(findings.size());
  for (std::size_t i = 0; i < findings.size(); ++i) {
    const Collection& collection = config_->of(findings[i].collection);
    const auto kept = world_.durable.coverages.find(collection.name);
    if (findings[i].error || kept == world_.durable.coverages.end()) continue;
    if (!collection.expect.valid) continue;
    auto coverage = decode_coverage(kept->second, *findings[i].space);
    if (coverage) known[i] = std::make_shared<const Coverage>(*std::move(coverage));
  }
  return known;
}

/// Reads what is new or was changed, in the store itself.
void Daemon::check_contents(CollectionFinding& finding, const PretendStore& store) {
  const Space& space = *finding.space;
  Coverage& coverage = finding.coverage;
  for (std::uint64_t i = 0; i < space.size(); ++i) {
    if ((coverage.unchecked_word(i / 64) >> (i % 64) & 1) == 0) continue;
    if (world_.fate.strikes(Fault::contents_unreadable)) {
      coverage.contents.trouble = "connection reset";
      continue;
    }
    note_contents(coverage, space, i, store.look(space, i));
  }
}

void Daemon::carry_out(const LookAt& wish) {
  const std::string& name = config_->of(wish.space->collection().store).name;
  if (world_.fate.strikes(Fault::look_never_answers)) return;
  if (world_.fate.strikes(Fault::look_refused)) {
    return answer(PartitionsSeen{wish.request, {}, Error{"I/O error"}}, seconds{1});
  }
  world_.after(Duration{world_.dice.below(1500)}, [this, wish, name, life = life_] {
    if (!engine_ || life != life_) return;
    PartitionsSeen seen{wish.request, {}, {}};
    const PretendStore& store = world_.stores.at(name);
    for (const std::uint64_t index : wish.partitions) {
      seen.sights.push_back(store.look(*wish.space, index));
    }
    answer(seen, Duration{world_.dice.below(2000)});
    if (world_.fate.strikes(Fault::look_answers_twice)) {
      answer(seen, world_.between(seconds{1}, hours{1}));
    }
  });
}

// --- Processes ------------------------------------------------------------------

void Daemon::carry_out(const StartAttempt& wish) {
  auditor_.starting(wish);
  crew_.start(wish, *config_, life_);
}

void Daemon::carry_out(const StopAttempt& wish) { crew_.stop(wish.attempt); }

void Daemon::carry_out(const WatchOrphan& wish) { crew_.watch(wish.attempt, life_); }

// --- The rest ---------------------------------------------------------------------

void Daemon::carry_out(const MeasureDisk&) {
  answer(DiskMeasured{.free = world_.disk.free, .size = 1'000'000'000'000},
         Duration{world_.dice.below(500)});
}

void Daemon::carry_out(const KeepCoverage& wish) {
  const CollectionView view = engine_->view(wish.collection);
  world_.durable.coverages[config_->of(wish.collection).name] =
      encode_coverage(*view.space, *view.coverage);
}

void Daemon::carry_out(const GrantTokens& wish) {
  auditor_.granting(wish);
  crew_.answered(wish.ask.id);
}

void Daemon::carry_out(const RefuseTokens& wish) {
  auditor_.refusing(wish);
  crew_.answered(wish.id);
}

void Daemon::carry_out(const LogFailure&) {}

void Daemon::carry_out(const RunComplete&) {
  auditor_.completed();
  complete_ = true;
}

}  // namespace upkeep::sim
