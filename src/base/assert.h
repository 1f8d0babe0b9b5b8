// Assertions that stay on in every build: a program that runs unwatched must stop at the
// first broken promise, not go on with it.
#pragma once

namespace upkeep {

[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);

#define UPKEEP_ASSERT(condition) \
  ((condition) ? static_cast<void>(0) : ::upkeep::assertion_failed(#condition, __FILE__, __LINE__))

}  // namespace upkeep
