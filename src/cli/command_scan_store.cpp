// scan-store: what `run` starts to have a store listed apart from itself.
#include "cli/commands.h"
#include "cli/selection.h"
#include "daemon/hand_over.h"

namespace upkeep {

CommandResult scan_store_command(const Call& call, Terminal& terminal) {
  const auto config = load(call);
  if (!config) return std::unexpected(config.error());
  const auto listing =
      list_store_for_parent(*config, call.operands[0], [&](const std::string& line) {
        terminal.write(line);
        terminal.flush();
      });
  if (!listing) return refuse(ExitCode::usage, listing.error().text);
  terminal.write(*listing);
  return ExitCode::done;
}

}  // namespace upkeep
