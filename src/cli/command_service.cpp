// start, stop, restart, reload: the loop that runs around the clock.
#include <fmt/format.h>
#include <unistd.h>

#include "api/display.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/control.h"
#include "cli/help.h"
#include "cli/selection.h"
#include "daemon/folders.h"
#include "daemon/log.h"
#include "daemon/notify.h"
#include "daemon/service.h"
#include "daemon/setup.h"
#include "daemon/supervisor.h"
#include "io/owner_lock.h"

namespace upkeep {
namespace {

/// What runs has its grace, and a listing may have to be ended.
constexpr Duration stop_patience = std::chrono::minutes{2};

std::vector<std::string> daemon_words(const Config& config, const Call& call) {
  std::vector<std::string> words = {"daemon", "--config", config.path};
  for (const char* option : {"--dry-run", "--test"}) {
    if (call.has(option)) words.emplace_back(option);
  }
  return words;
}

void warn_of_root(Terminal& terminal) {
  if (::geteuid() != 0) return;
  terminal.complain(
      "upkeep: it runs as root, and so do its collectors; a user of its own is safer");
}

CommandResult start_behind(const Config& config, const Call& call, Terminal& terminal) {
  const auto started = start_in_background(config, daemon_words(config, call));
  if (!started) return refuse(ExitCode::internal, started.error().text);
  terminal.write(fmt::format("upkeep runs as process {}{}\n", started->pid,
                             call.has("--test")      ? ", without listing or starting anything"
                             : call.has("--dry-run") ? ", without starting collectors"
                                                     : ""));
  if (!started->http.empty()) terminal.write(fmt::format("pages at http://{}\n", started->http));
  terminal.write("`upkeep status` shows what it does, `upkeep stop` ends it\n");
  return ExitCode::done;
}

CommandResult start_here(const Config& config, const Call& call, Terminal& terminal) {
  if (const auto made = make_state_folders(config.state); !made) {
    return refuse(ExitCode::internal, made.error().text);
  }
  ServiceOptions options;
  options.config_path = config.path;
  options.version = version_text();
  options.dry_run = call.has("--dry-run");
  options.test = call.has("--test");
  options.log = open_log(config, true, options.redaction);
  const ServiceManager manager;
  options.is_service = manager.is_there();
  options.ready = [&](const std::string&) {
    manager.leave_word(config.state);
    manager.ready(config.loop.hang_after);
  };
  options.beat = [&] { manager.beat(); };
  const auto served = serve(config, options);
  terminal.flush();
  return served ? CommandResult(ExitCode::done) : refuse(ExitCode::internal, served.error().text);
}

/// A service manager would start again what was only told to end.
std::optional<Refusal> refuse_for_service(const Config& config, std::string_view verb) {
  const auto owner = owner_of(config.state);
  if (!owner || !*owner || supervisor_of(config.state)) return {};
  const auto command = manager_command(config.state, **owner, verb);
  if (!command) return {};
  return Refusal{ExitCode::usage, fmt::format("it runs as a service: {}", *command)};
}

}  // namespace

CommandResult start_command(const Call& call, Terminal& terminal) {
  const auto config = load(call);
  if (!config) return std::unexpected(config.error());
  const auto owner = owner_of(config->state);
  if (!owner) return refuse(ExitCode::internal, owner.error().text);
  if (*owner) {
    return refuse(ExitCode::usage, fmt::format("it already runs, as process {}; see `upkeep "
                                               "status`, or `upkeep restart`",
                                               **owner));
  }
  warn_of_root(terminal);
  complain_of_limits(*config, terminal);
  return call.has("--foreground") ? start_here(*config, call, terminal)
                                  : start_behind(*config, call, terminal);
}

CommandResult daemon_command(const Call& call, Terminal&) {
  const auto config = load(call);
  const auto descriptor = parse_number(call.value("--beat").value_or(""));
  if (!descriptor || *descriptor > 1'000'000) {
    return refuse(ExitCode::usage, "--beat takes a file descriptor; `upkeep start` is for people");
  }
  const Lifeline lifeline(static_cast<int>(*descriptor));
  if (!config) {
    lifeline.failed(config.error().text);
    return std::unexpected(config.error());
  }
  ServiceOptions options;
  options.config_path = config->path;
  options.version = version_text();
  options.dry_run = call.has("--dry-run");
  options.test = call.has("--test");
  options.log = open_log(*config, false, options.redaction);
  options.restarts = static_cast<int>(std::min<std::uint64_t>(
      parse_number(call.value("--restarts").value_or("0")).value_or(0), 1'000'000));
  options.is_supervised = [&] { return !lifeline.is_cut(); };
  options.ready = [&](const std::string& http) { lifeline.ready(http); };
  options.beat = [&] { lifeline.beat(); };
  const auto served = serve(*config, options);
  if (served) return ExitCode::done;
  lifeline.failed(served.error().text);
  options.log(now_by_clock(), LogLevel::error, "loop", served.error().text);
  return refuse(ExitCode::internal, served.error().text);
}

CommandResult stop_command(const Call& call, Terminal& terminal) {
  const auto config = load(call);
  if (!config) return std::unexpected(config.error());
  if (auto refusal = refuse_for_service(*config, "stop")) return std::unexpected(*refusal);
  const auto stopped = stop_running(config->state, stop_patience);
  if (!stopped) return refuse(ExitCode::trouble, stopped.error().text);
  if (!*stopped) return refuse(ExitCode::not_running, "it does not run");
  terminal.write("upkeep has stopped\n");
  return ExitCode::done;
}

CommandResult restart_command(const Call& call, Terminal& terminal) {
  const auto config = load(call);  // a broken one must not stop what runs
  if (!config) return std::unexpected(config.error());
  if (auto refusal = refuse_for_service(*config, "restart")) return std::unexpected(*refusal);
  const auto stopped = stop_running(config->state, stop_patience);
  if (!stopped) return refuse(ExitCode::trouble, stopped.error().text);
  return start_behind(*config, call, terminal);
}

CommandResult reload_command(const Call& call, Terminal& terminal) {
  const auto config = load(call);
  if (!config) return std::unexpected(config.error());
  const auto answer = ask_loop(*config, "POST", "/api/v1/reload");
  if (!answer) return std::unexpected(answer.error());
  terminal.write("the configuration was read again\n");
  return ExitCode::done;
}

}  // namespace upkeep
