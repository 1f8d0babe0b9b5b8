// acquire: how collectors share the requests that an upstream allows.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/control.h"
#include "cli/selection.h"

namespace upkeep {
namespace {

/// Those of one attempt are one waiter: a collector with many threads gets no more turns.
std::string waiter() {
  const char* attempt = std::getenv("UPKEEP_ATTEMPT");
  return attempt != nullptr ? fmt::format("attempt {}", attempt)
                            : fmt::format("process {}", ::getppid());
}

}  // namespace

CommandResult acquire_command(const Call& call, Terminal&) {
  const auto config = load(call);
  if (!config) return std::unexpected(config.error());
  const std::string count = call.operands.size() > 1 ? call.operands[1] : "1";
  Duration timeout{};
  if (const auto given = call.value("--timeout")) {
    const auto parsed = parse_duration(*given);
    if (!parsed) return refuse(ExitCode::usage, "--timeout: " + parsed.error().text);
    timeout = *parsed;
  }
  const std::string target =
      fmt::format("/api/v1/acquire/{}?n={}&who={}", query_text(call.operands.front()),
                  query_text(count), query_text(waiter()));
  const auto granted = wait_for_loop(*config, "POST", target, timeout);
  if (!granted) return std::unexpected(granted.error());
  return ExitCode::done;
}

}  // namespace upkeep
