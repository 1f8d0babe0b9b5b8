// What a running upkeep does, at one moment: plain values that any thread may show.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/listing_text.h"
#include "api/style.h"
#include "base/time.h"
#include "coverage/coverage.h"
#include "model/failure.h"
#include "model/state.h"

namespace upkeep {

/// How a component, or all of upkeep, is. Ordered from good to bad.
enum class Health : std::uint8_t { healthy, degraded, unhealthy };
/// "healthy", "degraded", "unhealthy".
std::string_view to_text(Health);

/// An internal part that is supervised, or something that it depends on.
struct Component {
  std::string name;  ///< "reconciler", "store:lake"
  Health health = Health::healthy;
  std::string state;  ///< a word: "idle", "running", "waiting", "failed" …
  std::string text;   ///< a sentence
  int restarts = 0;
};

struct QueueStatus {
  std::uint64_t tasks = 0, gaps = 0, running = 0, held = 0;  ///< held: of those listed
  std::array<std::uint64_t, 4> by_priority{};                ///< tasks, in the order of Priority
  Duration estimate{};                                       ///< one task after the other
};

struct RunningStatus {
  AttemptId attempt;
  std::string task, collection, what, phase;
  std::uint64_t partitions = 0;
  double progress = 0;  ///< 0 to 1, as its collector reported
  Time started, deadline;
};

struct UpstreamStatus {
  std::string name;
  std::uint64_t attempts = 0;                ///< of its collectors, under way
  std::uint64_t waiting = 0;                 ///< processes that ask for requests
  std::uint64_t last_minute = 0;             ///< requests granted in it
  std::uint64_t granted = 0, throttled = 0;  ///< requests, ever
  double learnt_per_minute = 0;              ///< the rate that throttling taught; 0: none
  std::uint64_t learnt_attempts = 0;         ///< attempts at once, likewise
  std::string held_by;                       ///< a sentence; empty when an attempt may start
  std::optional<Time> held_until;
};

struct DimensionStatus {
  std::string name;
  std::vector<std::string> fields;
  std::uint64_t values = 0;
  bool is_time = false;  ///< its days can be asked for
};

struct CollectionStatus {
  std::string name;
  std::string standing;  ///< "known", "held", "unknown"
  std::string why;       ///< for held and unknown
  bool is_judged = false;
  Summary summary;
  std::uint64_t objects = 0, bytes = 0, strays = 0, duplicates = 0;
  Time inventory_at;
  std::vector<DimensionStatus> dimensions;
};

/// A store that is being listed.
struct ListingStatus {
  std::string store;
  Time since;
  ListingProgress progress;  ///< of a bucket
};

/// The scheduled runs of a collector.
struct ScheduleStatus {
  std::string collector, times;
  Time due;           ///< the last time that was taken up, or passed by before the start
  std::string phase;  ///< of that run: "listing", "filling", "done"
  Time next;
};

/// Counted since the start.
struct Counters {
  std::uint64_t listings = 0, listings_failed = 0;
  std::uint64_t attempts = 0, attempts_failed = 0;  ///< settled ones
  std::uint64_t closed = 0, failed = 0, gone = 0;   ///< partitions of attempts
  std::map<FailureClass, std::uint64_t> failures;   ///< attempts, by class
};

struct Status {
  bool running = false;
  Time now;
  std::int64_t pid = 0;  ///< of the daemon
  Time started;
  std::string version, config, state;
  std::string http;  ///< "127.0.0.1:8080"; empty: no pages
  std::string mode;  ///< "dry run", "disabled", "maintenance until …"; empty when it works
  std::optional<Time> maintenance_until;  ///< while it holds
  std::vector<ScheduleStatus> schedules;
  std::vector<Component> components;
  QueueStatus queue;
  std::vector<RunningStatus> attempts;
  std::vector<CollectionStatus> collections;
  std::vector<UpstreamStatus> upstreams;
  std::vector<ListingStatus> listings;          ///< under way
  std::map<IncidentId, IncidentRow> incidents;  ///< open and acknowledged ones
  Counters counters;
};

/// Unhealthy: a component is. Degraded: one is, or an incident is open.
Health health_of(const Status&);

// Each ends with a newline.
std::string status_json(const Status&);
std::string status_text(const Status&, const Style&);
/// {"collections", "total", "offset", "next"}: completeness of each collection, and the dimensions
/// by whose values it can be had; `next` is the offset of the next page, null on the last.
std::string coverage_json(const Status&, std::uint64_t offset, std::uint64_t limit);
/// {"status", "components"}
std::string health_json(const Status&);
std::string health_text(const Status&, const Style&);
/// For Prometheus (text format 0.0.4), and the same numbers as JSON.
std::string metrics_text(const Status&);
std::string metrics_json(const Status&);

}  // namespace upkeep
