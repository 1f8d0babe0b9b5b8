// libyaml speaks of tokens and contexts; a person wants to know what to change.
#include <fmt/format.h>

#include <array>

#include "config/yaml_tree.h"

namespace upkeep {
namespace {

struct Explanation {
  std::string_view problem, context;  ///< as in libyaml; an empty context fits all
  std::string_view text;              ///< {} is where the context began
};

constexpr std::array<Explanation, 14> explanations{{
    {"found unexpected end of stream", "while scanning a quoted scalar",
     "the quoted text that begins here is not closed"},
    {"found unknown escape character", "",
     "unknown escape in a text in double quotes; write `\\\\` for a backslash, or use single "
     "quotes"},
    {"mapping values are not allowed in this context", "",
     "a second `:` in one line, or a line that is indented too far; a text with `: ` in it needs "
     "quotes"},
    {"block sequence entries are not allowed in this context", "",
     "a list item cannot begin here; put it on a line of its own, or a text with `- ` in quotes"},
    {"block mapping keys are not allowed in this context", "",
     "a key cannot begin here; put it on a line of its own"},
    {"could not find expected ':'", "", "expected `:` after the key that begins at {}"},
    {"did not find expected key", "while parsing a block mapping",
     "expected a key that is indented like the one at {}"},
    {"did not find expected '-' indicator", "",
     "expected `- ` in the same column as the list that begins at {}"},
    {"did not find expected ',' or ']'", "",
     "expected `,` or `]` in the list that begins at {}; a text with brackets, braces or commas "
     "needs quotes here"},
    {"did not find expected ',' or '}'", "",
     "expected `,` or `}}` in the map that begins at {}; a text with brackets, braces or commas "
     "needs quotes here"},
    {"did not find expected node content", "", "expected a value"},
    {"did not find expected <document start>", "",
     "expected nothing more: what stands above is a whole value"},
    {"found undefined tag handle", "", "tags (`!`) are not supported; write the value alone"},
    {"found undefined alias", "", "no anchor of this name stands above"},
}};

}  // namespace

std::string explain_yaml_problem(std::string_view problem, std::string_view context, Mark begin,
                                 std::string_view next) {
  const std::string place = fmt::format("{}:{}", begin.line, begin.column);
  if (problem == "found character that cannot start any token" && !next.empty()) {
    if (next.front() == '\t') return "a tab cannot indent; use spaces";
    return fmt::format("a text cannot begin with `{}`; put it in quotes", next.front());
  }
  if (problem == "found a tab character that violates indentation" ||
      problem == "found a tab character where an indentation space is expected") {
    return "a tab cannot indent; use spaces";
  }
  for (const Explanation& known : explanations) {
    if (known.problem == problem && (known.context.empty() || known.context == context)) {
      return fmt::format(fmt::runtime(known.text), place);
    }
  }
  if (context.empty()) return fmt::format("not YAML: {}", problem);
  return fmt::format("not YAML: {} ({}, which began at {})", problem, context, place);
}

}  // namespace upkeep
