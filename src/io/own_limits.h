// What the process that runs around the clock allows itself.
#pragma once
#include <cstdint>

namespace upkeep {

/// It leaves no core file, which would hold secrets, and is none to be looked into by other
/// programs of its user. A file that may grow no more is an error like a full disk, not the end.
void guard_process();

/// From now on it gets no more than so many bytes of memory (RLIMIT_DATA, the soft limit): asking
/// for more throws std::bad_alloc. Errors are passed over: the limit is a net, not a need.
void limit_memory(std::uint64_t bytes);

}  // namespace upkeep
