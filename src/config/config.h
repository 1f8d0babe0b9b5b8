// From the text of upkeep.yaml to the model: strict, with every error in its place. A
// function of strings; it reads no file and no environment by itself.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/config.h"

namespace upkeep {

/// One thing that is wrong: "upkeep.yaml:12:5: collections.espn.expct: unknown key; did you
/// mean `expect`?"
struct ConfigError {
  std::string file;
  std::size_t line = 0, column = 0;  ///< from 1; columns count characters, not bytes. 0: of
                                     ///< the file as a whole
  std::string key_path;              ///< "collections.espn-pbp.expect.min_size"
  std::string text;                  ///< what was found, what was expected, the nearest right word
};
std::string to_text(const ConfigError&);

/// The text of the configuration, and what surrounds it.
struct ConfigSource {
  std::string path;  ///< absolute, of the file; relative paths start at its folder
  std::string text;
  /// A variable of the environment (the real one first, then the .env files).
  std::function<std::optional<std::string>(std::string_view)> environment;
};

/// All errors that can be found at once, in the order of the file.
std::expected<Config, std::vector<ConfigError>> parse_config(const ConfigSource&);

/// The files that `env_files:` names, absolute, before anything else is checked; empty when
/// there is no such key. The caller reads them, and `.env` when there is no such key.
std::vector<std::string> env_files_of(const ConfigSource&);

/// The text of a .env file: `NAME=value`, `export NAME=value`, quotes, comments. An error
/// names file and line.
Result<std::map<std::string, std::string>> parse_env_file(std::string_view path,
                                                          std::string_view text);

/// `${env:NAME}` and `${file:path}` filled in. An error names the variable or file.
struct SecretSources {
  std::function<std::optional<std::string>(std::string_view)> environment;
  std::function<Result<std::string>(std::string_view path)> read_file;  ///< path as written
};
Result<std::string> fill_secrets(std::string_view text, const SecretSources&);

/// The JSON Schema (draft 2020-12) of upkeep.yaml, for editors and validators.
std::string config_schema();

/// All keys of upkeep.yaml with what they mean, as sections of a manual page, see base/roff.h.
std::string config_manual();

}  // namespace upkeep
