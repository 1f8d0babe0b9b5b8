// Any bytes as upkeep.yaml, as a .env file and as a text with secrets: what is wrong is told
// in order, with a place and in UTF-8; what is right refers only to what is there.
#include "config/config.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "base/text.h"

namespace {

using namespace upkeep;

std::optional<std::string> variable(std::string_view name) {
  if (name == "A") return "a";
  if (name == "EMPTY") return "";
  return {};
}

void check(const std::vector<ConfigError>& errors) {
  UPKEEP_ASSERT(!errors.empty());
  std::pair<std::size_t, std::size_t> last{1, 1};
  for (const ConfigError& error : errors) {
    const std::pair place{error.line, error.column};
    UPKEEP_ASSERT(place >= last && error.column >= 1);
    last = place;
    UPKEEP_ASSERT(!error.text.empty() && is_utf8(to_text(error)));
  }
}

void check(const Config& config) {
  UPKEEP_ASSERT(config.state.starts_with('/'));
  for (const Store& store : config.stores) UPKEEP_ASSERT(store.directory.starts_with('/'));
  for (const Collection& collection : config.collections) {
    UPKEEP_ASSERT(!config.of(collection.store).name.empty() && !collection.key.empty());
    if (collection.collector) UPKEEP_ASSERT(!config.of(*collection.collector).command.empty());
    UPKEEP_ASSERT(collection.priority.size() <= 64);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const ConfigSource source{"/home/a/upkeep.yaml", text, variable};
  const auto config = parse_config(source);
  config ? check(*config) : check(config.error());
  for (const std::string& path : env_files_of(source)) UPKEEP_ASSERT(path.starts_with('/'));

  if (const auto values = parse_env_file(".env", text)) {
    for (const auto& [name, value] : *values) UPKEEP_ASSERT(!name.empty());
  }
  const SecretSources sources{variable, [](std::string_view) { return Result<std::string>("x"); }};
  if (const auto filled = fill_secrets(text, sources); !filled) {
    UPKEEP_ASSERT(!filled.error().text.empty());
  }
  return 0;
}
