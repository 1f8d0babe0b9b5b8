#include "cli/manual.h"

#include <fmt/format.h>

#include <array>

#include "base/roff.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/help.h"
#include "config/config.h"

namespace upkeep {
namespace {

constexpr std::array<std::string_view, 2> pages = {"upkeep", "upkeep.yaml"};

std::string opening(std::string_view title, int section, std::string_view name,
                    std::string_view what) {
  return fmt::format(".TH {} {} {} \"upkeep {}\"\n.SH NAME\n{} \\- {}\n", title, section,
                     version_date(), version_text(), roff(name), roff(what));
}

std::string example(const Example& one) {
  return fmt::format(".TP\n{}\n{}", roff(one.line), roff_text(one.meaning));
}

std::string command_text(const CommandRow& command) {
  std::string out = roff_heading("SS", usage_of(command));
  out += roff_text(command.summary);
  if (!command.details.empty()) out += ".PP\n" + roff_text(command.details);
  for (const Option& option : command.options) out += roff_item(usage_of(option), "", option.help);
  if (command.examples.empty()) return out;
  out += ".PP\nFor example:\n";
  for (const Example& one : command.examples) out += example(one);
  return out;
}

std::string program_page() {
  std::string out =
      opening("UPKEEP", 1, "upkeep", "keeps collections of data complete") +
      ".SH SYNOPSIS\n.B upkeep\n[\\fB\\-c\\fR \\fIFILE\\fR] \\fICOMMAND\\fR [\\fIOPTION\\fR "
      "\\&...] [\\fIOPERAND\\fR \\&...]\n.SH DESCRIPTION\n";
  out += roff_text(
      "upkeep compares what should exist with what is there, runs collectors for the gaps, "
      "and proves each gap closed by looking again. What should exist is declared in "
      "upkeep.yaml(5).");
  out += ".SH OPTIONS\n";
  for (const Option& option : common_options()) out += roff_item(usage_of(option), "", option.help);
  out += ".SH COMMANDS\n";
  for (const CommandRow& command : commands()) {
    if (!command.is_hidden) out += command_text(command);
  }
  out += ".SH EXIT STATUS\n";
  for (const Meaning& code : exit_codes()) out += roff_item(code.name, "", code.text);
  out += ".SH ENVIRONMENT\n";
  out += roff_item("UPKEEP_CONFIG", "", "the configuration, where -c names none");
  out += roff_item("NO_COLOR", "", "no colours");
  out += ".SH FILES\n";
  out += roff_item("upkeep.yaml, /etc/upkeep/upkeep.yaml", "",
                   "the configuration, where nothing else is named");
  out += roff_item("/var/lib/upkeep", "", "the home of the service that a package brings");
  return out + ".SH SEE ALSO\n.BR upkeep.yaml (5)\n";
}

std::string config_page() {
  std::string out = opening("UPKEEP.YAML", 5, "upkeep.yaml", "the configuration of upkeep(1)");
  out += ".SH DESCRIPTION\n";
  out += roff_text(
      "What should exist, where it lives, and what fills the gaps, in YAML. Relative paths "
      "start at the folder of the file, and commands run there. Unknown keys are errors; "
      "`upkeep validate` names the place of each error, and `upkeep schema` prints a JSON "
      "Schema for editors.");
  out += ".SH KEYS\n" + config_manual();
  return out + ".SH SEE ALSO\n.BR upkeep (1)\n";
}

}  // namespace

std::span<const std::string_view> manual_pages() { return pages; }

std::optional<std::string> manual_page(std::string_view name) {
  if (name == pages[0]) return program_page();
  if (name == pages[1]) return config_page();
  return {};
}

}  // namespace upkeep
