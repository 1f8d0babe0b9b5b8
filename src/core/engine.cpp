#include "core/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "core/engine_parts.h"

namespace upkeep {

Engine::Engine(const Config& config, Assignment assignment, const State& state,
               std::map<std::string, Baseline> baselines)
    : parts_(std::make_unique<Parts>(config, std::move(assignment), state, std::move(baselines))) {}

Engine::~Engine() = default;

Step Engine::begin(Time now) {
  parts_->begin(now);
  return parts_->finish_step(now);
}

Step Engine::step(Time now, const Event& event) {
  parts_->follow_calendar(now);
  std::visit([&](const auto& fact) { parts_->on(now, fact); }, event);
  while (const auto timer = parts_->timers.take(now)) {
    std::visit([&](const auto& t) { parts_->due(now, t); }, *timer);
  }
  parts_->grant(now, false);
  parts_->fill(now);
  parts_->grant(now, true);
  parts_->finish_if_complete(now);
  return parts_->finish_step(now);
}

Time Engine::next_deadline() const { return parts_->timers.next(); }

EngineMemory::EngineMemory(const Config& config_, Assignment assignment_, const State& state,
                           std::map<std::string, Baseline> baselines)
    : config(config_),
      assignment(std::move(assignment_)),
      random(state.engine.random),
      life(state.engine.next_id),
      next_id(state.engine.next_id + 1),
      incidents(state.incidents, next_id, step.changes),
      upstreams(config, state.upstreams),
      stores(config.stores.size()),
      collections(config.collections.size()) {
  calendar.rows = state.schedules;
  std::map<std::string, CollectionId> by_name;
  for (std::uint64_t i = 0; i < collections.size(); ++i) {
    const CollectionId id{i};
    const std::string& name = config.of(id).name;
    by_name[name] = id;
    CollectionTrack& track = of(id);
    track.assigned = assignment.collections.empty() ||
                     std::ranges::find(assignment.collections, id) != assignment.collections.end();
    store_of(id).wanted |= track.assigned;
    track.row.name = name;
    if (const auto row = state.collections.find(name); row != state.collections.end()) {
      track.row = row->second;
    }
    if (auto known = baselines.find(name); known != baselines.end()) {
      track.baseline = std::move(known->second);
    }
  }
  for (const auto& [name, row] : state.collections) {
    if (!by_name.contains(name)) foreign_collections.insert(name);
  }
  for (const auto& [name_and_key, row] : state.partitions) {
    const auto known = by_name.find(row.collection);
    if (known == by_name.end()) {
      foreign_rows[name_and_key] = row;
    } else {
      of(known->second).strangers[row.key] = row;
    }
  }
  for (const auto& [id, row] : state.attempts) {
    AttemptTrack& orphan = attempts[id];
    orphan.view.row = row;
    orphan.view.phase = RunningAttempt::Phase::orphan;
    if (const auto known = by_name.find(row.collection); known != by_name.end()) {
      orphan.collection = known->second;
      of(known->second).busy.insert(row.keys.begin(), row.keys.end());
    }
  }
}

void Engine::Parts::begin(Time now) {
  keep(PutEngine{{random.state(), next_id}});
  saved = {random.state(), next_id};
  begun = now;
  upstreams.begin(now);
  wish(MeasureDisk{});
  timers.at(now + disk_every, DiskDue{});
  timers.at(now, ExpiryDue{});
  if (is_one_run()) timers.at(*assignment.run_until, Wake{});
  begin_calendar(now);
  due(now, DeadlineDue{});
  for (std::uint64_t i = 0; i < stores.size(); ++i) {
    if (stores[i].wanted && assignment.reconcile) list(now, StoreId{i});
  }
  close_undeclared(now);
  if (!assignment.fill) return;
  for (const auto& [id, orphan] : attempts) {
    wish(WatchOrphan{id});
    timers.at(std::max(now, orphan.view.row.deadline), EndOverdue{id});
    note(now, orphan.view.row.task,
         fmt::format("attempt {} of an earlier life may still be running; its partitions wait "
                     "until it has ended",
                     id.value));
  }
}

/// Nobody would ever see the end of a trouble of what is no longer declared.
void Engine::Parts::close_undeclared(Time now) {
  std::set<std::string> declared = {"disk:state"};
  for (const Store& store : config.stores) declared.insert("store:" + store.name);
  for (const Collector& one : config.collectors) declared.insert("collector:" + one.name);
  for (const Upstream& one : config.upstreams) declared.insert("upstream:" + one.name);
  for (const Collection& one : config.collections) declared.insert("collection:" + one.name);
  const Incidents::Rows rows = incidents.rows();
  for (const auto& [id, row] : rows) {
    if (declared.contains(row.target)) continue;
    incidents.settle(row.target, row.kind, "it is no longer declared", now);
  }
}

void Engine::Parts::note(Time now, std::string subject, std::string text) {
  keep(AddJournal{{now, std::move(subject), std::move(text)}});
}

/// Random numbers and identifiers that were used must not come again in another life.
Step Engine::Parts::finish_step(Time now) {
  upstreams.take_changes(step.changes, now);
  const EngineRow row{random.state(), next_id};
  if (row != saved) {
    keep(PutEngine{row});
    saved = row;
  }
  return std::exchange(step, {});
}

// --- Disk ---------------------------------------------------------------------

void Engine::Parts::due(Time now, const DiskDue&) {
  wish(MeasureDisk{});
  // Only what runs fills it quickly, and only who waits for room needs to know of it soon.
  const bool is_idle = attempts.empty() && !is_one_run() && !disk_low_since;
  timers.at(now + (is_idle ? disk_idle_every : disk_every), DiskDue{});
}

void Engine::Parts::on(Time now, const DiskMeasured& disk) {
  const std::uint64_t wanted =
      config.limits.disk_free.value_or(std::min<std::uint64_t>(1'000'000'000, disk.size / 20));
  if (disk.free >= wanted) {
    disk_low_since.reset();
    incidents.settle("disk:state", "disk_low", "there is room again", now);
    return;
  }
  if (!disk_low_since) disk_low_since = now;
  timers.at(*disk_low_since + run_patience, Wake{});
  incidents.raise("disk:state", "disk_low",
                  fmt::format("the state's file system has less than {} free; nothing new is "
                              "started until there is room",
                              to_size_text(wanted)),
                  0, now);
}

// --- Wishes of people ------------------------------------------------------------

void Engine::Parts::on(Time now, const AckAsked& ask) {
  if (!incidents.ack(ask.incident, now)) return;
  const IncidentRow& row = incidents.rows().at(ask.incident);
  if (row.kind != "held_loss" && row.kind != "held_growth") return;
  for (std::uint64_t i = 0; i < collections.size(); ++i) {
    const CollectionId id{i};
    const bool concerned = row.target == "collection:" + config.of(id).name ||
                           row.target == "store:" + config.of(config.of(id).store).name;
    if (concerned && store_of(id).wanted) list_at(now, config.of(id).store);
  }
}

void Engine::Parts::on(Time now, const StopAsked&) {
  stopping = true;
  std::vector<AttemptId> unstarted;
  for (auto& [id, attempt] : attempts) {
    if (attempt.view.phase == Phase::confirming) unstarted.push_back(id);
    if (attempt.view.phase == Phase::running) wish(StopAttempt{id});
  }
  for (const AttemptId id : unstarted) release(now, attempts.at(id));
}

// --- Time -----------------------------------------------------------------------

void Engine::Parts::due(Time now, const AnswerOverdue& overdue) {
  for (std::uint64_t i = 0; i < stores.size(); ++i) {
    if (stores[i].listing == overdue.request) {
      stores[i].listing.reset();
      listing_failed(now, StoreId{i},
                     fmt::format("no answer within {}", to_rough_text(listing_patience)));
    }
  }
  for (auto& [id, attempt] : attempts) {
    if (attempt.look != overdue.request) continue;
    look_failed(now, attempt, fmt::format("no answer within {}", to_rough_text(look_patience)));
    return;
  }
}

/// Rows that nobody can ask for any more: they would grow without end.
void Engine::Parts::due(Time now, const ExpiryDue& again) {
  timers.at(now + std::chrono::days{1}, again);
  const Time before = now - config.keep.journal;
  keep(ExpireJournal{before});
  incidents.expire(before);
  upstreams.expire(before, step.changes);
  std::erase_if(foreign_rows, [&](const auto& entry) {
    const bool old = entry.second.changed < before && entry.second.gone_until < now;
    if (old) keep(DropPartition{entry.second.collection, entry.second.key});
    return old;
  });
  // A collection that is no longer declared goes when nothing speaks of it any more.
  std::erase_if(foreign_collections, [&](const std::string& name) {
    const auto row = foreign_rows.lower_bound({name, ""});
    const bool has_rows = row != foreign_rows.end() && row->first.first == name;
    const bool has_attempts = std::ranges::any_of(
        attempts, [&](const auto& entry) { return entry.second.view.row.collection == name; });
    if (has_rows || has_attempts) return false;
    keep(DropCollection{name});
    return true;
  });
}

// --- The end ---------------------------------------------------------------------

bool Engine::Parts::blocks_the_end(Time now, const AttemptTrack& attempt) const {
  const bool is_orphan = attempt.view.phase == Phase::orphan;
  if (is_orphan && (stopping || !assignment.fill || now >= *assignment.run_until)) return false;
  if (attempt.view.phase != Phase::proving || !attempt.collection) return true;
  // What cannot be proved now stays open in the rows; the next life will look again.
  const StoreTrack& store = store_of(*attempt.collection);
  if (!attempt.space) return store.listing && !stopping;
  return store.unreachable.empty() || (!stopping && now < store.unreachable_since + run_patience);
}

bool Engine::Parts::is_waiting_for_work(Time now) const {
  if (!assignment.fill || !config.enabled || now >= *assignment.run_until) return false;
  if (disk_low_since) return now < *disk_low_since + run_patience;
  if (blocked_until <= *assignment.run_until) return true;
  for (std::uint64_t i = 0; i < collections.size(); ++i) {
    const CollectionTrack& track = collections[i];
    const StoreTrack& store = store_of(CollectionId{i});
    if (!track.assigned || !config.of(CollectionId{i}).collector) continue;
    if (store.next_listing != Time::max()) return true;
    if (!store.unreachable.empty()) {
      if (now < store.unreachable_since + run_patience) return true;
      continue;
    }
    if (track.standing != Standing::known) continue;
    if (backlog_stale) return true;
    if (!refusal(now, CollectionId{i}).empty()) continue;
    const bool waits = std::ranges::any_of(track.rows, [&](const auto& entry) {
      const auto& [index, row] = entry;
      return row.rests == 0 && row.gone_until <= now && row.not_before <= *assignment.run_until &&
             track.coverage.gap(index) && track.space->is_due(index, now) &&
             track.where->first(index);
    });
    if (waits) return true;
  }
  return false;
}

void Engine::Parts::finish_if_complete(Time now) {
  if (complete || !(is_one_run() || stopping)) return;
  const bool listing = std::ranges::any_of(stores, [](const StoreTrack& s) { return !!s.listing; });
  if (listing && !stopping) return;
  for (const auto& [id, attempt] : attempts) {
    if (blocks_the_end(now, attempt)) return;
  }
  if (!stopping && (is_waiting_for_work(now) || asks_for_rows(now))) return;
  complete = true;
  for (std::uint64_t i = 0; i < collections.size(); ++i) {
    if (!collections[i].is_accepted) continue;
    const CollectionTrack& track = collections[i];
    raise_unfillable(now, CollectionId{i});
    check_completeness(now, CollectionId{i},
                       summarize(*track.space, track.coverage, now, track.gone(now)));
    if (assignment.fill) keep_coverage(CollectionId{i});
  }
  wish(RunComplete{});
}

// --- Views ------------------------------------------------------------------------

CollectionView Engine::view(CollectionId id) const {
  const CollectionTrack& track = parts_->of(id);
  CollectionView view;
  view.standing = track.standing;
  view.why = parts_->held_by(id);
  const bool is_unreachable = !parts_->store_of(id).unreachable.empty();
  if (track.standing == CollectionView::Standing::known && is_unreachable) {
    view.standing = CollectionView::Standing::unknown;
  }
  view.space = track.space;
  view.coverage = track.space ? &track.coverage : nullptr;
  return view;
}

Time Engine::first_seen(CollectionId id) const { return parts_->of(id).row.first_seen; }

std::vector<std::uint64_t> Engine::gone(CollectionId id, Time now) const {
  return parts_->of(id).gone(now);
}

const std::map<std::uint64_t, PartitionRow>& Engine::rows(CollectionId id) const {
  return parts_->of(id).rows;
}

const std::map<IncidentId, IncidentRow>& Engine::incidents() const {
  return parts_->incidents.rows();
}

std::vector<RunningAttempt> Engine::attempts() const {
  std::vector<RunningAttempt> views;
  for (const auto& [id, attempt] : parts_->attempts) views.push_back(attempt.view);
  return views;
}

std::optional<Time> Engine::filling_since() const { return parts_->round.since; }

std::optional<Time> Engine::next_listing(StoreId id) const {
  const Time next = parts_->stores.at(id.value).next_listing;
  return next == Time::max() ? std::nullopt : std::optional(next);
}

Queue Engine::queue(Time now) const {
  const std::uint64_t window = parts_->config.queue.window;
  const Queue waiting =
      parts_->compute_backlog(now, {.tasks = window, .held_too = true}).window(window);
  Queue queue = waiting;
  queue.tasks.clear();
  for (const auto& [id, attempt] : parts_->attempts) {
    const Task& task = attempt.view.task;
    if (task.partitions.empty()) continue;  // an orphan whose collection is not known yet
    ++queue.total_tasks;
    queue.total_gaps += task.partitions.size();
    queue.estimate += parts_->estimate(task);
    ++queue.tasks_by_priority[static_cast<std::size_t>(task.priority)];
    ++queue.tasks_by_collection[task.collection];
    queue.tasks.push_back(task);
  }
  queue.tasks.insert(queue.tasks.end(), waiting.tasks.begin(), waiting.tasks.end());
  if (queue.tasks.size() > window) queue.tasks.resize(window);
  return queue;
}

}  // namespace upkeep
