// What upkeep says about itself and its commands.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "api/style.h"
#include "cli/command.h"

namespace upkeep {

std::string_view version_text();  ///< "0.1.0"
std::string_view version_date();  ///< "2026-11-22"

struct Meaning {
  std::string_view name, text;
};
/// How a command may end, by its number.
std::span<const Meaning> exit_codes();
/// "scan [COLLECTION…]".
std::string usage_of(const CommandRow&);
/// "-c, --config FILE".
std::string usage_of(const Option&);

/// All commands, a sentence each.
std::string help_text(const Style&);
/// One command: what it does, its options, examples.
std::string help_text(const CommandRow&, const Style&);

}  // namespace upkeep
