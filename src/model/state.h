// The rows that survive a restart. They are the truth at start; together with the
// coverage files, which may be deleted at any time, they are all that upkeep remembers.
// Rows name things by text, never by position, so they outlive changes of the configuration.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/id.h"
#include "base/time.h"
#include "model/calendar.h"
#include "model/failure.h"
#include "model/upstream.h"

namespace upkeep {

using AttemptId = Id<struct AttemptTag>;
using IncidentId = Id<struct IncidentTag>;

/// What is known about one partition beyond coverage; partitions without trouble have no row.
struct PartitionRow {
  std::string collection, key;
  int attempts = 0;     ///< charged since the partition was last good or last rested
  int deferrals = 0;    ///< exit 75 in a row
  int interrupted = 0;  ///< attempts in a row that upkeep's own end cut short
  int rests = 0;        ///< in a row; the wait doubles with each
  Time not_before;      ///< no attempt before this
  Time gone_until;      ///< a tombstone while in the future
  FailureClass why = FailureClass::none;  ///< of the last attempt
  std::string text;                       ///< of the last attempt, for people
  Time changed;
  bool operator==(const PartitionRow&) const = default;
};

/// An attempt that was started and is not settled yet.
struct AttemptRow {
  AttemptId id;
  std::string collection, task;
  std::vector<std::string> keys;
  Time started, deadline;
  bool operator==(const AttemptRow&) const = default;
};

/// One continuing trouble.
struct IncidentRow {
  enum class State : std::uint8_t { open, acked, closed };
  IncidentId id;
  std::string target;  ///< "store:lake", "collection:espn-pbp", "collector:espn"
  std::string kind;    ///< "held_loss", "held_growth", "unreadable", "completeness" …
  State state = State::open;
  Time since, changed;
  std::string text;          ///< one sentence: what is wrong and what to do
  std::uint64_t amount = 0;  ///< partitions concerned, or attempts refused; what an ack accepts
  bool operator==(const IncidentRow&) const = default;
};

/// "open", "acked", "closed"; and the inverse.
std::string_view to_text(IncidentRow::State);
std::optional<IncidentRow::State> parse_incident_state(std::string_view);

struct CollectionRow {
  std::string name;
  Time first_seen;             ///< of its first accepted inventory; no gap waited longer
  std::uint64_t expected = 0;  ///< partitions, at the last accepted inventory
  bool operator==(const CollectionRow&) const = default;
};

/// One decision, for `explain`. The subject is a key ("collection key"), a task or an incident.
struct JournalRow {
  Time at;
  std::string subject, text;
  bool operator==(const JournalRow&) const = default;
};

/// The engine's own: its random numbers and the next identifier.
struct EngineRow {
  std::uint64_t random = 1, next_id = 1;
  bool operator==(const EngineRow&) const = default;
};

struct State {
  EngineRow engine;
  std::map<std::pair<std::string, std::string>, PartitionRow> partitions;  ///< collection, key
  std::map<AttemptId, AttemptRow> attempts;
  std::map<IncidentId, IncidentRow> incidents;
  std::map<std::string, CollectionRow> collections;
  std::map<std::string, UpstreamRow> upstreams;
  std::map<std::string, ScheduleRow> schedules;
};

// What the engine decided to remember: each is one row put or dropped.
struct PutEngine {
  EngineRow row;
};
struct PutPartition {
  PartitionRow row;
};
struct DropPartition {
  std::string collection, key;
};
struct PutAttempt {
  AttemptRow row;
};
struct DropAttempt {
  AttemptId id;
};
struct PutIncident {
  IncidentRow row;
};
struct DropIncident {
  IncidentId id;
};
struct PutCollection {
  CollectionRow row;
};
struct DropCollection {
  std::string name;
};
struct PutUpstream {
  UpstreamRow row;
};
struct DropUpstream {
  std::string name;
};
struct PutSchedule {
  ScheduleRow row;
};
struct DropSchedule {
  std::string collector;
};
struct AddJournal {
  JournalRow row;
};
struct ExpireJournal {
  Time before;
};  ///< drops older journal rows

using Change = std::variant<PutEngine, PutPartition, DropPartition, PutAttempt, DropAttempt,
                            PutIncident, DropIncident, PutCollection, DropCollection, PutUpstream,
                            DropUpstream, PutSchedule, DropSchedule, AddJournal, ExpireJournal>;

/// Carries out a change on rows in memory, without the journal. Every state store does the same.
void apply(State&, const Change&);

}  // namespace upkeep
