#include "cli/program.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <new>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/help.h"

namespace upkeep {
namespace {

CommandResult carry_out(const Request& request, Terminal& terminal) {
  if (request.version) return version_command({}, terminal);
  const auto all = commands();
  const auto found = std::ranges::find(all, request.call.command, &CommandRow::name);
  if (found == all.end()) {
    if (request.help) return help_command({}, terminal);
    return refuse(ExitCode::usage, "which command? `upkeep --help` lists them all");
  }
  if (request.help) {
    terminal.write(help_text(*found, terminal.style()));
    return ExitCode::done;
  }
  return found->run(request.call, terminal);
}

/// What no adapter caught is an internal error, not a crash.
CommandResult carry_out_safely(const Request& request, Terminal& terminal) {
  try {
    return carry_out(request, terminal);
  } catch (const std::bad_alloc&) {
    return refuse(ExitCode::internal,
                  "memory ran out; a listing has as much as `limits.memory` allows");
  } catch (const std::exception& exception) {
    return refuse(ExitCode::internal, fmt::format("internal error: {}", exception.what()));
  }
}

}  // namespace

int run_program(const std::vector<std::string>& words, Terminal& terminal) {
  const auto request = parse_arguments(commands(), words);
  if (request && request->no_colour) terminal.forbid_colours();
  const CommandResult result =
      request ? carry_out_safely(*request, terminal) : std::unexpected(request.error());
  if (!result) terminal.complain(fmt::format("upkeep: {}", result.error().text));
  terminal.flush();
  if (terminal.error()) {
    terminal.complain(fmt::format("upkeep: the output cannot be written: {}", *terminal.error()));
    return static_cast<int>(ExitCode::internal);
  }
  return static_cast<int>(result ? *result : result.error().code);
}

}  // namespace upkeep
