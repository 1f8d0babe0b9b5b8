// The engine decides, and does nothing else: facts in, wishes and rows out. No clock, no
// thread, no I/O, no globals; the same steps give the same decisions on every machine.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/command.h"
#include "core/event.h"
#include "core/task.h"
#include "coverage/coverage.h"
#include "coverage/space.h"
#include "model/config.h"
#include "model/state.h"

namespace upkeep {

/// What one step decided. The shell makes `changes` durable, then carries out `commands`.
struct Step {
  std::vector<Change> changes;
  std::vector<Command> commands;
};

/// What the engine is to do in this life.
struct Assignment {
  std::vector<CollectionId> collections;  ///< all, when empty
  Condition where;                        ///< which partitions may be filled
  bool fill = true;                       ///< false: look and plan, but start nothing (--dry-run)
  std::optional<Time> run_until;  ///< one whole cycle: start nothing after this, then RunComplete
  bool reconcile = true;  ///< false: stores are listed when somebody asks for it only (--test)
};

/// Coverage that an earlier life accepted: what a loss is measured against.
struct Baseline {
  SpacePtr space;
  Coverage coverage;
};

/// An upstream as it stands, for views.
struct UpstreamView {
  UpstreamId id;
  UpstreamRow row;
  std::uint64_t attempts = 0;     ///< of its collectors, under way
  std::uint64_t waiting = 0;      ///< processes that ask for requests
  std::uint64_t last_minute = 0;  ///< requests granted in it
  std::string held_by;  ///< why no attempt may start there, a sentence; empty when one may
  std::optional<Time> held_until;
};

/// The scheduled runs of a collector, for views.
struct ScheduleView {
  CollectorId id;
  ScheduleRow row;  ///< the last time that was taken up
  Time next;
};

/// What is known of one collection, for views.
struct CollectionView {
  enum class Standing : std::uint8_t {
    unknown,  ///< not judged in this life, or its last inventory failed
    known,
    held,  ///< judged, but a loss or a growth waits for an ack
  };
  Standing standing = Standing::unknown;
  std::string why;  ///< for unknown and held, a sentence
  SpacePtr space;   ///< null before the first finding
  const Coverage* coverage = nullptr;
};

class Engine {
 public:
  /// `state`: the rows of the earlier life; its attempts may still be running.
  /// `baselines`: by collection name; missing ones mean that nothing is known.
  Engine(const Config&, Assignment, const State&, std::map<std::string, Baseline>);
  ~Engine();

  /// What the start itself decided; take it once, before the first step.
  Step begin(Time now);
  /// The only way in. `now` never runs backwards from one call to the next.
  Step step(Time now, const Event&);
  /// The only reason to be woken: step(TimePassed) no later than this.
  Time next_deadline() const;

  // For views. References hold until the next step.
  CollectionView view(CollectionId) const;
  /// When the collection's first inventory was accepted; the epoch before.
  Time first_seen(CollectionId) const;
  /// Ascending indices of partitions with a tombstone.
  std::vector<std::uint64_t> gone(CollectionId, Time now) const;
  /// The queue: running tasks first, then in the order in which they would start. Computed
  /// afresh at each call; changes nothing.
  Queue queue(Time now) const;
  /// What is known of single partitions of the collection, by index in its space.
  const std::map<std::uint64_t, PartitionRow>& rows(CollectionId) const;
  const std::map<IncidentId, IncidentRow>& incidents() const;
  std::vector<RunningAttempt> attempts() const;
  /// Since when the loop has been filling, without a pause; nothing while it does not.
  std::optional<Time> filling_since() const;
  /// When the store will be listed next; nothing while it is being listed.
  std::optional<Time> next_listing(StoreId) const;
  /// Of the collectors that have a schedule; none in a foreground run.
  std::vector<ScheduleView> schedules(Time now) const;
  /// The end of maintenance, while it holds; nothing is started until then.
  std::optional<Time> paused_until() const;
  /// In the order of the configuration.
  std::vector<UpstreamView> upstreams(Time now) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace upkeep
