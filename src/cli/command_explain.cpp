// explain: why something is as it is.
#include "api/explain.h"
#include "cli/commands.h"
#include "cli/selection.h"

namespace upkeep {
namespace {

/// `espn-pbp date=2025-10-21 game=401584` is the same as
/// `espn-pbp:date=2025-10-21,game=401584`, and `espn-pbp espn/x.json` as `espn-pbp:espn/x.json`.
std::string what_of(const std::vector<std::string>& words) {
  std::string what = words.front();
  for (std::size_t i = 1; i < words.size(); ++i) {
    what += i == 1 && what.find('=') == std::string::npos ? ':' : ',';
    what += words[i];
  }
  return what;
}

}  // namespace

CommandResult explain_command(const Call& call, Terminal& terminal) {
  const auto format = format_of(call);
  if (!format) return std::unexpected(format.error());
  const auto config = load(call);
  if (!config) return std::unexpected(config.error());
  const auto explanation = explain(*config, what_of(call.operands));
  if (!explanation) return refuse(ExitCode::usage, explanation.error().text);
  terminal.write(*format == "json" ? explain_json(*explanation)
                                   : explain_text(*explanation, terminal.style()));
  return ExitCode::done;
}

}  // namespace upkeep
