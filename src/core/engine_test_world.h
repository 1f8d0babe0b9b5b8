// Tests only: the outside of one engine. A store of objects, a clock that moves when told,
// rows that survive, and collectors that end when and as the test says.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/engine.h"
#include "coverage/selector.h"

namespace upkeep::engine_test {

using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::sys_days;

using Keys = std::vector<std::string>;

inline Ending exited(int code) { return {Ending::Kind::exited, code, ""}; }
inline Ending ended_as(Ending::Kind kind) { return {kind, 0, ""}; }

class World {
 public:
  Config config;
  Assignment assignment;
  Time now = sys_days{std::chrono::year{2025} / 11 / 1} + 12h;
  std::map<std::string, Sight> objects;  ///< of all stores
  std::set<std::string> unreadable;      ///< stores that cannot be listed or looked at
  /// What listings show instead, as an inventory report does: objects as they were then.
  struct Report {
    Time at;
    std::map<std::string, Sight> objects;
  };
  std::optional<Report> report_read;
  std::string content_trouble;  ///< why listings cannot read the contents of any object
  bool is_silent = false;       ///< no question is answered
  std::uint64_t disk_free = 1'000'000'000'000;

  // What the engine did.
  State state;
  std::unique_ptr<Engine> engine;
  std::map<AttemptId, StartAttempt> running;  ///< processes, also of earlier lives
  std::vector<std::string> started;           ///< keys of each attempt, in order: "a/1 a/2"
  std::vector<AttemptId> stopped, watched;
  std::vector<LogFailure> failures;
  std::vector<AskId> granted;
  std::vector<std::string> refused;  ///< why
  std::vector<JournalRow> journal;
  std::vector<std::uint64_t> looked_at;  ///< how many partitions, of each look
  int listings = 0, complete = 0;

  World();
  /// A collection of `size` numbers with a collector of its own: keys a/0, a/1 …
  CollectionId add(std::string name, std::uint64_t size, std::uint64_t store = 0);
  Collector& collector(CollectionId id) { return config.collectors[id.value]; }
  void resize(CollectionId, std::uint64_t size);
  void put(const std::string& key);
  void put_all(const std::string& name, std::uint64_t size);

  /// Makes an engine from the rows, and answers what it asks.
  void begin();
  /// kill -9 and a new life: processes go on, answers are lost.
  void restart();
  /// As when the cache was deleted: no coverage is known to the next life.
  void forget_coverage() { kept_.clear(); }
  void send(const Event&);
  /// Lets time pass, with a step whenever the engine wants one.
  void pass(Duration);
  /// Ends the attempt that runs for the key, after writing its objects or without.
  void end(const std::string& key, Ending ending, bool writes = false);
  /// With exit code 0 it has written.
  void end(const std::string& key, int code) { end(key, exited(code), code == 0); }
  void report(const std::string& key, ReportLine line) { send(AttemptReported{of(key), line}); }
  /// Ends whatever starts with this code, until nothing more starts.
  void run_all(int code);

  AttemptId of(const std::string& key) const;
  Keys running_keys() const;
  const PartitionRow* row(const std::string& key) const;
  const IncidentRow* incident(std::string_view kind) const;
  CollectionView view(std::uint64_t id = 0) const { return engine->view(CollectionId{id}); }
  Summary summary(std::uint64_t id = 0) const;

 private:
  void take(Step);
  void answer();
  void carry_out(const Command&);
  Event list(const ListStore&) const;
  Event look(const LookAt&) const;

  std::deque<Command> questions_;
  std::map<std::string, Baseline> kept_;
};

}  // namespace upkeep::engine_test
