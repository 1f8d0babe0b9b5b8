// setup: a service that systemd runs. man, shipped: what an installation has beside the program.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/manual.h"
#include "cli/selection.h"
#include "daemon/unit.h"
#include "daemon/unit_setup.h"

namespace upkeep {
namespace {

bool is_unit_name(std::string_view name) {
  return !name.empty() && name.size() < 200 && name.front() != '.' && name.front() != '-' &&
         std::ranges::all_of(
             name,
             [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      std::string_view("_.-").find(c) != std::string_view::npos;
             });
}

/// Why the words contradict each other, if they do.
std::optional<std::string> contradiction_of(const Call& call) {
  if (call.operands.front() != "systemd") {
    return fmt::format("setup: `{}` is unknown; there is: systemd", call.operands.front());
  }
  if (call.has("--user") && call.has("--run-as")) {
    return "setup: --user runs as yourself, --run-as as somebody else; give one of them";
  }
  if (!is_unit_name(call.value("--name").value_or("upkeep"))) {
    return "setup: --name takes letters, digits, `_`, `-` and `.`";
  }
  return {};
}

std::string done_text(const UnitDone& done, const UnitWish& wish) {
  const std::string_view manager = wish.user.empty() ? "--user " : "";
  std::string out =
      fmt::format("{} {}\n", done.path, done.is_written ? "is written" : "is as it should be");
  out += fmt::format("{} {}\n", wish.name, done.is_started ? "was started" : "runs already");
  out += fmt::format("`systemctl {}status {}` and `journalctl {}-u {} -f` show what it does\n",
                     manager, wish.name, manager, wish.name);
  if (wish.user.empty())
    out += "`loginctl enable-linger` lets it run while you are not logged in\n";
  return out;
}

}  // namespace

CommandResult setup_command(const Call& call, Terminal& terminal) {
  if (const auto wrong = contradiction_of(call)) return refuse(ExitCode::usage, *wrong);
  const auto config = load(call);
  if (!config) return std::unexpected(config.error());
  const auto program = own_program();
  const auto owner = owner_of_service(*config);
  if (!program || !owner) {
    return refuse(ExitCode::internal, program ? owner.error().text : program.error().text);
  }
  UnitWish wish;
  wish.name = call.value("--name").value_or(wish.name);
  if (!call.has("--user")) wish.user = call.value("--run-as").value_or(*owner);
  wish.again = fmt::format("{} -c {} setup systemd", *program, config->path);
  const auto text = unit_text(unit_for(*config, *program, wish.user));
  if (!text) return refuse(ExitCode::usage, text.error().text);
  if (call.has("--print")) {
    terminal.write(*text);
    return ExitCode::done;
  }
  wish.text = *text;
  const auto done = set_up_unit(*config, wish);
  if (!done) return refuse(ExitCode::trouble, done.error().text);
  terminal.write(done_text(*done, wish));
  return ExitCode::done;
}

CommandResult man_command(const Call& call, Terminal& terminal) {
  const std::string name = call.operands.empty() ? "upkeep" : call.operands.front();
  const auto page = manual_page(name);
  if (!page) {
    const std::vector<std::string> known(manual_pages().begin(), manual_pages().end());
    return refuse(ExitCode::usage, fmt::format("man: there is no page `{}`; there are: {}", name,
                                               join(known, ", ")));
  }
  terminal.write(*page);
  return ExitCode::done;
}

CommandResult shipped_command(const Call& call, Terminal& terminal) {
  const std::string& file = call.operands.front();
  if (file == "sysusers") {
    terminal.write(sysusers_line());
  } else if (file == "tmpfiles") {
    terminal.write(tmpfiles_line());
  } else if (file == "unit") {
    const auto text = unit_text(shipped_unit(call.value("--program").value_or("/usr/bin/upkeep")));
    if (!text) return refuse(ExitCode::usage, text.error().text);
    terminal.write(*text);
  } else {
    return refuse(ExitCode::usage, fmt::format("shipped: there is no file `{}`", file));
  }
  return ExitCode::done;
}

}  // namespace upkeep
