#include "cli/command.h"

#include <fmt/format.h>

#include <array>

namespace upkeep {

const Option json_option{"--json", "", "print JSON; the same as --format json"};
const Option format_option{"--format", "FORMAT", "print a table or json", {"table", "json"}};
const Option where_option{
    "--where", "EXPR", "only partitions that this means: \"date >= 2025-10-01 and kind == pbp\""};

namespace {

const std::array<Option, 6> common{
    {{"--config", "FILE",
      "the configuration; else $UPKEEP_CONFIG, ./upkeep.yaml, /etc/upkeep/upkeep.yaml"},
     {"--json", "", "print JSON, where a command has something to show"},
     {"--format", "FORMAT", "print a table or json"},
     {"--no-color", "", "no colours; the same as NO_COLOR=1"},
     {"--help", "", "explain upkeep, or the command it stands with"},
     {"--version", "", "print the version"}}};

}  // namespace

std::span<const Option> common_options() { return common; }

bool Call::has(std::string_view option) const { return options.contains(std::string(option)); }

std::optional<std::string> Call::value(std::string_view option) const {
  const auto found = options.find(std::string(option));
  if (found == options.end()) return {};
  return found->second;
}

std::expected<std::string, Refusal> format_of(const Call& call) {
  const auto format = call.value("--format");
  if (!call.has("--json")) return format.value_or("table");
  if (!format || *format == "json") return "json";
  return refuse(ExitCode::usage, fmt::format("{}: --json and --format {} contradict each other",
                                             call.command, *format));
}

}  // namespace upkeep
