// Any text as a key template over a date, a number and a list: where a space can be made of it,
// index → key → index is exact.
#include "coverage/key_template.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "coverage/space.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace upkeep;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto parsed = parse_key_template(text);
  if (!parsed) return 0;
  UPKEEP_ASSERT(parsed->text == text);

  Collection collection;
  collection.name = "fuzz";
  collection.key = text;
  const Day day = std::chrono::sys_days{std::chrono::year{2023} / 12 / 30};
  for (const std::string& field : parsed->fields()) {
    if (field == "d") {
      const DateRange range{{.day = day}, {.day = day + std::chrono::days{3}}, {}};
      collection.dimensions.push_back({field, range, true});
    } else if (field == "n") {
      collection.dimensions.push_back({field, NumberRange{8, 11, 1}, false});
    } else if (field == "l") {
      collection.dimensions.push_back({field, ValueList{{"a", "b-1", "10"}}, false});
    }
  }
  const auto space = Space::make(collection, {Time{}, Zone(), {}});
  if (!space) return 0;
  for (std::uint64_t index = 0; index < (*space)->size(); ++index) {
    const std::string key = (*space)->key(index);
    UPKEEP_ASSERT((*space)->find_written(key) == index);
    if ((*space)->has_exact_keys()) UPKEEP_ASSERT((*space)->find_key(key) == index);
    UPKEEP_ASSERT((*space)->find((*space)->partition(index)) == index);
  }
  return 0;
}
