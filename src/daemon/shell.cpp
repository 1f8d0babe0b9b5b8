#include "daemon/shell.h"

#include <fmt/format.h>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <deque>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <utility>
#include <vector>

#include "api/narrator.h"
#include "api/tasks_json.h"
#include "coverage/coverage_file.h"
#include "daemon/launch.h"
#include "daemon/setup.h"
#include "daemon/standing.h"
#include "io/failures_log.h"
#include "io/files.h"

namespace upkeep {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using namespace std::chrono_literals;

constexpr Duration retry_commit_every = 1s;
constexpr Duration give_up_after = 1min;   ///< without a durable state
constexpr Duration commit_lazily = 50ms;   ///< what no effect waits for
constexpr Duration queue_file_every = 2s;  ///< at the most
constexpr Duration longest_sleep = 30s;    ///< clocks may jump while a timer sleeps
constexpr Duration look_grace = 10s;       ///< of a look that somebody wants the end of

}  // namespace

struct Shell::Parts {
  Parts(asio::io_context& io_, Ground ground_, Engine& engine_, Shell& shell_)
      : io(io_),
        ground(std::move(ground_)),
        engine(engine_),
        shell(shell_),
        narrator(ground.config),
        failures(ground.config.state + "/logs/failures.log") {}

  // --- Events in ---------------------------------------------------------------
  void begin();
  void take(Event);
  void drain();
  void after_step(Time, std::vector<Fact>, Step);
  void show_beginning();
  Time clock();

  // --- Changes -----------------------------------------------------------------
  void commit();
  void commit_failed(const Error&);
  void give_up(const Error&);
  void write_queue_file(Time);
  void queue_file_due() { write_queue_file(clock()); }
  void log_failure(std::string_view source, FailureClass, std::string_view text);

  // --- Commands out --------------------------------------------------------------
  void carry_out(const ListStore&);
  void listing_goes_on(StoreId, const ObjectStore::Requests&);
  void carry_out(const LookAt&);
  void carry_out(const StartAttempt&);
  void carry_out(const StopAttempt& stop) { executor->stop(stop.attempt); }
  void carry_out(const WatchOrphan& watch) { executor->watch(watch.attempt); }
  void carry_out(const MeasureDisk&);
  void carry_out(const KeepCoverage&);
  // Nobody asks: a run has no door for it.
  void carry_out(const GrantTokens& grant) { ground.granted(grant); }
  void carry_out(const RefuseTokens& refusal) { ground.refused(refusal); }
  void carry_out(const LogFailure& failure) {
    log_failure(failure.source, failure.why, failure.text);
  }
  void carry_out(const RunComplete&) { is_complete = true; }

  void redact(std::optional<Error>& error) const {
    if (error) error->text = ground.redaction.of(error->text);
  }
  void redact(StoreListed&) const;

  // --- Time ------------------------------------------------------------------------
  void sleep();
  void after(asio::steady_timer&, Duration, void (Parts::*)());
  void wake() { take(TimePassed{}); }
  void tick();
  void end_if_complete();
  void stop();
  void stop_looking_soon();

  asio::io_context& io;
  Ground ground;
  Engine& engine;
  Shell& shell;
  Executor* executor = nullptr;  ///< set by run()
  Narrator narrator;
  FailuresLog failures;
  std::stop_source stop_listing;  ///< proofs go on, but nobody waits for a listing any more
  std::stop_source stop_looking;  ///< nor, after a while, for a store that does not answer
  asio::thread_pool workers{2};
  asio::steady_timer wake_timer{io}, commit_timer{io}, tick_timer{io}, look_timer{io},
      queue_timer{io};
  std::deque<Event> inbox;
  bool is_draining = false, is_complete = false, is_shown = false;
  bool is_leaving = false;            ///< another shell goes on with what runs
  bool is_over = false;               ///< what comes now comes too late
  std::vector<Change> changes;        ///< decided, not durable yet
  std::vector<Fact> facts;            ///< told once they are durable
  std::vector<Command> effects;       ///< wait for the changes
  std::optional<Time> failing_since;  ///< commits
  std::optional<Error> given_up;
  std::size_t stores_listed = 0, stores_asked = 0;
  std::map<StoreId, Duration> listings;
  std::map<StoreId, ObjectStore::Requests> asked_by_listings;  ///< in processes of their own
  Time last_now{};
  std::chrono::steady_clock::time_point queue_file_at{};  ///< no earlier
  bool queue_changed = false;
};

// --- Events in ---------------------------------------------------------------------

/// The system's clock, except that it never runs backwards.
Time Shell::Parts::clock() { return last_now = std::max(last_now, now_by_clock()); }

void Shell::Parts::begin() {
  const Time now = clock();
  Step first = engine.begin(now);
  std::vector<Fact> told = narrator.begin(now, first, engine);
  for (const Command& command : first.commands) {
    if (std::holds_alternative<ListStore>(command)) ++stores_asked;
  }
  after_step(now, std::move(told), {std::move(first.changes), {}});
  commit();  // the number of this life must be durable before anything is asked in its name
  after_step(now, {}, {{}, std::move(first.commands)});
  if (stores_asked == 0) show_beginning();
  take(TimePassed{});
  tick();
}

void Shell::Parts::take(Event event) {
  if (is_over) return;
  inbox.push_back(std::move(event));
  if (std::exchange(is_draining, true)) return;
  asio::post(io, [this] { drain(); });
}

/// All events that are there are decided first, then made durable in one commit.
void Shell::Parts::drain() {
  for (; !inbox.empty(); inbox.pop_front()) {
    const Event& event = inbox.front();
    const Time now = clock();
    const bool is_listing = std::holds_alternative<StoreListed>(event);
    if (is_listing) {
      const auto& listed = std::get<StoreListed>(event);
      listings[listed.store] = listed.took;
    }
    Step step = engine.step(now, event);
    std::vector<Fact> told = narrator.tell(now, event, step);
    if (is_listing && ++stores_listed == stores_asked) show_beginning();
    after_step(now, std::move(told), std::move(step));
  }
  is_draining = false;
  if (!effects.empty() || is_complete || is_leaving) {
    commit();
  } else if (!changes.empty() && !failing_since) {
    after(commit_timer, commit_lazily, &Parts::commit);
  }
  write_queue_file(last_now);
  ground.observer.changed(last_now, engine);
  sleep();
  end_if_complete();
}

void Shell::Parts::after_step(Time now, std::vector<Fact> told, Step step) {
  queue_changed |= !step.changes.empty();
  changes.insert(changes.end(), std::make_move_iterator(step.changes.begin()),
                 std::make_move_iterator(step.changes.end()));
  if (changes.empty()) {
    for (const Fact& fact : told) ground.observer.observe(now, fact);
  } else {
    facts.insert(facts.end(), std::make_move_iterator(told.begin()),
                 std::make_move_iterator(told.end()));
  }
  for (Command& command : step.commands) {
    if (is_effect(command)) {
      effects.push_back(std::move(command));
    } else {
      std::visit([&](const auto& wish) { carry_out(wish); }, command);
    }
  }
}

void Shell::Parts::show_beginning() {
  if (std::exchange(is_shown, true)) return;
  const Standing standing = standing_of(ground.config, engine, {}, listings, last_now);
  ground.observer.began(
      {ground.config, last_now, standing.collections, standing.queue, engine.incidents()});
}

// --- Changes -----------------------------------------------------------------------

void Shell::Parts::commit() {
  if (given_up) return;
  if (!changes.empty()) {
    if (auto kept = ground.state.commit(changes); !kept) return commit_failed(kept.error());
    changes.clear();
  }
  const auto failed_since = std::exchange(failing_since, {});
  if (failed_since) ground.observer.observe(clock(), fact::TroubleOver{});
  const bool is_late = failed_since && clock() - *failed_since > effect_patience;
  for (const Fact& fact : std::exchange(facts, {})) ground.observer.observe(last_now, fact);
  for (const Command& effect : std::exchange(effects, {})) {
    if (is_late) {
      take(instead_of(effect));
    } else {
      std::visit([&](const auto& wish) { carry_out(wish); }, effect);
    }
  }
  end_if_complete();
}

/// Nothing is started while decisions cannot be kept; they are tried again, all of them.
void Shell::Parts::commit_failed(const Error& error) {
  const Time now = clock();
  if (!failing_since) {
    failing_since = now;
    ground.observer.observe(now, fact::TroubleMet{error.text});
  }
  if (now - *failing_since >= give_up_after) return give_up(error);
  after(commit_timer, retry_commit_every, &Parts::commit);
}

void Shell::Parts::give_up(const Error& error) {
  given_up =
      Error{fmt::format("{}; tried again for {}, then stopped. What was collected is in "
                        "the stores and will be found there",
                        error.text, to_rough_text(give_up_after))};
  effects.clear();
  shell.stop();
}

void Shell::Parts::write_queue_file(Time now) {
  if (!queue_changed || !is_shown) return;
  const auto begin = std::chrono::steady_clock::now();
  if (begin < queue_file_at && !is_complete) {
    const auto wait = std::chrono::ceil<Duration>(queue_file_at - begin);
    return after(queue_timer, wait, &Parts::queue_file_due);
  }
  queue_changed = false;
  const Queue queue = engine.queue(now);
  const auto written =
      write_file_atomically(ground.config.state + "/inventory/gaps.json",
                            ground.redaction.of_json(tasks_json(ground.config, queue, now)));
  if (!written) log_failure("gaps.json", FailureClass::unknown, written.error().text);
  fact::QueueChanged changed{queue.total_tasks,        0,
                             engine.attempts().size(), queue.total_gaps,
                             queue.tasks_by_priority,  queue.estimate};
  for (const Task& task : queue.tasks) changed.held += task.status == Task::Status::held ? 1 : 0;
  ground.observer.observe(now, changed);
  // A long queue takes long to write: at most a twentieth of the time goes into it.
  const auto end = std::chrono::steady_clock::now();
  const auto took = std::chrono::ceil<Duration>(end - begin);
  queue_file_at = end + std::max(queue_file_every, took * 20);
}

void Shell::Parts::log_failure(std::string_view source, FailureClass why, std::string_view text) {
  const auto trouble = failures.add(last_now, source, why, text);
  if (trouble) ground.observer.observe(last_now, fact::TroubleMet{trouble->text});
}

// --- Commands out ------------------------------------------------------------------

void Shell::Parts::carry_out(const ListStore& wish) {
  asio::post(workers, [this, wish, stop = stop_listing.get_token()] {
    ObjectStore::Requests last;
    const auto watch = [&](const ObjectStore::Requests& asked) {
      last = asked;
      asio::post(io, [this, store = wish.store, asked] { listing_goes_on(store, asked); });
    };
    auto listed = std::make_shared<StoreListed>(ground.list_store(wish, watch, stop));
    asio::post(io, [this, store = wish.store, last] {
      asked_by_listings[store].lists += last.lists;
      asked_by_listings[store].others += last.others;
    });
    if (stop.stop_requested()) return;  // what it says now says nothing about the store
    redact(*listed);
    asio::post(io, [this, listed] { take(std::move(*listed)); });
  });
}

void Shell::Parts::redact(StoreListed& listed) const {
  redact(listed.error);
  for (CollectionFinding& finding : listed.findings) {
    redact(finding.error);
    std::string& trouble = finding.coverage.contents.trouble;
    trouble = ground.redaction.of(trouble);
  }
}

void Shell::Parts::listing_goes_on(StoreId store, const ObjectStore::Requests& asked) {
  if (is_over) return;
  ground.observer.observe(
      clock(), fact::ListingProgressed{ground.config.of(store).name,
                                       {asked.keys, asked.lists + asked.others, asked.at_once}});
}

void Shell::Parts::carry_out(const LookAt& wish) {
  if (stop_listing.stop_requested()) stop_looking_soon();
  asio::post(workers, [this, wish, stop = stop_looking.get_token()] {
    auto seen = std::make_shared<PartitionsSeen>(
        look_at(ground.config, ground.stores, wish, CheckCommands::run, stop));
    if (seen->error && stop.stop_requested()) {
      seen->error->text =
          fmt::format("no answer within {}, and upkeep is to stop", to_rough_text(look_grace));
    }
    redact(seen->error);
    asio::post(io, [this, seen] { take(std::move(*seen)); });
  });
}

void Shell::Parts::carry_out(const StartAttempt& start) {
  auto launch =
      make_launch(ground.config, start, ground.partitions_path(start.attempt), ground.redaction);
  if (launch) return executor->start(*launch);
  take(AttemptEnded{start.attempt,
                    {Ending::Kind::not_started, 0, ground.redaction.of(launch.error().text)}});
}

void Shell::Parts::carry_out(const MeasureDisk&) {
  std::error_code error;
  const auto space = std::filesystem::space(ground.config.state, error);
  if (!error) take(DiskMeasured{space.available, space.capacity});
}

void Shell::Parts::carry_out(const KeepCoverage& wish) {
  const CollectionView view = engine.view(wish.collection);
  const std::string& name = ground.config.of(wish.collection).name;
  const auto kept = write_file_atomically(coverage_path(ground.config, name),
                                          encode_coverage(*view.space, *view.coverage));
  if (!kept) log_failure(name, FailureClass::unknown, kept.error().text);
}

// --- Time ------------------------------------------------------------------------------

void Shell::Parts::after(asio::steady_timer& timer, Duration wait, void (Parts::*what)()) {
  timer.expires_after(wait);
  timer.async_wait([this, what](error_code error) {
    if (!error) (this->*what)();
  });
}

void Shell::Parts::sleep() {
  const Duration wait = std::max(engine.next_deadline() - now_by_clock(), Duration{});
  after(wake_timer, std::min(wait, longest_sleep), &Parts::wake);
}

void Shell::Parts::tick() {
  const Duration every = ground.observer.tick_every();
  if (every == Duration{}) return;
  ground.observer.tick(clock());
  after(tick_timer, every, &Parts::tick);
}

void Shell::Parts::end_if_complete() {
  const bool may_end = is_complete || is_leaving;
  if (may_end && ((changes.empty() && inbox.empty()) || given_up)) io.stop();
}

void Shell::Parts::stop() {
  stop_listing.request_stop();
  stop_looking_soon();
  take(StopAsked{});
}

/// What stays unproved is in the rows: the next life looks again.
void Shell::Parts::stop_looking_soon() {
  if (stop_looking.stop_requested()) stop_looking = {};
  look_timer.expires_after(look_grace);
  look_timer.async_wait([this](error_code error) {
    if (!error) stop_looking.request_stop();
  });
}

// --- The door ----------------------------------------------------------------------------

Shell::Shell(asio::io_context& io, Ground ground, Engine& engine)
    : parts_(std::make_unique<Parts>(io, std::move(ground), engine, *this)) {}

Shell::~Shell() {
  parts_->stop_looking.request_stop();
  parts_->workers.join();
}

Result<void> Shell::run(Executor& executor) {
  parts_->executor = &executor;
  parts_->begin();
  parts_->io.run();
  parts_->stop_looking.request_stop();  // nobody takes an answer any more
  parts_->workers.join();
  parts_->is_over = true;
  parts_->io.restart();
  parts_->io.poll();  // what was posted to this shell must not come when it is gone
  if (parts_->given_up) return std::unexpected(*parts_->given_up);
  return {};
}

void Shell::stop() { parts_->stop(); }

void Shell::leave() {
  parts_->stop_listing.request_stop();
  parts_->is_leaving = true;
  // What was filled of late is in no coverage file yet; its loss would not be noticed.
  for (std::uint64_t i = 0; i < parts_->ground.config.collections.size(); ++i) {
    const CollectionView view = parts_->engine.view(CollectionId{i});
    if (view.standing == CollectionView::Standing::known && view.coverage != nullptr) {
      parts_->carry_out(KeepCoverage{CollectionId{i}});
    }
  }
  parts_->take(TimePassed{});
}

void Shell::tell(Event event) { parts_->take(std::move(event)); }

const std::map<StoreId, Duration>& Shell::listings() const { return parts_->listings; }

std::map<StoreId, ObjectStore::Requests> Shell::requests() const {
  std::map<StoreId, ObjectStore::Requests> sums = parts_->asked_by_listings;
  for (std::uint64_t i = 0; i < parts_->ground.stores.size(); ++i) {
    const ObjectStore::Requests own = parts_->ground.stores[i]->requests();
    sums[StoreId{i}].lists += own.lists;
    sums[StoreId{i}].others += own.others;
  }
  return sums;
}

void Shell::reported(AttemptId attempt, const ReportLine& line) {
  parts_->take(AttemptReported{attempt, line});
}

void Shell::ended(AttemptId attempt, const Ending& ending) {
  Ending shown = ending;
  shown.text = parts_->ground.redaction.of(ending.text);
  parts_->take(AttemptEnded{attempt, std::move(shown)});
}

void Shell::orphan_ended(AttemptId attempt) { parts_->take(OrphanEnded{attempt}); }

}  // namespace upkeep
