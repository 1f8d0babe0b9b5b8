#include "cli/completion.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace upkeep {
namespace {

using Kind = Operands::Kind;

constexpr std::array<std::string_view, 3> shells = {"bash", "zsh", "fish"};

/// A text inside single quotes of a POSIX shell.
std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

std::string words_of(std::span<const std::string_view> words) {
  std::string out;
  for (const std::string_view word : words) out += (out.empty() ? "" : " ") + std::string(word);
  return out;
}

std::string command_words() {
  std::string out;
  for (const CommandRow& command : commands()) {
    if (!command.is_hidden) out += (out.empty() ? "" : " ") + std::string(command.name);
  }
  return out;
}

/// Output options stand with the commands that have something to show.
bool is_for_all(const Option& option) {
  return option.name != "--json" && option.name != "--format" && option.name != "--version";
}

std::vector<Option> options_of(const CommandRow& command) {
  std::vector<Option> options = command.options;
  for (const Option& option : common_options()) {
    if (is_for_all(option)) options.push_back(option);
  }
  return options;
}

// --- bash ------------------------------------------------------------------------

std::string bash_operands(Kind kind) {
  switch (kind) {
    case Kind::collections:
      return "$(_upkeep_names collections)";
    case Kind::incident:
      return "$(_upkeep_names incidents)";
    case Kind::shell:
      return words_of(shells);
    case Kind::command:
      return command_words();
    case Kind::none:
    case Kind::what:
      return "";
  }
  return "";
}

std::string bash_script() {
  std::string out = R"sh(# Completion of upkeep's words in bash: source <(upkeep completion bash)
_upkeep_names() {
  upkeep ${config:+-c "$config"} names "$1" 2>/dev/null
}

_upkeep() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
  local command='' config='' options='' operands='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
      -c | --config) config=${COMP_WORDS[i+1]}; ((i++)) ;;
      -*) ;;
      *) command=${COMP_WORDS[i]}; break ;;
    esac
  done
  COMPREPLY=()
  if [[ $before == -c || $before == --config ]]; then
    mapfile -t COMPREPLY < <(compgen -f -- "$word")
    return
  fi
  case $command in
)sh";
  std::string common;
  for (const Option& option : common_options()) common += fmt::format(" {}", option.name);
  out += fmt::format("    '') operands={} options={} ;;\n", quoted(command_words()),
                     quoted("-c" + common));
  for (const CommandRow& command : commands()) {
    if (command.is_hidden) continue;
    std::string options;
    for (const Option& option : options_of(command)) {
      options += (options.empty() ? "" : " ") + std::string(option.name);
    }
    const std::string operands = bash_operands(command.operands.kind);
    out += fmt::format("    {})\n      options={} operands=\"{}\"\n", command.name, quoted(options),
                       operands);
    for (const Option& option : command.options) {
      if (option.value.empty()) continue;
      out += fmt::format("      [[ $before == {} ]] && options='' operands={}\n", option.name,
                         quoted(words_of(option.choices)));
    }
    out += "      ;;\n";
  }
  out += R"sh(  esac
  [[ $word == -* ]] && operands=$options
  mapfile -t COMPREPLY < <(compgen -W "$operands" -- "$word")
}
complete -F _upkeep upkeep
)sh";
  return out;
}

// --- zsh -------------------------------------------------------------------------

/// A text inside `name[…]` and `name:…` of _arguments and _describe.
std::string zsh_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string zsh_option(const Option& option) {
  const std::string names = option.name == "--config" ? "(-c --config)'{-c,--config}'"
                            : option.name == "--help" ? "(-h --help)'{-h,--help}'"
                                                      : std::string(option.name);
  std::string value;
  if (option.name == "--config") {
    value = ":file:_files";
  } else if (!option.choices.empty()) {
    value = fmt::format(":{}:({})", option.value, words_of(option.choices));
  } else if (!option.value.empty()) {
    value = fmt::format(":{}: ", option.value);
  }
  // Braces of the two-name form stand outside of the quotes, so the text is quoted in parts.
  const std::string text = quoted(fmt::format("[{}]{}", zsh_text(option.help), value));
  return fmt::format("'{}'{}", names, text);
}

std::string zsh_operands(const Operands& operands) {
  const std::string_view many = operands.max > 1 ? "*" : "1";
  switch (operands.kind) {
    case Kind::collections:
      return fmt::format(" '{}:collection:_upkeep_names collections'", many);
    case Kind::incident:
      return fmt::format(" '{}:incident:_upkeep_names incidents'", many);
    case Kind::shell:
      return fmt::format(" '1:shell:({})'", words_of(shells));
    case Kind::command:
      return fmt::format(" '1:command:({})'", command_words());
    case Kind::what:
      return " '*:what: '";
    case Kind::none:
      return "";
  }
  return "";
}

std::string zsh_script() {
  std::string out = R"sh(#compdef upkeep
# Completion of upkeep's words in zsh: upkeep completion zsh > a folder of $fpath/_upkeep
_upkeep_names() {
  local -a names
  names=(${(f)" $(upkeep $ {
                                             opt_args[-c] : +-c $ { opt_args[-c] }
                                           } names $1 2 > / dev / null) "})
                                           compadd -
                                           a names}

_upkeep_commands() {
  local - a all all = () ";
      for (const CommandRow& command : commands()) {
    if (command.is_hidden) continue;
    out += fmt::format("    {}\n",
                       quoted(fmt::format("{}:{}", command.name, zsh_text(command.summary))));
  }
  out += R"sh(  )
  _describe command all
}

_upkeep() {
  local curcontext=$curcontext state line
  typeset -A opt_args
  _arguments -C \
)sh";
  for (const Option& option : common_options()) {
    out += fmt::format("    {} \\\n", zsh_option(option));
  }
  out += R"sh(    '1:command:_upkeep_commands' '*::words:->words'
  [[ $state == words ]] || return
  case $line[1] in
)sh";
  for (const CommandRow& command : commands()) {
    if (command.is_hidden) continue;
    out += fmt::format("    {})\n      _arguments", command.name);
    for (const Option& option : options_of(command)) {
      out += fmt::format(" \\\n        {}", zsh_option(option));
    }
    out += zsh_operands(command.operands);
    out += "\n      ;;\n";
  }
  out += "  esac\n}\n\n_upkeep \"$@\"\n";
  return out;
}

// --- fish ------------------------------------------------------------------------

std::string fish_text(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

std::string fish_option(std::string_view when, const Option& option) {
  std::string line = fmt::format("complete -c upkeep {} -l {}", when, option.name.substr(2));
  if (option.name == "--config") line += " -s c -r -F";
  if (option.name == "--help") line += " -s h";
  if (!option.choices.empty()) {
    line += fmt::format(" -x -a '{}'", words_of(option.choices));
  } else if (!option.value.empty() && option.name != "--config") {
    line += " -x";
  }
  return line + fmt::format(" -d {}\n", fish_text(option.help));
}

std::string fish_operands(Kind kind) {
  switch (kind) {
    case Kind::collections:
      return "(upkeep names collections 2>/dev/null)";
    case Kind::incident:
      return "(upkeep names incidents 2>/dev/null)sh";
    case Kind::shell:
      return words_of(shells);
    case Kind::command:
      return command_words();
    case Kind::none:
    case Kind::what:
      return "";
  }
  return "";
}

std::string fish_script() {
  std::string out =
      "# Completion of upkeep's words in fish: upkeep completion fish >\n"
      "# ~/.config/fish/completions/upkeep.fish\n"
      "complete -c upkeep -f\n";
  for (const Option& option : common_options()) {
    if (is_for_all(option)) out += fish_option("", option);
  }
  for (const CommandRow& command : commands()) {
    if (command.is_hidden) continue;
    out += fmt::format("complete -c upkeep -n __fish_use_subcommand -a {} -d {}\n", command.name,
                       fish_text(command.summary));
    const std::string when = fmt::format("-n '__fish_seen_subcommand_from {}'", command.name);
    for (const Option& option : command.options) out += fish_option(when, option);
    const std::string operands = fish_operands(command.operands.kind);
    if (!operands.empty()) {
      out += fmt::format("complete -c upkeep {} -a '{}'\n", when, operands);
    }
  }
  return out;
}

}  // namespace

std::span<const std::string_view> completion_shells() { return shells; }

std::optional<std::string> completion_script(std::string_view shell) {
  if (shell == "bash") return bash_script();
  if (shell == "zsh") return zsh_script();
  if (shell == "fish") return fish_script();
  return {};
}

}  // namespace upkeep
