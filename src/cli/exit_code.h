// How a command ends. Scripts rely on the numbers.
#pragma once
#include <cstdint>
#include <expected>
#include <string>

namespace upkeep {

enum class ExitCode : std::uint8_t {
  done = 0,
  trouble = 1,      ///< gaps, an incident, a failed fill
  usage = 2,        ///< bad command line or configuration
  not_running = 3,  ///< nothing is there that could answer
  internal = 4,     ///< upkeep itself could not go on
  unjudged = 5,     ///< a store or a table could not be judged
};

/// Why a command could not do what it was asked for; the text may have several lines.
struct Refusal {
  ExitCode code = ExitCode::usage;
  std::string text;
};

using CommandResult = std::expected<ExitCode, Refusal>;

inline std::unexpected<Refusal> refuse(ExitCode code, std::string text) {
  return std::unexpected(Refusal{code, std::move(text)});
}

}  // namespace upkeep
