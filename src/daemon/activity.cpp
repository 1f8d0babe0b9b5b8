#include "daemon/activity.h"

#include <utility>

#include "api/fact_line.h"

namespace upkeep {
namespace {

using std::chrono::steady_clock;

LogLevel level_of(const Fact& fact) {
  if (const auto* settled = std::get_if<fact::AttemptSettled>(&fact)) {
    return settled->failed + settled->resting > 0 ? LogLevel::error : LogLevel::info;
  }
  if (const auto* listed = std::get_if<fact::ListingEnded>(&fact)) {
    return listed->error ? LogLevel::error : LogLevel::info;
  }
  if (const auto* incident = std::get_if<fact::IncidentChanged>(&fact)) {
    return incident->row.state == IncidentRow::State::open ? LogLevel::warning : LogLevel::info;
  }
  if (std::holds_alternative<fact::TroubleMet>(fact)) return LogLevel::error;
  return LogLevel::info;
}

std::string_view component_of(const Fact& fact) {
  const bool is_listing = std::holds_alternative<fact::ListingStarted>(fact) ||
                          std::holds_alternative<fact::ListingProgressed>(fact) ||
                          std::holds_alternative<fact::ListingEnded>(fact);
  if (is_listing) return "reconciler";
  const bool is_loop = std::holds_alternative<fact::TroubleMet>(fact) ||
                       std::holds_alternative<fact::TroubleOver>(fact) ||
                       std::holds_alternative<fact::StopRequested>(fact);
  return is_loop ? "loop" : "orchestrator";
}

}  // namespace

Activity::Activity(Status base, Bulletin& bulletin, WriteLog write,
                   std::function<void(Time, const std::string&)> tell_fact)
    : base_(std::move(base)),
      bulletin_(bulletin),
      write_(std::move(write)),
      tell_fact_(std::move(tell_fact)) {}

void Activity::begin_life(const Config& config, std::string mode) {
  config_ = &config;
  engine_ = nullptr;
  base_.mode = std::move(mode);
  base_.queue = {};
  base_.attempts.clear();
  base_.collections.clear();
  listings_.clear();
  trouble_.clear();
  not_before_ = {};
}

void Activity::observe(Time now, const Fact& fact) {
  if (const auto* started = std::get_if<fact::AttemptStarted>(&fact)) {
    names_[started->attempt] = name_of(*started);
  }
  const std::string line = fact_line(fact, names_);
  if (!line.empty()) {
    write_(now, level_of(fact), component_of(fact), line);
    tell_fact_(now, line);
  }
  count(now, fact);
  is_dirty_ = true;
}

void Activity::count(Time now, const Fact& fact) {
  Counters& counters = base_.counters;
  if (const auto* listing = std::get_if<fact::ListingStarted>(&fact)) {
    ListingFacts& facts = listings_[listing->store];
    facts.is_running = true;
    facts.since = now;
    facts.progress = {};
  } else if (const auto* far = std::get_if<fact::ListingProgressed>(&fact)) {
    listings_[far->store].progress = far->progress;
  } else if (const auto* listed = std::get_if<fact::ListingEnded>(&fact)) {
    ListingFacts& facts = listings_[listed->store];
    facts.is_running = false;
    facts.since = now;
    facts.why.reset();
    if (listed->error) facts.why = listed->error->text;
    facts.failures = listed->error ? facts.failures + 1 : 0;
    ++counters.listings;
    counters.listings_failed += listed->error ? 1 : 0;
  } else if (const auto* settled = std::get_if<fact::AttemptSettled>(&fact)) {
    names_.erase(settled->attempt);
    const bool failed = settled->failed + settled->resting > 0;
    ++counters.attempts;
    counters.attempts_failed += failed ? 1 : 0;
    counters.closed += settled->closed;
    counters.failed += settled->failed + settled->resting;
    counters.gone += settled->gone;
    if (failed) ++counters.failures[settled->why];
  } else if (const auto* queue = std::get_if<fact::QueueChanged>(&fact)) {
    base_.queue = {queue->tasks, queue->gaps,        queue->running,
                   queue->held,  queue->by_priority, queue->estimate};
  } else if (const auto* trouble = std::get_if<fact::TroubleMet>(&fact)) {
    trouble_ = trouble->text;
  } else if (std::holds_alternative<fact::TroubleOver>(fact)) {
    trouble_.clear();
  }
}

void Activity::changed(Time now, const Engine& engine) {
  engine_ = &engine;
  is_dirty_ = true;
  if (std::exchange(paused_until_, engine.paused_until()) != engine.paused_until()) {
    observe(now, fact::MaintenanceChanged{paused_until_});
  }
  bulletin_.beat(steady_clock::now());
  if (steady_clock::now() >= not_before_) publish(now);
}

void Activity::tick(Time now) {
  bulletin_.beat(steady_clock::now());
  const auto at = steady_clock::now();
  const bool is_old = at >= published_ + std::chrono::seconds{10};  // it tells ages
  if ((is_dirty_ || is_old) && at >= not_before_) publish(now);
  if (on_tick_) on_tick_();
}

/// Counting a hundred million partitions takes a while: at most a fiftieth of the time.
void Activity::publish(Time now) {
  if (engine_ == nullptr) return;
  const auto begin = steady_clock::now();
  Status status = base_;
  status.now = now;
  describe_engine(*config_, *engine_, status);
  for (auto& [store, facts] : listings_) {
    facts.next = engine_->next_listing(config_->find_store(store));
    if (facts.is_running) status.listings.push_back({store, facts.since, facts.progress});
  }
  status.components = {supervision_};
  for (Component& one : components_of(*config_, *engine_, status, listings_, trouble_)) {
    status.components.push_back(std::move(one));
  }
  bulletin_.publish(std::move(status));
  is_dirty_ = false;
  const auto end = published_ = steady_clock::now();
  not_before_ =
      end + std::max<steady_clock::duration>(std::chrono::milliseconds{200}, 50 * (end - begin));
}

}  // namespace upkeep
