// From a command line to a checked configuration: finds the file, reads it and what
// surrounds it.
#pragma once
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "config/config.h"
#include "io/redaction.h"
#include "model/config.h"

namespace upkeep {

/// `given` (from -c), else $UPKEEP_CONFIG, else ./upkeep.yaml, else /etc/upkeep/upkeep.yaml;
/// absolute. An error tells where it was looked for.
Result<std::string> find_config(const std::optional<std::string>& given);

/// Reads the file, its .env files and the environment. What cannot be read at all is an
/// error with line 0.
std::expected<Config, std::vector<ConfigError>> load_config(const std::string& path);

/// Where ${env:…} and ${file:…} of a checked configuration come from: the real environment
/// first, then its .env files, all read anew.
Result<SecretSources> secret_sources(const Config&);

/// Hides what the references of the configuration stand for, as far as they can be read now. A
/// value that names a file or folder is no secret: hidden, it would take the place out of every
/// message.
void hide_secrets(const Config&, Redaction&);
void hide_secret(std::string_view value, Redaction&);

/// Limits of groups of processes that cannot hold here, a sentence each: upkeep has no cgroup of
/// its own, or one without the controller.
std::vector<std::string> limits_without_effect(const Config&);

/// The system's clock.
Time now_by_clock();

}  // namespace upkeep
