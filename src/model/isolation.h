// How far a collector's processes are kept from the rest of the machine.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace upkeep {

/// What the processes of a collector may take together, where the kernel can limit that.
struct Together {
  std::optional<std::uint64_t> memory;     ///< bytes; what takes more is killed, all of it
  std::optional<double> cpu;               ///< cores
  std::optional<std::uint64_t> processes;  ///< at once; threads count
};

struct Isolation {
  int nice = 0;                             ///< added to upkeep's own, up to 19
  std::optional<std::uint64_t> memory;      ///< bytes of address space, of each process
  std::optional<std::uint64_t> open_files;  ///< at once, of each process
  /// Variables of upkeep's own environment that it sees, `*` at the end for any rest; all of
  /// them when it is not set.
  std::optional<std::vector<std::string>> pass_env;
  Together together;
  bool new_privileges = false;  ///< may sudo and the like give it more rights than upkeep has?
};

}  // namespace upkeep
