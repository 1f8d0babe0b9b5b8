// Any bytes as JSON: what can be read is written so that it reads as the same again.
#include "base/json.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto json = upkeep::parse_json({reinterpret_cast<const char*>(data), size});
  if (!json) return 0;
  const auto again = upkeep::parse_json(upkeep::to_text(*json));
  UPKEEP_ASSERT(again && upkeep::to_text(*again) == upkeep::to_text(*json));
  return 0;
}
