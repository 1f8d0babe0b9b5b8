// Any text as upkeep.yaml: it is a configuration, or every error says where and what.
#include "config/config.h"

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/assert.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace upkeep;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const ConfigSource source{"/fuzz/upkeep.yaml", text, [](std::string_view name) {
                              return name == "A" ? std::optional<std::string>("value")
                                                 : std::nullopt;
                            }};
  const auto config = parse_config(source);
  if (config) {
    for (const Collection& collection : config->collections) {
      UPKEEP_ASSERT(collection.store.value < config->stores.size());
      UPKEEP_ASSERT(!collection.collector ||
                    collection.collector->value < config->collectors.size());
    }
    return 0;
  }
  UPKEEP_ASSERT(!config.error().empty());
  for (const ConfigError& error : config.error()) {
    UPKEEP_ASSERT(!error.text.empty());
    UPKEEP_ASSERT(error.line <= size + 2);
  }
  return 0;
}
