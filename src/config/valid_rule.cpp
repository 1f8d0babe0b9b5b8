#include "config/valid_rule.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "collect/placeholders.h"
#include "collect/shell_script.h"
#include "config/collectors.h"
#include "config/forms.h"

namespace upkeep {
namespace {

using namespace std::chrono;

/// Those that upkeep reads itself.
constexpr std::array read_formats = {Valid::Format::json, Valid::Format::jsonl, Valid::Format::csv,
                                     Valid::Format::gzip, Valid::Format::parquet};

Form<Valid> format_word() {
  std::vector<std::pair<std::string, Valid>> words;
  for (const Valid::Format format : read_formats) {
    Valid& valid = words.emplace_back(to_text(format), Valid{}).second;
    valid.format = format;
  }
  return word<Valid>("`json`, `jsonl`, `csv`, `gzip` or `parquet`", std::move(words));
}

Form<char> separator() {
  return parsed<char>("one character like `;`", "^.$", [](std::string_view text) -> Result<char> {
    const bool fits = text.size() == 1 && !std::string_view("\"\r\n\0", 4).contains(text);
    if (fits) return text.front();
    return fail(fmt::format("expected one character like `;`, found `{}`", text));
  });
}

/// The options of one format, which are those of no other.
Form<Valid> options_of(Valid::Format format) {
  std::vector<Key<Valid>> keys;
  if (format != Valid::Format::json && format != Valid::Format::gzip) {
    keys.push_back(key("min_rows", &Valid::min_rows, whole_number(0, UINT64_MAX),
                       "Fewer rows make the object invalid; a header is no row."));
  }
  if (format == Valid::Format::csv) {
    keys.push_back(key("separator", &Valid::separator, separator(),
                       "What stands between two fields; a comma when it is not set."));
    keys.push_back(key("header", &Valid::header, flag(), "Is the first row a header?"));
  }
  return record<Valid>(keys.empty() ? "an empty map, `{}`" : "a map with the options of the format",
                       std::move(keys));
}

/// The rule and how much is checked by it.
Form<Valid> whole_rule() {
  std::vector<Key<Valid>> keys;
  std::vector<std::string> formats = {"command"};
  for (const Valid::Format format : read_formats) {
    Form<Valid> options = options_of(format);
    KeyShape shape{std::string(to_text(format)),
                   fmt::format("The object must be {}.", to_text(format)), false, "",
                   std::move(options.shape)};
    keys.push_back({std::move(shape),
                    [format, read = std::move(options.read)](Reader& reader, const Place& place,
                                                             const Shape& inner, Valid& valid) {
                      valid.format = format;
                      read(reader, place, inner, valid);
                    }});
    formats.emplace_back(to_text(format));
  }
  keys.push_back(key("command", &Valid::command, command_line(),
                     "Your own check: exit code 0 means valid. {path} (in a directory), {uri} and "
                     "{key} are filled in; without {path} and {uri} it gets the object on its "
                     "standard input. Only `run` runs it."));
  keys.push_back(key("timeout", &Valid::timeout, duration(10ms),
                     "A command that takes longer says that the object is not valid."));
  keys.push_back(key("sample", &Valid::sample, share(),
                     "Only this share of the objects is checked, chosen by their keys."));
  Form<Valid> form =
      record<Valid>("a map like `{csv: {min_rows: 10}, sample: 10%}`", std::move(keys));
  return checked<Valid>(
      std::move(form), [formats](Reader& reader, const Place& place, Valid& valid) {
        std::vector<std::string> given;
        for (const std::string& name : formats) {
          if (place.has(name)) given.push_back(name);
        }
        if (given.size() != 1) {
          return reader.error(
              place, given.empty()
                         ? fmt::format("says no format; expected {}", one_of(formats))
                         : fmt::format("one rule is for one format, so only {} can stand here",
                                       one_of(given)));
        }
        if (!valid.command.empty()) {
          valid.format = Valid::Format::command;
        } else if (place.has("timeout")) {
          reader.error(place.at("timeout"), "only a `command` has a timeout");
        }
        if (valid.sample <= 0)
          reader.error(place.at("sample"), "a sample of nothing checks nothing");
      });
}

}  // namespace

Form<Valid> valid_rule() {
  return any_of<Valid>(
      "`json`, `jsonl`, `csv`, `gzip`, `parquet`, or a map like "
      "`{csv: {min_rows: 10}}` or `{command: [./check, \"{path}\"]}`",
      {format_word(), whole_rule()}, [](const Node& node) -> std::optional<std::size_t> {
        if (node.kind == Node::Kind::map) return 1;
        if (node.kind == Node::Kind::scalar && !node.is_empty()) return 0;
        return {};
      });
}

void check_valid_command(Reader& reader, const Place& place, const Valid& valid,
                         const Store& store) {
  const Place command = place.at("command");
  if (!reader.is_sound(command.path)) return;
  const auto scripts = script_positions(valid.command);
  const std::vector<std::string> known = {"key", "path", "uri"};
  for (std::size_t n = 0; n < valid.command.size(); ++n) {
    for (const ArgumentPart& part : split_argument(valid.command[n])) {
      if (!part.is_placeholder) continue;
      const Place argument = command.item(n);
      if (std::ranges::find(known, part.text) == known.end()) {
        return reader.error(argument, fmt::format("`{{{}}}` is unknown here; there are {{path}}, "
                                                  "{{uri}} and {{key}}",
                                                  part.text));
      }
      if (part.text == "path" && store.bucket) {
        return reader.error(
            argument,
            fmt::format("{{path}} is a file, but the store `{}` is a bucket; use {{uri}}, "
                        "or read the object from standard input",
                        store.name));
      }
      if (std::ranges::find(scripts, n) == scripts.end()) continue;
      return reader.error(argument,
                          "a shell would run the value as code; hand it over as an argument: " +
                              to_yaml_text(with_positional_arguments(valid.command, n)));
    }
  }
}

}  // namespace upkeep
