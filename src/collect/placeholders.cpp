#include "collect/placeholders.h"

#include <algorithm>

namespace upkeep {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The length of the name that follows an opening brace and is closed by another; 0 if none.
std::size_t name_length(std::string_view rest) {
  if (rest.empty() || !is_letter(rest.front())) return 0;
  std::size_t n = 1;
  while (n < rest.size() && (is_letter(rest[n]) || is_digit(rest[n]))) ++n;
  return n < rest.size() && rest[n] == '}' ? n : 0;
}

bool is_balanced(std::string_view text) {
  int depth = 0;
  for (const char c : text) {
    depth += c == '{' ? 1 : c == '}' ? -1 : 0;
    if (depth < 0) return false;
  }
  return depth == 0;
}

bool is_plain_in_yaml(std::string_view text) {
  return !text.empty() && text != "-" && std::ranges::all_of(text, [](char c) {
    return is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '/' || c == '=' || c == '+';
  });
}

}  // namespace

std::vector<ArgumentPart> split_argument(std::string_view argument) {
  std::vector<ArgumentPart> parts;
  const auto add_text = [&](char c) {
    if (parts.empty() || parts.back().is_placeholder) parts.push_back({});
    parts.back().text += c;
  };
  for (std::size_t i = 0; i < argument.size(); ++i) {
    const char c = argument[i];
    if ((c == '{' || c == '}') && i + 1 < argument.size() && argument[i + 1] == c) {
      add_text(c);
      ++i;
    } else if (const auto n = c == '{' ? name_length(argument.substr(i + 1)) : 0; n > 0) {
      parts.push_back({true, std::string(argument.substr(i + 1, n))});
      i += n + 1;
    } else {
      add_text(c);
    }
  }
  return parts;
}

bool loses_braces(std::string_view argument) {
  if (!is_balanced(argument)) return false;
  std::string literal;
  for (const ArgumentPart& part : split_argument(argument)) {
    if (!part.is_placeholder) literal += part.text;
  }
  return !is_balanced(literal);
}

std::string to_yaml_text(const std::vector<std::string>& command) {
  std::string out = "[";
  for (const std::string& argument : command) {
    if (out.size() > 1) out += ", ";
    if (is_plain_in_yaml(argument)) {
      out += argument;
      continue;
    }
    out += '\'';
    for (const char c : argument) out.append(c == '\'' ? 2 : 1, c);
    out += '\'';
  }
  return out + "]";
}

}  // namespace upkeep
