// What happens in one cycle of `run`, as facts for whoever shows it. The shell tells them
// in the order in which they became true, after they are durable; showing them decides nothing.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "api/listing_text.h"
#include "api/snapshot.h"
#include "base/time.h"
#include "model/failure.h"
#include "model/state.h"

namespace upkeep {

namespace fact {

struct ListingStarted {
  std::string store;
};

/// A bucket is being listed: how far, told now and then.
struct ListingProgressed {
  std::string store;
  ListingProgress progress;
};

struct ListingEnded {
  std::string store;
  std::uint64_t objects = 0;
  Duration took{};
  std::optional<Error> error;  ///< nothing of the store could be judged
};

struct AttemptStarted {
  AttemptId attempt;
  std::string task;        ///< its id
  std::string collection;  ///< by name
  std::string what;        ///< what its partitions share: "date=2025-10-21"
  std::uint64_t partitions = 0;
  int number = 1;  ///< the how-manieth, of the partition with the most
};

/// Its collector reported how far it is, 0 to 1.
struct AttemptProgressed {
  AttemptId attempt;
  double done = 0;
};

/// Its process has ended; the store will be looked at now.
struct AttemptEnded {
  AttemptId attempt;
};

/// The store was looked at (or there was nothing to look for). Each partition of the attempt
/// counts in exactly one of the five numbers.
struct AttemptSettled {
  AttemptId attempt;
  std::uint64_t closed = 0;   ///< seen in the store, nothing wrong with them
  std::uint64_t failed = 0;   ///< tried again, not before `again`
  std::uint64_t later = 0;    ///< the collector asked for a later try (exit 75), or upkeep ended
  std::uint64_t resting = 0;  ///< no retry left: they rest until `again`
  std::uint64_t gone = 0;     ///< they do not exist upstream
  FailureClass why = FailureClass::none;
  std::string text;           ///< of the failure, one line for people
  std::optional<Time> again;  ///< the earliest next attempt on one of them
};

/// Attempts of an earlier life still run: their partitions are held until they end.
struct OrphanFound {
  AttemptId attempt;
  std::string collection, task;
  std::uint64_t partitions = 0;
};

struct OrphanSettled {
  AttemptId attempt;
  std::string collection, task;
};

/// An incident was opened, changed or closed: see row.state.
struct IncidentChanged {
  IncidentRow row;
};

/// The backlog after a step that changed it.
struct QueueChanged {
  std::uint64_t tasks = 0;                     ///< pending and held
  std::uint64_t held = 0;                      ///< of those listed
  std::uint64_t running = 0;                   ///< attempts, with those being proved
  std::uint64_t gaps = 0;                      ///< in all of these
  std::array<std::uint64_t, 4> by_priority{};  ///< tasks, in the order of Priority
  Duration estimate{};                         ///< of all pending ones, one after the other
};

/// Nothing runs; the next attempt comes due then.
struct WaitStarted {
  Time until;
};

/// Something upkeep itself needs is lacking (a full disk, say): it waits and tries again.
struct TroubleMet {
  std::string text;  ///< a sentence: what, and what to do
};
struct TroubleOver {};

/// A time of a collector's schedule was taken up.
struct RunDue {
  std::string collector;
  Time due;
};

/// Maintenance began, or is over.
struct MaintenanceChanged {
  std::optional<Time> until;  ///< nothing is started before; nothing: it is over
};

/// Somebody asked it to stop: what runs is ended, nothing new is started.
struct StopRequested {};

}  // namespace fact

using Fact =
    std::variant<fact::ListingStarted, fact::ListingProgressed, fact::ListingEnded,
                 fact::AttemptStarted, fact::AttemptProgressed, fact::AttemptEnded,
                 fact::AttemptSettled, fact::OrphanFound, fact::OrphanSettled,
                 fact::IncidentChanged, fact::QueueChanged, fact::WaitStarted, fact::TroubleMet,
                 fact::TroubleOver, fact::RunDue, fact::MaintenanceChanged, fact::StopRequested>;

/// Is told how a cycle goes. Called from the shell's loop only; must return soon.
class Observer {
 public:
  virtual ~Observer() = default;
  /// Once, when all stores were listed for the first time and nothing was started yet.
  virtual void began(const Snapshot&) = 0;
  virtual void observe(Time now, const Fact&) = 0;
  /// After some events were taken: the engine as it stands now. Valid until the shell ends.
  virtual void changed(Time, const Engine&) {}
  /// How often it wants tick() while the cycle runs; 0 is never.
  virtual Duration tick_every() const { return Duration{0}; }
  virtual void tick(Time) {}
  /// Once, at the end, however it came; not when the cycle could not begin at all.
  virtual void finished(const Snapshot&) = 0;
};

}  // namespace upkeep
