// The program upkeep: hands its arguments to the command that they name.
#include <unistd.h>

#include <csignal>

#include "cli/program.h"

int main(int count, char** words) {
  std::signal(SIGPIPE, SIG_IGN);  // a reader that goes away is no reason to die in the middle
  upkeep::Terminal terminal(STDOUT_FILENO, STDERR_FILENO, upkeep::real_environment());
  return upkeep::run_program({words + 1, words + count}, terminal);
}
