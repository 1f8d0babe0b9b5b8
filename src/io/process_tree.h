// Which processes there are and who started whom, read from /proc.
#pragma once
#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "io/descriptor.h"

namespace upkeep {

/// The whole of a file of /proc, whose size is not known beforehand; nothing when it cannot
/// be read.
std::optional<std::string> read_proc(const std::string& path);

struct ProcessFacts {
  pid_t parent = 0, group = 0;
  bool has_ended = false;  ///< but nobody has waited for it yet
};
/// Nothing when there is no such process.
std::optional<ProcessFacts> facts_of(pid_t);

/// Empty when the process is gone. Threads count as their process.
std::vector<pid_t> children_of(pid_t);
/// All that /proc shows.
std::vector<pid_t> all_processes();

/// A signal that never hits a process that got the same number meanwhile: `is_right` is
/// asked again once the process is held by a descriptor.
void signal_if(pid_t, int signal, const std::function<bool()>& is_right);

/// Signals all descendants of `root` that are not in the process group `except`; root itself
/// gets none. New ones that are born meanwhile may be missed.
void signal_below(pid_t root, int signal, pid_t except);

/// The direct children of this process that hang on its main thread. Orphans of its
/// descendants do (PR_SET_CHILD_SUBREAPER); with one thread, all do. Ended ones stay in the
/// list until they are waited for. One system call, as a rule.
class OwnChildren {
 public:
  OwnChildren();
  void list(std::vector<pid_t>& out);

 private:
  pid_t self_;
  Descriptor file_;
  std::string text_;
};

}  // namespace upkeep
