#include "io/own_limits.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>

namespace upkeep {

void guard_process() {
  ::signal(SIGXFSZ, SIG_IGN);
  // 1 byte is too small for a core file, and is what also keeps the kernel from piping one to a
  // program (core(5)); 0 would not.
  rlimit core{};
  if (::getrlimit(RLIMIT_CORE, &core) == 0) {
    core.rlim_cur = std::min<rlim_t>(1, core.rlim_max);
    ::setrlimit(RLIMIT_CORE, &core);
  }
  ::prctl(PR_SET_DUMPABLE, 0);
}

void limit_memory(std::uint64_t bytes) {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // these reserve terabytes
  rlimit data{};
  if (::getrlimit(RLIMIT_DATA, &data) != 0) return;
  data.rlim_cur = std::min<rlim_t>(bytes, data.rlim_max);
  ::setrlimit(RLIMIT_DATA, &data);
#else
  (void)bytes;
#endif
}

}  // namespace upkeep
