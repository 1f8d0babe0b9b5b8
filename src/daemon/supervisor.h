// A small process above the daemon: starts it again when it dies or hangs.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "daemon/activity.h"
#include "model/config.h"

namespace upkeep {

/// How the daemon was started, for its supervisor and for whoever waits for it.
struct Started {
  pid_t pid = 0;     ///< of the daemon
  std::string http;  ///< address of its pages; empty when there are none
};

/// Puts a supervisor into the background, which starts this program again with `arguments` and
/// `--beat FD`. Returns when the daemon is up, or says why it is not.
Result<Started> start_in_background(const Config&, std::vector<std::string> arguments);

/// The supervisor of that state folder, if one runs.
std::optional<pid_t> supervisor_of(const std::string& state_folder);

/// Asks the supervisor, or the daemon alone, to end in order, and waits until both are gone.
/// False when nothing ran. An error when it has not ended within `patience`.
Result<bool> stop_running(const std::string& state_folder, Duration patience);

/// The daemon's end of the line to its supervisor.
class Lifeline {
 public:
  /// `descriptor`: that of --beat.
  explicit Lifeline(int descriptor);
  void ready(const std::string& http) const;
  void failed(const std::string& why) const;
  void beat() const;
  /// Has nobody been at the other end since the last beat?
  bool is_cut() const { return is_cut_; }

 private:
  void write(const std::string& line) const;
  int descriptor_;
  mutable bool is_cut_ = false;
};

}  // namespace upkeep
