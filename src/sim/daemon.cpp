#include "sim/daemon.h"

#include <utility>

#include "coverage/coverage_file.h"
#include "sim/describe.h"

namespace upkeep::sim {

using namespace std::chrono;

Daemon::Daemon(World& world, std::function<void()> ended)
    : world_(world),
      ended_(std::move(ended)),
      auditor_(world),
      crew_(world, [this](std::uint64_t life, Event event) { tell(life, std::move(event)); }) {}

void Daemon::start(const Config& config, Assignment assignment) {
  ++life_;
  config_ = &config;
  blocked_ = held_back_ = complete_ = false;
  acts_early_ = world_.dice.chance(50);
  doom_.reset();
  world_.say("daemon", "life {} begins{}", life_, describe(assignment, config));
  auto baselines = read_baselines();
  auditor_.life_begins(config, assignment, crew_, baselines);
  engine_ = std::make_unique<Engine>(config, std::move(assignment), world_.durable.state,
                                     std::move(baselines));
  auditor_.sees(*engine_);
  carry(engine_->begin(world_.now));
}

/// Coverage files of the earlier life, carried over to what is expected now.
std::map<std::string, Baseline> Daemon::read_baselines() const {
  std::map<std::string, Baseline> baselines;
  for (const Collection& collection : config_->collections) {
    const auto kept = world_.durable.coverages.find(collection.name);
    if (kept == world_.durable.coverages.end()) continue;
    const auto space = world_.space_of(*config_, collection);
    if (!space) continue;
    auto coverage = decode_coverage(kept->second, **space);
    if (coverage) baselines.emplace(collection.name, Baseline{*space, *std::move(coverage)});
  }
  return baselines;
}

Time Daemon::wake_at() const {
  return engine_ && !blocked_ ? engine_->next_deadline() : Time::max();
}

void Daemon::tell(std::uint64_t life, Event event) {
  if (!engine_ || life != life_) return;
  if (blocked_) {
    inbox_.push_back(std::move(event));
  } else {
    take(event);
  }
}

void Daemon::take(const Event& event) {
  ++steps_;
  if (is_worth_a_line(event)) world_.say("event", "{}", describe(event, *config_));
  auditor_.told(event);
  carry(engine_->step(world_.now, event));
}

void Daemon::carry(Step step) {
  for (const Change& change : step.changes) {
    if (is_worth_a_line(change)) world_.say("  decides", "{}", describe(change, world_.now));
  }
  auditor_.decided(step);
  changes_.insert(changes_.end(), std::make_move_iterator(step.changes.begin()),
                  std::make_move_iterator(step.changes.end()));
  bool has_effect = false;
  for (Command& command : step.commands) {
    has_effect |= is_effect(command);
    if (acts_early_ && !is_effect(command)) {
      act(command);
    } else {
      wishes_.push_back(std::move(command));
    }
  }
  if (is_doomed(Fault::dies_before_commit) && !changes_.empty()) return die(*doom_);
  // Sometimes the next step shares the commit.
  if (!held_back_ && !has_effect && world_.dice.chance(3)) {
    held_back_ = true;
    world_.after(seconds{1}, [this, life = life_] {
      if (engine_ && life == life_ && held_back_ && !blocked_) commit();
    });
    return;
  }
  commit();
}

void Daemon::commit() {
  held_back_ = false;
  if (world_.disk.full && !changes_.empty()) {
    if (!blocked_) world_.say("disk", "full: nothing can be committed");
    if (!blocked_) blocked_since_ = world_.now;
    blocked_ = true;
    world_.after(seconds{20}, [this, life = life_] {
      if (engine_ && life == life_ && blocked_) commit();
    });
    return;
  }
  auditor_.committing(changes_);
  for (const Change& change : changes_) apply(change);
  changes_.clear();
  auditor_.committed();
  if (is_doomed(Fault::dies_before_acting) && !wishes_.empty()) return die(*doom_);
  if (!act_on_wishes()) return;
  auditor_.rests();
  if (complete_) return end();
  if (!std::exchange(blocked_, false)) return;
  world_.say("disk", "has room again");
  while (engine_ && !blocked_ && !inbox_.empty()) {
    const Event event = std::move(inbox_.front());
    inbox_.pop_front();
    take(event);
  }
}

void Daemon::apply(const Change& change) {
  std::vector<JournalRow>& journal = world_.durable.journal;
  if (const auto* add = std::get_if<AddJournal>(&change)) {
    journal.push_back(add->row);
  } else if (const auto* expire = std::get_if<ExpireJournal>(&change)) {
    std::erase_if(journal, [&](const JournalRow& row) { return row.at < expire->before; });
  } else {
    upkeep::apply(world_.durable.state, change);
  }
}

/// False when it died of it.
bool Daemon::act_on_wishes() {
  while (!wishes_.empty()) {
    const Command command = std::move(wishes_.front());
    wishes_.pop_front();
    if (blocked_ && is_effect(command) && world_.now - blocked_since_ > effect_patience) {
      auditor_.passing_over(command);
      answer(instead_of(command), {});
      continue;
    }
    act(command);
    if (is_doomed(Fault::dies_while_acting) && is_effect(command)) {
      die(*doom_);
      return false;
    }
  }
  return true;
}

void Daemon::act(const Command& command) {
  if (is_worth_a_line(command))
    world_.say("  wishes", "{}", describe(command, *config_, world_.now));
  std::visit([this](const auto& wish) { carry_out(wish); }, command);
}

void Daemon::die(Fault how) {
  ++deaths_;
  const bool die_too = world_.fate.strikes(Fault::children_die_too);
  const bool orphans =
      !die_too && !crew_.processes().empty() && world_.fate.strikes(Fault::children_live_on);
  world_.say("daemon", "{}{}", describe_death(how),
             die_too   ? ", its processes with it"
             : orphans ? ", its processes live on"
                       : "");
  crew_.orphan_all(!orphans);
  end();
}

void Daemon::end() {
  auditor_.life_ends();
  engine_.reset();
  changes_.clear();
  wishes_.clear();
  inbox_.clear();
  ended_();
}

}  // namespace upkeep::sim
