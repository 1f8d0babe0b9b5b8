#include "collect/shell_script.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string_view>

#include "collect/placeholders.h"

namespace upkeep {
namespace {

std::string_view file_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);  // npos + 1 is 0
}

/// Also with a version behind the name: ksh93, bash5, zsh-5.9.
bool is_shell(std::string_view path) {
  constexpr std::array<std::string_view, 13> shells = {"sh",   "bash", "dash",  "zsh",  "ksh",
                                                       "mksh", "ash",  "rbash", "yash", "fish",
                                                       "csh",  "tcsh", "pdksh"};
  std::string_view name = file_name(path);
  while (!name.empty() && std::string_view("0123456789.-").contains(name.back())) {
    name.remove_suffix(1);
  }
  return std::ranges::find(shells, name) != shells.end();
}

/// The script of the shell at `shell`, when one of its options is `-c`.
std::optional<std::size_t> script_of(std::span<const std::string> command, std::size_t shell) {
  bool has_script = false;
  std::size_t i = shell + 1;
  for (; i < command.size(); ++i) {
    const std::string_view argument = command[i];
    if (argument == "--" || argument == "-") {
      ++i;
      break;
    }
    if (argument.size() < 2 || (argument[0] != '-' && argument[0] != '+')) break;
    if (argument.starts_with("--")) {
      if (argument == "--rcfile" || argument == "--init-file") ++i;
      if (argument == "--command") has_script = true;  // fish
      continue;
    }
    if (argument[0] == '-' && argument.contains('c')) has_script = true;
    if (argument.back() == 'o' || argument.back() == 'O') ++i;  // its value follows
  }
  return has_script && i < command.size() ? std::optional(i) : std::nullopt;
}

bool splits_words(std::span<const std::string> command, std::size_t at) {
  if (at == 0) return false;
  const std::string_view option = command[at - 1];
  const bool is_option =
      option == "-S" || option == "--split-string" || option == "-iS" || option == "-vS";
  return is_option && std::ranges::any_of(command.first(at - 1), [](const std::string& argument) {
           return file_name(argument) == "env";
         });
}

}  // namespace

std::vector<std::size_t> script_positions(std::span<const std::string> command) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < command.size(); ++i) {
    if (is_shell(command[i])) {
      if (const auto script = script_of(command, i)) found.push_back(*script);
    }
    if (splits_words(command, i)) found.push_back(i);
  }
  return found;
}

std::vector<std::string> with_positional_arguments(std::span<const std::string> command,
                                                   std::size_t script) {
  std::vector<std::string> out(command.begin(), command.end());
  if (out.size() == script + 1) out.emplace_back("sh");  // what the script sees as $0
  std::map<std::string, std::size_t> numbers;
  std::string text;
  char quote = 0;  // the kind of quotes that the script is inside of
  std::vector<ArgumentPart> parts = split_argument(command[script]);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (!parts[i].is_placeholder) {
      for (const char c : parts[i].text) {
        if (quote == 0 && (c == '"' || c == '\'')) {
          quote = c;
        } else if (c == quote) {
          quote = 0;
        }
      }
      text += parts[i].text;
      continue;
    }
    const auto [number, is_new] = numbers.try_emplace(parts[i].text, out.size() - script - 1);
    if (is_new) out.push_back("{" + parts[i].text + "}");
    // Quotes that hold nothing but the value become the ones around "$1".
    const bool is_alone = quote != 0 && text.ends_with(quote) && i + 1 < parts.size() &&
                          parts[i + 1].text.starts_with(quote);
    if (is_alone) {
      text.pop_back();
      parts[i + 1].text.erase(0, 1);
      quote = 0;
    }
    const std::string inner = fmt::format("${}", number->second);
    text += quote == '"' ? inner : quote == '\'' ? "'\"" + inner + "\"'" : '"' + inner + '"';
  }
  out[script] = text;
  return out;
}

}  // namespace upkeep
