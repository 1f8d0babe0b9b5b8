// The program of these tests: `run` starts the program that it is itself to have a store listed.
#include <gtest/gtest.h>
#include <unistd.h>

#include <string_view>

#include "cli/program.h"

int main(int count, char** words) {
  if (count > 1 && std::string_view(words[1]) == "scan-store") {
    upkeep::Terminal terminal(STDOUT_FILENO, STDERR_FILENO, upkeep::real_environment());
    return upkeep::run_program({words + 1, words + count}, terminal);
  }
  testing::InitGoogleTest(&count, words);
  return RUN_ALL_TESTS();
}
