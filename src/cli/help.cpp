#include "cli/help.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "api/text_table.h"

#if !defined(UPKEEP_VERSION) || !defined(UPKEEP_DATE)
#error "the build defines UPKEEP_VERSION and UPKEEP_DATE"
#endif

namespace upkeep {
namespace {

constexpr std::array<Meaning, 6> codes{{{"0", "done, and nothing is wrong"},
                                        {"1", "found trouble: gaps, an incident, a failed fill"},
                                        {"2", "bad command line or configuration"},
                                        {"3", "nothing is running that could answer"},
                                        {"4", "upkeep itself could not go on"},
                                        {"5", "a store or a table could not be judged"}}};

std::string operands_text(const Operands& operands) {
  if (operands.max == 0) return {};
  const std::string name = fmt::format("{}{}", operands.name, operands.max > 1 ? "…" : "");
  return operands.min == 0 ? fmt::format(" [{}]", name) : fmt::format(" {}", name);
}

struct Line {
  std::string name, text;
};

/// Names on the left, sentences on the right, broken to fit.
std::string list(const std::vector<Line>& lines, const Style& style) {
  std::size_t longest = 0;
  for (const Line& line : lines) longest = std::max(longest, display_width(line.name));
  std::string out;
  for (const Line& line : lines) {
    const std::string padding(longest - display_width(line.name) + 2, ' ');
    out +=
        wrapped(fmt::format("  {}{}{}", line.name, padding, line.text), style.width, longest + 4);
    out += '\n';
  }
  return out;
}

std::string title(const Style& style, std::string_view text) {
  return '\n' + tinted(style, Tint::strong, text) + '\n';
}

std::string options_text(std::span<const Option> options, const Style& style) {
  std::vector<Line> lines;
  for (const Option& option : options)
    lines.push_back({usage_of(option), std::string(option.help)});
  return list(lines, style);
}

}  // namespace

std::string_view version_text() { return UPKEEP_VERSION; }

std::string_view version_date() { return UPKEEP_DATE; }

std::span<const Meaning> exit_codes() { return codes; }

std::string usage_of(const CommandRow& command) {
  return fmt::format("{}{}", command.name, operands_text(command.operands));
}

std::string usage_of(const Option& option) {
  std::string name(option.name);
  if (option.name == "--config") name = "-c, --config";
  if (option.name == "--help") name = "-h, --help";
  return option.value.empty() ? name : fmt::format("{} {}", name, option.value);
}

std::string help_text(const Style& style) {
  std::string out = wrapped(
      "upkeep keeps collections of data complete: it compares what should exist with what is "
      "there, runs your collectors for the gaps, and proves each gap closed by looking again.",
      style.width == 0 ? 80 : style.width, 0);
  out += '\n';
  out += title(style, "Usage");
  out += "  upkeep [-c FILE] COMMAND [OPTIONS] …\n";
  out += title(style, "Commands");
  std::vector<Line> lines;
  for (const CommandRow& command : commands()) {
    if (command.is_hidden) continue;
    lines.push_back({usage_of(command), std::string(command.summary)});
  }
  out += list(lines, style);
  out += title(style, "Options of all commands");
  out += options_text(common_options(), style);
  out += title(style, "Exit codes");
  lines.clear();
  for (const Meaning& code : exit_codes()) {
    lines.push_back({std::string(code.name), std::string(code.text)});
  }
  out += list(lines, style);
  out += title(style, "Examples");
  out += list({{"upkeep validate", "is the configuration right?"},
               {"upkeep scan", "how complete is everything?"},
               {"upkeep plan", "what would be done, in which order?"},
               {"upkeep run", "do it: fill the gaps and prove them closed"},
               {"upkeep help gaps", "all about one command"}},
              style);
  return out;
}

std::string help_text(const CommandRow& command, const Style& style) {
  std::string out = wrapped(fmt::format("upkeep {}: {}", command.name, command.summary),
                            style.width == 0 ? 80 : style.width, 2);
  out += '\n' + title(style, "Usage");
  out += fmt::format("  upkeep {}{}\n", usage_of(command),
                     command.options.empty() ? "" : " [OPTIONS]");
  if (!command.details.empty()) out += fmt::format("\n{}\n", command.details);
  if (!command.options.empty()) {
    out += title(style, "Options");
    out += options_text(command.options, style);
  }
  out += title(style, "Options of all commands");
  std::vector<Option> others;
  for (const Option& option : common_options()) {
    const bool own = std::ranges::any_of(
        command.options, [&](const Option& known) { return known.name == option.name; });
    const bool output = option.name == "--json" || option.name == "--format";
    if (!own && !output && option.name != "--version") others.push_back(option);
  }
  out += options_text(others, style);
  if (!command.examples.empty()) {
    out += title(style, "Examples");
    std::vector<Line> lines;
    for (const Example& example : command.examples) {
      lines.push_back({std::string(example.line), std::string(example.meaning)});
    }
    out += list(lines, style);
  }
  return out;
}

}  // namespace upkeep
