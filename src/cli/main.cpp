// The program upkeep: hands its arguments to the command that they name.
#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>

#include "cli/program.h"

int main(int count, char** words) {
  ::prctl(PR_SET_NAME, "upkeep");  // else `ps` calls what was started by /proc/self/exe "exe"
  std::signal(SIGPIPE, SIG_IGN);   // a reader that goes away is no reason to die in the middle
  upkeep::Terminal terminal(STDOUT_FILENO, STDERR_FILENO, upkeep::real_environment());
  return upkeep::run_program({words + 1, words + count}, terminal);
}
