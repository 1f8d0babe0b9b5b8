// Scripts that complete upkeep's words in a shell, made from the commands' own rows.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "cli/command.h"

namespace upkeep {

/// The shells there are scripts for: bash, zsh, fish.
std::span<const std::string_view> completion_shells();
/// Nothing for any other shell.
std::optional<std::string> completion_script(std::string_view shell);

}  // namespace upkeep
