// Which arguments of a command a shell would run as a script, and how to pass values to
// such a script without making code of them.
#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace upkeep {

/// Positions of arguments that a shell runs: the script behind `-c` (also `-ec`, `-o
/// pipefail -c` …) of sh, bash, dash, zsh, ksh and their kin, wherever in the command the
/// shell stands (`env sh -c`, `timeout 9 bash -c`), and what `env -S` splits into words.
std::vector<std::size_t> script_positions(std::span<const std::string> command);

/// The command with each placeholder of the script at `script` handed over as an argument,
/// "$1" and so on, that the script reads.
std::vector<std::string> with_positional_arguments(std::span<const std::string> command,
                                                   std::size_t script);

}  // namespace upkeep
