#include "daemon/setup.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>

#include "base/text.h"
#include "config/secrets.h"
#include "io/control_groups.h"
#include "io/files.h"

namespace upkeep {
namespace {

namespace fs = std::filesystem;

std::optional<std::string> real_variable(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  if (value == nullptr) return {};
  return value;
}

using Variables = std::map<std::string, std::string>;

/// As ssh sees it with keys: nobody but the owner may do anything with the file. When it
/// belongs to somebody else (root, say, for a service's group), that group may read it.
Result<void> check_private(const std::string& path) {
  struct stat facts{};
  if (::stat(path.c_str(), &facts) != 0) return {};  // reading it will say why
  const mode_t refused = facts.st_uid == ::geteuid() ? 077 : 007;
  if ((facts.st_mode & refused) == 0) return {};
  return fail(fmt::format("{} may be read or written by others than its owner; run: chmod 600 {}",
                          path, path));
}

/// The .env files of a configuration: those it names, or the one beside it if there is one.
Result<Variables> read_env_files(const ConfigSource& source) {
  std::vector<std::string> paths = env_files_of(source);
  const std::string beside = fs::path(source.path).replace_filename(".env");
  if (paths.empty() && fs::exists(beside)) paths.push_back(beside);
  Variables variables;
  for (const std::string& path : paths) {
    UPKEEP_CHECK(check_private(path));
    UPKEEP_TRY(const std::string text, read_file(path));
    UPKEEP_TRY(const Variables more, parse_env_file(path, text));
    for (const auto& [name, value] : more) variables[name] = value;
  }
  return variables;
}

auto variable_from(Variables variables) {
  return [variables = std::move(variables)](std::string_view name) -> std::optional<std::string> {
    if (auto value = real_variable(name)) return value;
    const auto found = variables.find(std::string(name));
    if (found == variables.end()) return {};
    return found->second;
  };
}

Result<ConfigSource> read_source(const std::string& path) {
  UPKEEP_TRY(std::string text, read_file(path));
  ConfigSource source{path, std::move(text), real_variable};
  UPKEEP_TRY(Variables variables, read_env_files(source));
  source.environment = variable_from(std::move(variables));
  return source;
}

}  // namespace

Result<std::string> find_config(const std::optional<std::string>& given) {
  const auto chosen = given ? given : real_variable("UPKEEP_CONFIG");
  if (chosen) {
    if (!fs::exists(*chosen)) {
      return fail(fmt::format("there is no configuration at {}{}", *chosen,
                              given ? "" : " (named by $UPKEEP_CONFIG)"));
    }
    return fs::absolute(*chosen).lexically_normal().string();
  }
  for (const char* usual : {"upkeep.yaml", "/etc/upkeep/upkeep.yaml"}) {
    if (fs::exists(usual)) return fs::absolute(usual).lexically_normal().string();
  }
  return fail(
      "there is no configuration: neither ./upkeep.yaml nor /etc/upkeep/upkeep.yaml is there; "
      "name one with -c FILE or $UPKEEP_CONFIG");
}

std::expected<Config, std::vector<ConfigError>> load_config(const std::string& path) {
  const auto source = read_source(path);
  if (!source) {
    return std::unexpected(std::vector{ConfigError{path, 0, 0, "", source.error().text}});
  }
  return parse_config(*source);
}

Result<SecretSources> secret_sources(const Config& config) {
  UPKEEP_TRY(ConfigSource source, read_source(config.path));
  return SecretSources{source.environment, [folder = config.folder](std::string_view path) {
                         return read_file(fs::path(folder) / path);
                       }};
}

void hide_secret(std::string_view value, Redaction& redaction) {
  std::error_code error;
  if (!fs::exists(fs::path(value), error)) redaction.hide(value);
}

void hide_secrets(const Config& config, Redaction& redaction) {
  const auto source = read_source(config.path);
  const auto sources = secret_sources(config);
  if (!source || !sources) return;
  for (const std::string_view line : split(source->text, '\n')) {
    const auto references = find_secrets(line);
    if (!references) continue;  // a comment: it is in none of the values, which were checked
    for (const SecretReference& reference : *references) {
      const auto value = fill_secrets(line.substr(reference.begin, reference.size), *sources);
      if (value && reference.kind != SecretReference::Kind::literal) {
        hide_secret(*value, redaction);
      }
    }
  }
}

std::vector<std::string> limits_without_effect(const Config& config) {
  const std::vector<std::string> offered = ControlGroups::on_offer();
  std::vector<std::string> sentences;
  const auto check = [&](const std::string& key, std::string_view controller, bool is_set) {
    if (!is_set || std::ranges::find(offered, controller) != offered.end()) return;
    sentences.push_back(fmt::format(
        "{} has no effect here: it takes a cgroup with the controller `{}` that is delegated to "
        "upkeep, such as a unit with Delegate=yes",
        key, controller));
  };
  check("limits.cpu", "cpu", config.limits.cpu.has_value());
  for (const Collector& collector : config.collectors) {
    const Together& together = collector.isolation.together;
    const std::string place = fmt::format("collectors.{}.isolation.together", collector.name);
    check(place + ".memory", "memory", together.memory.has_value());
    check(place + ".cpu", "cpu", together.cpu.has_value());
    check(place + ".processes", "pids", together.processes.has_value());
  }
  return sentences;
}

Time now_by_clock() { return std::chrono::floor<Duration>(std::chrono::system_clock::now()); }

}  // namespace upkeep
