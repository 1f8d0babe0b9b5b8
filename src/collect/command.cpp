#include "collect/command.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/assert.h"
#include "base/text.h"
#include "collect/placeholders.h"
#include "collect/shell_script.h"
#include "coverage/key_template.h"

namespace upkeep {
namespace {

/// Names that are not fields, in the order in which they are told.
constexpr std::array<std::string_view, 5> own_names = {"key", "path", "uri", "task", "partitions"};

bool is_own_name(std::string_view name) {
  return std::ranges::find(own_names, name) != own_names.end();
}
/// Is it one of the names that stand for one object?
bool names_an_object(std::string_view name) {
  return name == "key" || name == "path" || name == "uri";
}

bool is_in(const std::string& word, const std::vector<std::string>& words) {
  return std::ranges::find(words, word) != words.end();
}

std::vector<std::string> dimension_fields(const Collection& collection) {
  std::vector<std::string> fields;
  for (const Dimension& dimension : collection.dimensions) {
    if (const auto* table = std::get_if<Table>(&dimension.source)) {
      for (const TableField& field : table->fields) fields.push_back(field.name);
    } else {
      fields.push_back(dimension.name);
    }
  }
  return fields;
}

class Checker {
 public:
  Checker(const Collector& collector, const Collection& collection)
      : collector_(collector), collection_(collection), fields_(dimension_fields(collection)) {}

  std::optional<CommandError> check() const {
    const std::vector<std::string>& command = collector_.command;
    if (command.empty()) return CommandError{0, "the command is empty; name a program"};
    for (std::size_t i = 0; i < command.size(); ++i) {
      if (auto text = wrong_with(command[i])) return CommandError{i, *std::move(text)};
    }
    if (command[0].empty()) return CommandError{0, "the name of the program is empty"};
    for (const std::size_t script : script_positions(command)) {
      if (auto text = wrong_with_script(script)) return CommandError{script, *std::move(text)};
    }
    return {};
  }

 private:
  std::optional<std::string> wrong_with(const std::string& argument) const {
    if (argument.contains('\0')) return "an argument cannot hold a NUL character";
    for (const std::string_view secret : {"${env:", "${file:", "${credential:"}) {
      if (argument.contains(secret)) {
        return fmt::format(
            "{}…}} cannot stand in a command, which all users of the machine can read; pass it "
            "with `env:`",
            secret);
      }
    }
    for (const ArgumentPart& part : split_argument(argument)) {
      if (!part.is_placeholder) continue;
      if (auto text = wrong_with_name(part.text)) return text;
    }
    if (loses_braces(argument)) {
      return fmt::format(
          "`{{{{` and `}}}}` write one brace each, so the braces of {} would no longer pair up; "
          "write each brace of a pair that touches another one twice",
          argument);
    }
    return {};
  }

  std::optional<std::string> wrong_with_name(const std::string& name) const {
    const bool is_field = is_in(name, fields_);
    if (is_field && is_own_name(name)) {
      return fmt::format(
          "{{{}}} may mean the dimension's field or the placeholder of that name; give the field "
          "another name",
          name);
    }
    if (is_field) return wrong_with_field(name);
    if (!is_own_name(name)) return unknown(name);
    return names_an_object(name) ? wrong_with_object(name) : std::nullopt;
  }

  std::optional<std::string> wrong_with_field(const std::string& name) const {
    if (!collector_.batch || is_in(name, collector_.batch->by)) return {};
    return fmt::format(
        "{{{}}} differs between the partitions of a batch; add `{}` to `batch.by`, or read it from "
        "the file {{partitions}}",
        name, name);
  }

  std::optional<std::string> wrong_with_object(const std::string& name) const {
    if (collector_.batch) {
      return fmt::format(
          "{{{}}} names one object, but a batch is for several; read the partitions from the file "
          "{{partitions}}, or leave out `batch`",
          name);
    }
    const auto key = parse_key_template(collection_.key);
    if (!key) return {};
    if (key->has_any()) {
      return fmt::format(
          "{{{}}} names one object, but the key of {} holds {{_}}, which fits any text; use the "
          "fields instead",
          name, collection_.name);
    }
    for (const std::string& field : key->fields()) {
      if (is_in(field, fields_)) continue;
      return fmt::format(
          "{{{}}} names one object, but the key of {} holds {{{}}}, a field without a dimension, "
          "which fits any text; use the other fields instead",
          name, collection_.name, field);
    }
    return {};
  }

  std::string unknown(const std::string& name) const {
    std::vector<std::string> known = fields_;
    known.insert(known.end(), own_names.begin(), own_names.end());
    const auto guess = nearest(name, known);
    for (std::string& one : known) one = "{" + one + "}";
    return fmt::format(
        "unknown placeholder {{{}}}{}; known are {}; braces of your own are written "
        "twice: {{{{{}}}}}",
        name, guess ? fmt::format(", did you mean {{{}}}?", *guess) : "", join(known, ", "), name);
  }

  std::optional<std::string> wrong_with_script(std::size_t script) const {
    const auto parts = split_argument(collector_.command[script]);
    const auto first = std::ranges::find(parts, true, &ArgumentPart::is_placeholder);
    if (first == parts.end()) return {};
    return fmt::format(
        "{{{}}} stands in a script, where a shell would take its value for code; hand it over as "
        "an argument and read it as \"$1\": {}",
        first->text, to_yaml_text(with_positional_arguments(collector_.command, script)));
  }

  const Collector& collector_;
  const Collection& collection_;
  std::vector<std::string> fields_;
};

}  // namespace

std::expected<void, CommandError> check_command(const Collector& collector,
                                                const Collection& collection) {
  if (auto error = Checker(collector, collection).check()) {
    return std::unexpected(*std::move(error));
  }
  return {};
}

std::vector<std::string> expand_command(std::span<const std::string> command,
                                        const CommandValues& values) {
  std::vector<std::string> out;
  out.reserve(command.size());
  for (const std::string& argument : command) {
    std::string& text = out.emplace_back();
    for (const ArgumentPart& part : split_argument(argument)) {
      if (!part.is_placeholder) {
        text += part.text;
        continue;
      }
      const auto value = values.values.find(part.text);
      UPKEEP_ASSERT(value != values.values.end());
      text += value->second;
    }
  }
  return out;
}

Result<void> check_values(std::span<const std::string> command, const CommandValues& values) {
  for (const std::string& argument : command) {
    const auto parts = split_argument(argument);
    if (!std::ranges::all_of(parts, &ArgumentPart::is_placeholder)) continue;
    for (const ArgumentPart& part : parts) {
      const auto value = values.values.find(part.text);
      UPKEEP_ASSERT(value != values.values.end());
      if (value->second.empty()) continue;
      if (!value->second.starts_with('-')) break;
      return fail(fmt::format(
          "the value {} of {{{}}} begins with `-`, so the program would take it for an option; "
          "tie it to one in the command: --{}={{{}}}",
          value->second, part.text, part.text, part.text));
    }
  }
  return {};
}

}  // namespace upkeep
