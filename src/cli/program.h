// The program: one call, carried out.
#pragma once
#include <string>
#include <vector>

#include "cli/terminal.h"

namespace upkeep {

/// The words behind the program's name. Complaints go to the terminal's other output; the
/// result is the exit code of the process.
int run_program(const std::vector<std::string>& words, Terminal&);

}  // namespace upkeep
