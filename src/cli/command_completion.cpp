// completion: a script for a shell.
#include <fmt/format.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/completion.h"

namespace upkeep {

CommandResult completion_command(const Call& call, Terminal& terminal) {
  const std::string& shell = call.operands.front();
  if (const auto script = completion_script(shell)) {
    terminal.write(*script);
    return ExitCode::done;
  }
  const std::vector<std::string> known(completion_shells().begin(), completion_shells().end());
  const auto meant = nearest(shell, known);
  return refuse(
      ExitCode::usage,
      fmt::format("completion: there is no script for `{}`{}; there are: {}", shell,
                  meant ? fmt::format(", did you mean `{}`?", *meant) : "", join(known, ", ")));
}

}  // namespace upkeep
