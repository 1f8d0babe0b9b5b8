// From the words of a command line to a call.
#pragma once
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cli/command.h"

namespace upkeep {

/// What the words ask for.
struct Request {
  Call call;  ///< its command is empty when none was named
  bool help = false, version = false, no_colour = false;
};

/// Errors name the nearest command, option or value. Whether operands suffice is checked too,
/// but not where help was asked for.
std::expected<Request, Refusal> parse_arguments(std::span<const CommandRow> commands,
                                                const std::vector<std::string>& words);

}  // namespace upkeep
