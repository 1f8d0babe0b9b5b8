// The whole file: its tree, its keys, what they must agree on, and where paths begin.
#include <fmt/format.h>

#include "base/text.h"
#include "config/chains.h"
#include "config/collections.h"
#include "config/collectors.h"
#include "config/config.h"
#include "config/forms.h"
#include "config/reader.h"
#include "config/schedules.h"
#include "config/service.h"
#include "config/settings.h"
#include "config/stores.h"
#include "config/top.h"
#include "config/upstreams.h"

namespace upkeep {
namespace {

Form<std::vector<std::string>> env_file_list() {
  return list_of("a list of files like `[.env]`", path("a path like `.env`"));
}

/// env_files_of() has read it, long before the rest: here only its form is checked.
Key<Config> env_files() {
  Form<std::vector<std::string>> files = env_file_list();
  Key<Config> key;
  key.shape = {"env_files",
               "Files with lines like NAME=value that serve `${env:NAME}`; `.env` beside the "
               "configuration when it is not set. The real environment wins over them.",
               false, "", files.shape};
  key.read = [read = std::move(files.read)](Reader& reader, const Place& place, const Shape& shape,
                                            Config&) {
    std::vector<std::string> paths;
    read(reader, place, shape, paths);
  };
  return key;
}

/// Where state lies when the configuration does not say.
std::string usual_state(const Reader& reader, std::string_view config_path) {
  if (const auto given = reader.environment("STATE_DIRECTORY"); given && !given->empty()) {
    // systemd separates several folders by colons.
    return reader.absolute(split(*given, ':').front());
  }
  return config_path.starts_with("/etc/") ? "/var/lib/upkeep" : reader.absolute(".upkeep");
}

}  // namespace

Form<Config> top(const Config& config) {
  return record<Config>(
      "a map with the keys of upkeep.yaml",
      {
          key("state", &Config::state, path("a path like `./state`"),
              "The folder of upkeep's own files. When it is not set: $STATE_DIRECTORY, else "
              "/var/lib/upkeep for a configuration under /etc, else `.upkeep` beside it."),
          key("timezone", &Config::zone, time_zone(),
              "The zone of civil dates: when a day begins and ends."),
          key("enabled", &Config::enabled, flag(), "false: look and plan, but start nothing."),
          env_files(),
          key("loop", &Config::loop, loop(), "How often things happen."),
          key("queue", &Config::queue, queue(), "The order of tasks."),
          key("keep", &Config::keep, keep(), "How long things are kept."),
          key("limits", &Config::limits, limits(), "What upkeep may use."),
          key("maintenance", &Config::maintenance, maintenance(),
              "Windows in which the loop starts nothing; what runs goes on."),
          key("http", &Config::http, http(), "The pages of a running loop."),
          key("log", &Config::log, log(), "What a running loop writes about itself."),
          key("stores", &Config::stores, stores(), "Where objects live, by name."),
          key("upstreams", &Config::upstreams, upstreams(),
              "The services that collectors call, by name: how hard each may be asked."),
          key("collectors", &Config::collectors, collectors(config),
              "The commands that fill gaps, by name."),
          key("collections", &Config::collections, collections(config),
              "What should exist, by name."),
      });
}

std::string to_text(const ConfigError& error) {
  const std::string place = error.line == 0 ? "" : fmt::format(":{}:{}", error.line, error.column);
  return fmt::format("{}{}: {}{}{}", error.file, place, error.key_path,
                     error.key_path.empty() ? "" : ": ", error.text);
}

std::expected<Config, std::vector<ConfigError>> parse_config(const ConfigSource& source) {
  Reader reader(source);
  const auto tree = parse_yaml(source.text);
  if (!tree) {
    reader.error(tree.error().mark, "", tree.error().text);
    return std::unexpected(reader.take_errors());
  }
  Config config;
  const Place root{&*tree, tree->mark, ""};
  const Form<Config> form = top(config);
  form.read(reader, root, form.shape, config);
  check_chains(reader, root, config);
  check_collectors(reader, root, config);
  check_maintenance(reader, root, config);
  check_limits(reader, root, config);
  if (auto errors = reader.take_errors(); !errors.empty()) {
    return std::unexpected(std::move(errors));
  }
  config.path = source.path;
  config.folder = folder_of(source.path);
  if (config.state.empty()) config.state = usual_state(reader, source.path);
  return config;
}

std::vector<std::string> env_files_of(const ConfigSource& source) {
  std::vector<std::string> paths;
  const auto tree = parse_yaml(source.text);
  if (!tree) return paths;
  Reader errors_come_later(source);
  const Place root{&*tree, tree->mark, ""};
  if (root.has("env_files")) {
    const auto files = env_file_list();
    files.read(errors_come_later, root.at("env_files"), files.shape, paths);
  }
  std::erase(paths, "");
  return paths;
}

}  // namespace upkeep
