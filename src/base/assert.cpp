#include "base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace upkeep {

void assertion_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "upkeep: internal error: %s does not hold at %s:%d\n", condition, file,
               line);
  std::abort();
}

}  // namespace upkeep
