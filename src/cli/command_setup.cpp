// validate, schema, version, help, names: what needs no state and no store.
#include <fmt/format.h>

#include <algorithm>

#include "api/display.h"
#include "api/json_writer.h"
#include "api/words.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/help.h"
#include "cli/selection.h"
#include "config/config.h"
#include "core/incidents.h"
#include "daemon/setup.h"
#include "daemon/validation.h"

namespace upkeep {
namespace {

std::string validation_json(const Validation& found) {
  std::string out;
  JsonWriter json(out, 2);
  json.begin_object().member("valid", found.errors.empty()).key("errors").begin_array();
  for (const ConfigError& error : found.errors) {
    json.begin_object()
        .member("file", error.file)
        .member("line", error.line)
        .member("column", error.column)
        .member("key", error.key_path)
        .member("text", error.text)
        .end_object();
  }
  json.end_array().key("unjudged").begin_array();
  for (const Validation::Unjudged& one : found.unjudged) {
    json.begin_object().member("collection", one.collection).member("text", one.text).end_object();
  }
  json.end_array().end_object();
  return out + '\n';
}

std::string valid_text(const std::string& path, const Config& config) {
  return fmt::format("{} is valid: {}, {}, {}.\n", printable(path),
                     counted(config.stores.size(), "store", "stores"),
                     counted(config.collections.size(), "collection", "collections"),
                     counted(config.collectors.size(), "collector", "collectors"));
}

}  // namespace

CommandResult validate_command(const Call& call, Terminal& terminal) {
  const auto format = format_of(call);
  if (!format) return std::unexpected(format.error());
  const auto path = find_config(call.config);
  if (!path) return refuse(ExitCode::usage, path.error().text);
  const auto config = load_config(*path);
  const Validation found =
      config ? validate(*config, now_by_clock()) : Validation{config.error(), {}};
  const ExitCode verdict = !found.errors.empty()     ? ExitCode::usage
                           : !found.unjudged.empty() ? ExitCode::unjudged
                                                     : ExitCode::done;
  if (*format == "json") {
    terminal.write(validation_json(found));
    return verdict;
  }
  if (found.errors.empty()) terminal.write(valid_text(*path, *config));
  for (const ConfigError& error : found.errors) terminal.complain(printable(to_text(error)));
  for (const Validation::Unjudged& one : found.unjudged) {
    terminal.complain(fmt::format("upkeep: {} could not be judged: {}", printable(one.collection),
                                  printable(one.text)));
  }
  if (found.errors.empty()) return verdict;
  return refuse(verdict,
                fmt::format("{} in {}", counted(found.errors.size(), "error", "errors"), *path));
}

CommandResult schema_command(const Call&, Terminal& terminal) {
  std::string schema = config_schema();
  if (!schema.ends_with('\n')) schema += '\n';
  terminal.write(schema);
  return ExitCode::done;
}

CommandResult version_command(const Call& call, Terminal& terminal) {
  const auto format = format_of(call);
  if (!format) return std::unexpected(format.error());
  if (*format == "json") {
    std::string out;
    JsonWriter(out).begin_object().member("version", version_text()).end_object();
    terminal.write(out + '\n');
  } else {
    terminal.write(fmt::format("upkeep {}\n", version_text()));
  }
  return ExitCode::done;
}

CommandResult help_command(const Call& call, Terminal& terminal) {
  if (call.operands.empty()) {
    terminal.write(help_text(terminal.style()));
    return ExitCode::done;
  }
  const std::string& name = call.operands.front();
  std::vector<std::string> known;
  for (const CommandRow& command : commands()) {
    if (command.name == name) {
      terminal.write(help_text(command, terminal.style()));
      return ExitCode::done;
    }
    if (!command.is_hidden) known.emplace_back(command.name);
  }
  const auto meant = nearest(name, known);
  return refuse(ExitCode::usage,
                fmt::format("there is no command `{}`{}", name,
                            meant ? fmt::format("; did you mean `{}`?", *meant) : ""));
}

CommandResult names_command(const Call& call, Terminal& terminal) {
  const std::string& kind = call.operands.front();
  const auto config = load(call);
  if (!config) return std::unexpected(config.error());
  if (kind == "collections") {
    for (const Collection& collection : config->collections) {
      terminal.write(collection.name + '\n');
    }
    return ExitCode::done;
  }
  if (kind != "incidents") {
    return refuse(ExitCode::usage, "names: KIND is collections or incidents");
  }
  const auto state = read_state(*config);
  if (!state) return refuse(ExitCode::internal, state.error().text);
  for (const auto& [id, row] : state->incidents) {
    if (row.state == IncidentRow::State::open) terminal.write(to_text(id) + '\n');
  }
  return ExitCode::done;
}

}  // namespace upkeep
