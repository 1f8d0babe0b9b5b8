// One argument of a command, taken apart into text and placeholders.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace upkeep {

/// `text` is what stands for itself, or a placeholder's name.
struct ArgumentPart {
  bool is_placeholder = false;
  std::string text;
};

/// `{name}` is a placeholder when the name is letters, digits and underscores and does not
/// begin with a digit. `{{` and `}}` write braces; all other braces stand for themselves.
std::vector<ArgumentPart> split_argument(std::string_view argument);

/// Do its braces pair up as they are written, but not once `{{` and `}}` have become braces?
/// Then JSON or a script was meant that needs its braces doubled.
bool loses_braces(std::string_view argument);

/// `[sh, -c, 'fetch "$1"', sh, '{date}']`: how a command is written in YAML.
std::string to_yaml_text(const std::vector<std::string>& command);

}  // namespace upkeep
