// Facts about the outside, in the past tense: all that the engine ever learns.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/id.h"
#include "base/result.h"
#include "base/time.h"
#include "collect/report.h"
#include "coverage/coverage.h"
#include "coverage/space.h"
#include "model/collection.h"
#include "model/condition.h"
#include "model/state.h"
#include "model/store.h"

namespace upkeep {

using RequestId = Id<struct RequestTag>;

struct TimePassed {};

/// What one listing of a store says of one collection: its coverage, or why there is none.
struct CollectionFinding {
  CollectionId collection;
  SpacePtr space;     ///< null when `error` is set
  Coverage coverage;  ///< as listed
  std::optional<Error> error;
};

/// A store was listed once for all its collections. `error`: nothing at all could be judged.
struct StoreListed {
  RequestId request;
  StoreId store;
  Time taken_at;  ///< when the listing, or the inventory report that was read, began
  std::vector<CollectionFinding> findings;
  std::optional<Error> error;
  Duration took{};  ///< for people
};

/// The store was looked at for some partitions of a collection, in the order asked for.
struct PartitionsSeen {
  RequestId request;
  std::vector<Sight> sights;
  std::optional<Error> error;  ///< the store could not be looked at
};

struct AttemptReported {
  AttemptId attempt;
  ReportLine line;
};

struct AttemptEnded {
  AttemptId attempt;
  Ending ending;
};

/// Nobody holds the lock of an attempt of an earlier life any longer.
struct OrphanEnded {
  AttemptId attempt;
};

/// The file system that state lives on.
struct DiskMeasured {
  std::uint64_t free = 0, size = 0;  ///< bytes
};

struct AckAsked {
  IncidentId incident;
};

/// List these stores now, and compare; all of them when none is named.
struct ReconcileAsked {
  std::vector<StoreId> stores;
};

/// Fill what is lacking there now: what waits or rests waits no longer.
struct FillAsked {
  std::vector<CollectionId> collections;  ///< all, when empty
  Condition where;
};

using AskId = Id<struct AskTag>;

/// Somebody waits for requests of an upstream: `upkeep acquire`. `id` is new in this life of the
/// daemon. → GrantTokens or RefuseTokens, at any time later
struct TokensAsked {
  AskId id;
  std::string upstream;
  std::uint64_t count = 1;
  std::string who;  ///< an attempt, a process …: those of different names take turns
};

/// Who asked does not wait any more: it was ended, or its connection.
struct AskerGone {
  AskId id;
};

/// Start nothing new, end what runs.
struct StopAsked {};

using Event = std::variant<TimePassed, StoreListed, PartitionsSeen, AttemptReported, AttemptEnded,
                           OrphanEnded, DiskMeasured, AckAsked, ReconcileAsked, FillAsked,
                           TokensAsked, AskerGone, StopAsked>;

}  // namespace upkeep
