// From a launch to a running attempt: its files, its environment, its process.
#pragma once
#include <sys/types.h>

#include <chrono>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "io/control_groups.h"
#include "io/descriptor.h"
#include "io/process_files.h"
#include "io/process_marker.h"
#include "io/process_output.h"
#include "io/process_report.h"
#include "io/process_spawn.h"
#include "port/executor.h"

namespace upkeep {

using SteadyTime = std::chrono::steady_clock::time_point;

/// Where attempts leave their traces, and how much of them is kept.
struct ProcessSettings {
  std::string logs;                       ///< folder; output goes to <logs>/tasks/<attempt>.log
  std::string run;                        ///< folder of lock, partitions and report files
  std::uint64_t output_max = 10'000'000;  ///< bytes of output that are kept
  std::uint64_t report_max = 16'000'000;  ///< bytes of a report that are read
  const Redaction* redaction = nullptr;   ///< of what is kept of output; outlives the executor
};

/// A descendant that outlived its parent and hangs on upkeep now.
struct Stray {
  pid_t pid = 0;
  Descriptor pidfd = {};  ///< while its end is waited for
};

/// An attempt while any of its processes is alive. Its first process is waited for last, so
/// that until then no other process can get its number.
struct ProcessAttempt {
  AttemptId id;
  AttemptFiles files;
  pid_t leader = 0;
  Descriptor leader_pidfd;
  Descriptor output_end;  ///< what it prints; gone once nobody can print any more
  ProcessOutput output;
  ProcessReport report;
  SteadyTime deadline;
  Duration grace{};
  std::optional<Ending::Kind> cause = {};  ///< timed_out or interrupted, while that is why it ends
  std::optional<SteadyTime> kill_at = {};  ///< SIGTERM was sent; SIGKILL follows then
  bool leader_ended = false;
  std::vector<Stray> strays = {};
};

class ProcessLauncher {
 public:
  /// Throws std::system_error when the system refuses.
  explicit ProcessLauncher(ProcessSettings);

  const ProcessMarker& marker() const { return marker_; }
  const ProcessSettings& settings() const { return settings_; }
  /// The ending is `not_started`, with a text that says which file, why, and what to mend.
  std::expected<ProcessAttempt, Ending> launch(const Launch&, SteadyTime now);
  /// Nothing of the attempt is alive any more.
  void release(const ProcessAttempt&);
  /// Null where no cgroup is delegated to upkeep.
  const ControlGroups* groups() const { return groups_.get(); }

 private:
  struct Prepared {
    Descriptor lock, read_end, write_end, group;
  };
  std::expected<Prepared, Ending> prepare(const Launch&, const AttemptFiles&);
  std::expected<Spawned, Ending> spawn(const Launch&, const AttemptFiles&, const Prepared&);
  /// "NAME=value" for all variables of the child.
  std::vector<std::string> environment_of(const Launch&, const AttemptFiles&) const;
  std::vector<std::string> programs_of(const Launch&) const;

  ProcessSettings settings_;
  std::unique_ptr<const ControlGroups> groups_;
  ProcessMarker marker_;
  AttemptFolders folders_;
  Spawner spawner_;
  Descriptor no_input_;
  rlimit core_{};
  rlimit data_{};                       ///< likewise, before upkeep limited itself
  int nice_ = 0;                        ///< upkeep's own
  std::vector<std::string> inherited_;  ///< upkeep's own environment
};

}  // namespace upkeep
