// run: one whole cycle, shown while it goes on.
#include <fmt/format.h>

#include <memory>

#include "cli/commands.h"
#include "cli/run_view.h"
#include "cli/selection.h"
#include "daemon/run.h"
#include "daemon/setup.h"

namespace upkeep {
namespace {

ExitCode exit_code_of(const RunEnd& end) {
  if (end.unjudged) return ExitCode::unjudged;
  return end.trouble || end.stopped ? ExitCode::trouble : ExitCode::done;
}

/// Shows the plan that a dry run ends with.
class PlanView final : public Observer {
 public:
  PlanView(Terminal& terminal, bool json) : terminal_(terminal), json_(json) {}
  void began(const Snapshot&) override {}
  void observe(Time, const Fact&) override {}
  void finished(const Snapshot& snapshot) override { show_plan(snapshot, json_, terminal_); }

 private:
  Terminal& terminal_;
  bool json_;
};

std::unique_ptr<Observer> view_for(Terminal& terminal, const Condition& where, bool json,
                                   bool dry) {
  if (dry) return std::make_unique<PlanView>(terminal, json);
  if (json) return std::make_unique<JsonRunView>(terminal, where);
  if (terminal.is_live()) return std::make_unique<LiveRunView>(terminal, where);
  return std::make_unique<PlainRunView>(terminal, where);
}

}  // namespace

CommandResult run_command(const Call& call, Terminal& terminal) {
  const auto format = format_of(call);
  if (!format) return std::unexpected(format.error());
  const auto config = load(call);
  if (!config) return std::unexpected(config.error());
  const auto selection = select(*config, call);
  if (!selection) return std::unexpected(selection.error());
  const bool dry = call.has("--dry-run");
  const auto pause = maintenance_until(config->maintenance, now_by_clock(), config->zone);
  if (pause && !dry) {
    terminal.complain(
        fmt::format("upkeep: it is maintenance until {}; this run goes on all the "
                    "same, because somebody asked for it",
                    to_text(*pause)));
  }
  if (!dry) complain_of_limits(*config, terminal);
  const auto view = view_for(terminal, selection->where, *format == "json", dry);
  const auto end = dry ? run_dry(*config, *selection, *view) : run_once(*config, *selection, *view);
  if (!end) return refuse(ExitCode::internal, end.error().text);
  if (!end->refused.empty()) return refuse(ExitCode::usage, end->refused);
  return exit_code_of(*end);
}

}  // namespace upkeep
