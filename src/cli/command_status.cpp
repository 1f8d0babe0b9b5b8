// status, health, reconcile, fill: what the loop does, and what it should do now.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "api/json_writer.h"
#include "api/status.h"
#include "api/words.h"
#include "base/json.h"
#include "cli/commands.h"
#include "cli/control.h"
#include "cli/help.h"
#include "cli/selection.h"
#include "daemon/setup.h"
#include "daemon/supervisor.h"
#include "io/files.h"
#include "io/owner_lock.h"

namespace upkeep {
namespace {

/// A page as the loop writes it for this terminal.
std::string page(const std::string& path, const Style& style) {
  return fmt::format("{}?format=text&width={}&colours={}&unicode={}", path, style.width,
                     static_cast<int>(style.colours), style.unicode ? 1 : 0);
}

/// The numbers of the queue as it was last written.
QueueStatus queue_as_left(const Config& config) {
  QueueStatus queue;
  const auto text = read_file(config.state + "/inventory/gaps.json");
  const auto file = text ? parse_json(*text) : Result<Json>(fail(""));
  if (!file || !file->is_object()) return queue;
  const auto count = [](const Json& json, const std::string& name) {
    const auto found = json.find(name);
    const bool is_count = found != json.end() && found->is_number_unsigned();
    return is_count ? found->get<std::uint64_t>() : 0;
  };
  queue.tasks = count(*file, "total_tasks");
  queue.gaps = count(*file, "total_gaps");
  const auto classes = file->find("by_priority");
  if (classes == file->end() || !classes->is_object()) return queue;
  for (const Priority priority : priorities) {
    queue.by_priority[static_cast<std::size_t>(priority)] = count(*classes, lower_text(priority));
  }
  return queue;
}

/// What the state folder says when nobody answers for it.
std::expected<Status, Refusal> status_as_left(const Config& config) {
  const auto state = read_state(config);
  if (!state) return refuse(ExitCode::internal, state.error().text);
  Status status;
  status.now = now_by_clock();
  status.version = version_text();
  status.config = config.path;
  status.state = config.state;
  for (const auto& [id, row] : state->incidents) {
    if (row.state != IncidentRow::State::closed) status.incidents.emplace(id, row);
  }
  status.queue = queue_as_left(config);
  const auto owner = owner_of(config.state);
  if (const auto supervisor = supervisor_of(config.state); supervisor && !(owner && *owner)) {
    status.components.push_back(
        {.name = "daemon",
         .health = Health::unhealthy,
         .state = "ended",
         .text = fmt::format("process {} will start it again", *supervisor)});
  }
  if (owner && *owner) {
    status.running = true;
    status.pid = **owner;
    status.started = status.now;
    status.components.push_back({.name = "loop",
                                 .health = Health::unhealthy,
                                 .state = "silent",
                                 .text = "it does not answer; this is the state on disk"});
  }
  return status;
}

CommandResult show_as_left(const Config& config, bool json, bool only_health, Terminal& terminal) {
  const auto status = status_as_left(config);
  if (!status) return std::unexpected(status.error());
  if (only_health) {
    terminal.write(json ? health_json(*status) : health_text(*status, terminal.style()));
  } else {
    terminal.write(json ? status_json(*status) : status_text(*status, terminal.style()));
  }
  return status->running ? ExitCode::trouble : ExitCode::not_running;
}

ExitCode verdict_of(const std::string& health_page) {
  const auto health = parse_json(health_page);
  const bool healthy = health && health->value("status", "") == "healthy";
  return healthy ? ExitCode::done : ExitCode::trouble;
}

CommandResult show(const Call& call, const std::string& path, Terminal& terminal) {
  const auto format = format_of(call);
  if (!format) return std::unexpected(format.error());
  const auto config = load(call);
  if (!config) return std::unexpected(config.error());
  const bool json = *format == "json";
  const auto health = ask_loop(*config, "GET", "/health");
  // It may fall silent, or be ended, between the two.
  const auto text =
      health ? ask_loop(*config, "GET", json ? path : page(path, terminal.style())) : health;
  if (!text) return show_as_left(*config, json, path == "/health", terminal);
  terminal.write(*text);
  return verdict_of(*health);
}

CommandResult watch(const Call& call, Terminal& terminal) {
  for (;;) {
    terminal.write(terminal.is_live() ? "\x1b[H\x1b[2J" : "\n");
    const auto shown = show(call, "/status", terminal);
    if (!shown) return shown;
    if (!terminal.flush()) return shown;
    std::this_thread::sleep_for(std::chrono::seconds{2});
  }
}

std::string names_json(std::string_view member, const std::vector<std::string>& names,
                       const std::optional<std::string>& where) {
  std::string body;
  JsonWriter json(body);
  json.begin_object().key(member).begin_array();
  for (const std::string& name : names) json.value(name);
  json.end_array();
  if (where) json.member("where", *where);
  json.end_object();
  return body;
}

}  // namespace

CommandResult status_command(const Call& call, Terminal& terminal) {
  return call.has("--watch") ? watch(call, terminal) : show(call, "/status", terminal);
}

CommandResult health_command(const Call& call, Terminal& terminal) {
  return show(call, "/health", terminal);
}

CommandResult reconcile_command(const Call& call, Terminal& terminal) {
  const auto config = load(call);
  if (!config) return std::unexpected(config.error());
  const auto asked =
      ask_loop(*config, "POST", "/api/v1/reconcile", names_json("stores", call.operands, {}));
  if (!asked) return std::unexpected(asked.error());
  const auto answer = parse_json(*asked);
  if (answer && answer->contains("held_until")) {
    terminal.write(fmt::format("the stores will be listed at the end of maintenance, {}\n",
                               (*answer)["held_until"].get<std::string>()));
    return ExitCode::done;
  }
  terminal.write("the stores are being listed; `upkeep status` shows what comes of it\n");
  return ExitCode::done;
}

CommandResult fill_command(const Call& call, Terminal& terminal) {
  const auto config = load(call);
  if (!config) return std::unexpected(config.error());
  const auto asked = ask_loop(*config, "POST", "/api/v1/fill",
                              names_json("collections", call.operands, call.value("--where")));
  if (!asked) return std::unexpected(asked.error());
  terminal.write("it is being filled; `upkeep status` and `upkeep tasks` show how it goes\n");
  return ExitCode::done;
}

}  // namespace upkeep
