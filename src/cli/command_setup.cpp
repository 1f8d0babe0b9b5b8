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

namespace upkeep {
namespace {

std::string errors_json(const std::vector<ConfigError>& errors) {
  std::string out;
  JsonWriter json(out, 2);
  json.begin_object().member("valid", errors.empty()).key("errors").begin_array();
  for (const ConfigError& error : errors) {
    json.begin_object()
        .member("file", error.file)
        .member("line", error.line)
        .member("column", error.column)
        .member("key", error.key_path)
        .member("text", error.text)
        .end_object();
  }
  json.end_array().end_object();
  return out + '\n';
}

}  // namespace

CommandResult validate_command(const Call& call, Terminal& terminal) {
  const auto format = format_of(call);
  if (!format) return std::unexpected(format.error());
  const auto path = find_config(call.config);
  if (!path) return refuse(ExitCode::usage, path.error().text);
  const auto config = load_config(*path);
  if (*format == "json") {
    terminal.write(errors_json(config ? std::vector<ConfigError>() : config.error()));
    return config ? ExitCode::done : ExitCode::usage;
  }
  if (config) {
    terminal.write(fmt::format("{} is valid: {}, {}, {}.\n", printable(*path),
                               counted(config->stores.size(), "store", "stores"),
                               counted(config->collections.size(), "collection", "collections"),
                               counted(config->collectors.size(), "collector", "collectors")));
    return ExitCode::done;
  }
  for (const ConfigError& error : config.error()) terminal.complain(printable(to_text(error)));
  return refuse(ExitCode::usage,
                fmt::format("{} in {}", counted(config.error().size(), "error", "errors"), *path));
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
