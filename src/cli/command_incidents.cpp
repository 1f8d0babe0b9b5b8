// incidents and ack: what is wrong and held, and letting go of it.
#include <fmt/format.h>

#include <algorithm>

#include "api/display.h"
#include "api/incidents_json.h"
#include "cli/commands.h"
#include "cli/control.h"
#include "cli/selection.h"
#include "daemon/setup.h"
#include "io/owner_lock.h"

namespace upkeep {
namespace {

CommandResult ack_through_loop(const Config& config, const std::string& id, bool json,
                               Terminal& terminal) {
  const auto answer = ask_loop(config, "POST", "/api/v1/incidents/" + query_text(id) + "/ack");
  if (!answer) return std::unexpected(answer.error());
  terminal.write(json ? *answer : fmt::format("{} is acknowledged; the loop goes on\n", id));
  return ExitCode::done;
}

}  // namespace

CommandResult incidents_command(const Call& call, Terminal& terminal) {
  const auto format = format_of(call);
  if (!format) return std::unexpected(format.error());
  const auto config = load(call);
  if (!config) return std::unexpected(config.error());
  const auto state = read_state(*config);
  if (!state) return refuse(ExitCode::internal, state.error().text);
  const bool all = call.has("--all");
  terminal.write(*format == "json"
                     ? incidents_json(state->incidents, all)
                     : incidents_text(state->incidents, all, now_by_clock(), terminal.style()));
  const bool open = std::ranges::any_of(state->incidents, [](const auto& entry) {
    return entry.second.state == IncidentRow::State::open;
  });
  return open ? ExitCode::trouble : ExitCode::done;
}

CommandResult ack_command(const Call& call, Terminal& terminal) {
  const auto format = format_of(call);
  if (!format) return std::unexpected(format.error());
  const auto config = load(call);
  if (!config) return std::unexpected(config.error());
  const bool json = *format == "json";
  const auto owner = owner_of(config->state);
  if (owner && *owner) return ack_through_loop(*config, call.operands.front(), json, terminal);
  const auto row = acknowledge(*config, call.operands.front());
  if (!row) return refuse(ExitCode::usage, row.error().text);
  if (json) {
    terminal.write(incidents_json({{row->id, *row}}, true));
    return ExitCode::done;
  }
  terminal.write(fmt::format("{} is acknowledged: {}: {}\n", to_text(row->id),
                             printable(row->target), printable(row->text)));
  terminal.write("`upkeep run` goes on from here.\n");
  return ExitCode::done;
}

}  // namespace upkeep
