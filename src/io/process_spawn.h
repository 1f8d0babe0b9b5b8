// Starts one program: the few system calls between a wish and a running process.
#pragma once
#include <sys/resource.h>
#include <sys/types.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "base/result.h"
#include "io/descriptor.h"

namespace upkeep {

/// What the child is to be. It gets its own process group, no signal handlers, an empty
/// signal mask, and no descriptors but these.
struct SpawnRequest {
  /// Paths to try, in this order, as execvp does with the folders of PATH.
  std::span<const std::string> programs;
  char* const* arguments = nullptr;    ///< ends with a null pointer
  char* const* environment = nullptr;  ///< likewise
  const char* folder = nullptr;        ///< working directory
  int input = -1;                      ///< becomes 0; must itself be above 2, like the others
  int output = -1;                     ///< becomes 1 and 2
  int lock = -1;   ///< stays open in the child, which writes its number into the file
  int group = -1;  ///< a cgroup's file of processes, which the child joins
  rlimit core{};   ///< RLIMIT_CORE
  rlimit data{};   ///< RLIMIT_DATA
  /// RLIMIT_AS and RLIMIT_NOFILE; null: as upkeep has them.
  const rlimit* memory = nullptr;
  const rlimit* open_files = nullptr;
  int nice = 0;                    ///< of the child, as setpriority(2) takes it
  bool has_new_privileges = true;  ///< false: setuid bits give it nothing
  rlimit marker{};  ///< RLIMIT_RTTIME, see process_marker.h; failing to set it is no error
};

struct Spawned {
  pid_t pid = 0;
  Descriptor pidfd;  ///< readable once the process has ended
};

struct SpawnError {
  enum class Step { fork, group, folder, program };
  Step step = Step::fork;
  int number = 0;  ///< errno
};

class Spawner {
 public:
  Spawner();
  ~Spawner();
  Spawner(const Spawner&) = delete;
  Spawner& operator=(const Spawner&) = delete;

  /// Returns once the program runs in the child, or could not be run.
  std::expected<Spawned, SpawnError> spawn(const SpawnRequest&);

 private:
  void* stack_ = nullptr;  ///< of the child until it has become another program
};

}  // namespace upkeep
