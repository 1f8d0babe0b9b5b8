// The pretend processes: what the executor would start, stop and watch. They live on when the
// daemon dies, and hold their locks until they end.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/command.h"
#include "core/event.h"
#include "model/config.h"
#include "sim/collector.h"
#include "sim/world.h"

namespace upkeep::sim {

struct Process {
  AttemptId attempt;
  std::uint64_t life = 0;  ///< of the daemon that hears of its end; 0: an orphan, unwatched
  bool orphan = false;
  std::string collection, collector, store;
  SpacePtr space;
  std::vector<std::uint64_t> partitions;
  std::vector<std::string> keys;
  std::string upstream;  ///< that it calls
  Duration grace{};
  Ending ending;  ///< if nobody stops it
};

class Crew {
 public:
  /// How the daemon of that life hears of something; nobody else may hear of it.
  using Tell = std::function<void(std::uint64_t life, Event)>;

  Crew(World& world, Tell tell) : world_(world), tell_(std::move(tell)) {}

  void start(const StartAttempt&, const Config&, std::uint64_t life);
  void stop(AttemptId);
  /// For the daemon of that life, which did not start it.
  void watch(AttemptId, std::uint64_t life);
  /// Who asked for requests with this number got an answer.
  void answered(AskId id) { asks_.erase(id); }
  /// The daemon died; its processes die too, or become orphans.
  void orphan_all(bool die_too);

  /// How many were ever started.
  std::uint64_t started() const { return pid_; }
  /// Those that are alive, by process id.
  const std::map<std::uint64_t, Process>& processes() const { return processes_; }

 private:
  void write(const Process&, const Script::Write&);
  void report(std::uint64_t pid, const std::string& line);
  void ask(std::uint64_t pid);
  void end(std::uint64_t pid, Ending);
  void end_soon(std::uint64_t pid, Ending);
  /// Tells, unless fate will have it otherwise.
  void hear(std::uint64_t life, const Event&);
  std::map<std::uint64_t, Process>::iterator find(AttemptId);

  World& world_;
  Tell tell_;
  std::map<std::uint64_t, Process> processes_;
  std::vector<std::pair<AttemptId, Ending>> unheard_;  ///< ends that a dead daemon did not hear
  std::uint64_t pid_ = 0;
  std::map<AskId, std::uint64_t> asks_;  ///< not answered yet, with who asked
  std::uint64_t ask_ = 0;
};

/// "exit 75 (429)", "signal 11", "timed out"
std::string describe(const Ending&);

}  // namespace upkeep::sim
