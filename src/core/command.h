// Wishes, in the imperative: all that the engine ever wants of the outside. Those marked
// "effect" are carried out only after the changes of the same step are durable.
#pragma once
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/time.h"
#include "core/event.h"
#include "coverage/space.h"
#include "model/collection.h"
#include "model/state.h"

namespace upkeep {

/// List the store and compare it with its collections. → StoreListed
struct ListStore {
  RequestId request;
  StoreId store;
};

/// Look at these partitions in the store, now. → PartitionsSeen
struct LookAt {
  RequestId request;
  SpacePtr space;
  std::vector<std::uint64_t> partitions;
};

/// Effect: run the collector. → AttemptReported …, AttemptEnded
struct StartAttempt {
  AttemptId attempt;
  std::string task;
  CollectionId collection;
  SpacePtr space;
  std::vector<std::uint64_t> partitions;
  int number = 1;  ///< the how-manieth attempt, of the partition with the most
  Time deadline;   ///< the process group is ended then → AttemptEnded (timed out)
};

/// End the attempt's process group (or what is left of an orphan), with grace.
struct StopAttempt {
  AttemptId attempt;
};

/// Tell when nobody holds the lock of this attempt of an earlier life. → OrphanEnded
struct WatchOrphan {
  AttemptId attempt;
};

/// Measure the file system that state lives on. → DiskMeasured
struct MeasureDisk {};

/// The collection's accepted coverage changed: keep it for the next life (not needed to
/// recover).
struct KeepCoverage {
  CollectionId collection;
};

/// Effect: who asked may make its requests now.
struct GrantTokens {
  TokensAsked ask;
};

/// Who asked will never get what it asked for.
struct RefuseTokens {
  AskId id;
  std::string why;  ///< a sentence
};

/// A failure for failures.log.
struct LogFailure {
  std::string source;  ///< "espn-pbp espn/2025-10-21.json"
  FailureClass why = FailureClass::unknown;
  std::string text;
};

/// Nothing is running and nothing more will be started: the end of `run`, or of a loop that
/// was asked to stop.
struct RunComplete {};

using Command = std::variant<ListStore, LookAt, StartAttempt, StopAttempt, WatchOrphan, MeasureDisk,
                             KeepCoverage, GrantTokens, RefuseTokens, LogFailure, RunComplete>;

/// Must the changes of its step be durable before it is carried out?
inline bool is_effect(const Command& command) {
  return std::holds_alternative<StartAttempt>(command) ||
         std::holds_alternative<GrantTokens>(command);
}

/// Requests count from the moment when they are decided on. An effect whose changes took longer
/// than this to become durable (the disk was full) comes too late.
inline constexpr Duration effect_patience = std::chrono::seconds{5};

/// What the engine is told instead: that the attempt was cut short, that who asked asks again.
inline Event instead_of(const Command& effect) {
  if (const auto* grant = std::get_if<GrantTokens>(&effect)) return grant->ask;
  const Ending ending{Ending::Kind::interrupted, 0,
                      "state could not be kept in time for its start"};
  return AttemptEnded{std::get<StartAttempt>(effect).attempt, ending};
}

}  // namespace upkeep
