// What the engine will look at again when its time comes: one ordered set. Timers are never
// removed early; one that no longer fits the state does nothing.
#pragma once
#include <compare>
#include <optional>
#include <set>
#include <utility>
#include <variant>

#include "base/time.h"
#include "core/event.h"
#include "model/collection.h"
#include "model/state.h"
#include "model/store.h"

namespace upkeep {

struct ListingDue {
  StoreId store;
  auto operator<=>(const ListingDue&) const = default;
};
/// A request that expects an answer has none yet.
struct AnswerOverdue {
  RequestId request;
  auto operator<=>(const AnswerOverdue&) const = default;
};
/// An attempt should have ended by now.
struct EndOverdue {
  AttemptId attempt;
  auto operator<=>(const EndOverdue&) const = default;
};
/// The proof of an attempt failed and may be tried again.
struct ProofDue {
  AttemptId attempt;
  auto operator<=>(const ProofDue&) const = default;
};
/// A wait of some partition may be over, or the backlog has grown old.
struct BacklogDue {
  auto operator<=>(const BacklogDue&) const = default;
};
/// What was seen since the coverage was kept should be kept too.
struct KeepDue {
  CollectionId collection;
  auto operator<=>(const KeepDue&) const = default;
};
/// By now what was due should be there.
struct DeadlineDue {
  auto operator<=>(const DeadlineDue&) const = default;
};
/// Requests of an upstream may come free.
struct TokensDue {
  auto operator<=>(const TokensDue&) const = default;
};
struct DiskDue {
  auto operator<=>(const DiskDue&) const = default;
};
/// Old rows may go.
struct ExpiryDue {
  auto operator<=>(const ExpiryDue&) const = default;
};
/// Nothing to do but to see whether the run is complete.
struct Wake {
  auto operator<=>(const Wake&) const = default;
};

using Timer = std::variant<ListingDue, AnswerOverdue, EndOverdue, ProofDue, BacklogDue, KeepDue,
                           DeadlineDue, TokensDue, DiskDue, ExpiryDue, Wake>;

class Timers {
 public:
  void at(Time time, Timer timer) { set_.insert({time, timer}); }
  Time next() const { return set_.empty() ? Time::max() : set_.begin()->first; }
  std::optional<Timer> take(Time now) {
    if (next() > now) return {};
    return set_.extract(set_.begin()).value().second;
  }

 private:
  std::set<std::pair<Time, Timer>> set_;
};

}  // namespace upkeep
