// What upkeep says about itself and its commands.
#pragma once
#include <string>

#include "api/style.h"
#include "cli/command.h"

namespace upkeep {

std::string_view version_text();  ///< "0.1.0"

/// All commands, a sentence each.
std::string help_text(const Style&);
/// One command: what it does, its options, examples.
std::string help_text(const CommandRow&, const Style&);

}  // namespace upkeep
