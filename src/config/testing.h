// What the tests of this folder share: a configuration in a pretend home.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"

namespace upkeep::testing {

using Variables = std::map<std::string, std::string, std::less<>>;

inline ConfigSource source_of(std::string_view text, Variables variables = {},
                              std::string path = "/home/ann/lake/upkeep.yaml") {
  return {std::move(path), std::string(text),
          [variables = std::move(variables)](std::string_view name) -> std::optional<std::string> {
            const auto found = variables.find(name);
            if (found == variables.end()) return {};
            return found->second;
          }};
}

/// "2:7 stores.lake.url: what is wrong", one for each error.
inline std::vector<std::string> errors_of(std::string_view text, Variables variables = {}) {
  std::vector<std::string> lines;
  const auto config = parse_config(source_of(text, std::move(variables)));
  if (config) return lines;
  for (const ConfigError& error : config.error()) {
    lines.push_back(to_text(error).substr(error.file.size() + 1));
  }
  return lines;
}

}  // namespace upkeep::testing
