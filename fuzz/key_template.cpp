// The first line as a key template over some dimensions, the second as a key: what is
// written can be read back, and what is read is what would be written.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "coverage/space.h"

namespace {

using namespace upkeep;

constexpr std::uint64_t tried_max = 200;

DateBound bound(int y, unsigned m, unsigned d) {
  return {.day = std::chrono::sys_days{std::chrono::year{y} / std::chrono::month{m} /
                                       std::chrono::day{d}}};
}

Surroundings surroundings() {
  const auto rows = std::make_shared<Rows>(std::vector<std::string>{"s", "g", "t"});
  for (const auto& [s, g, t] :
       {std::tuple{"2023-24", "0042", "2024-01-02"}, std::tuple{"2023-24", "7", "2024-01-02"},
        std::tuple{"2024-25", "0042", "2025-02-28"}}) {
    rows->add(std::vector<std::string_view>{s, g, t});
  }
  Surroundings around;
  around.tables["table"] = rows;
  return around;
}

/// Those dimensions whose fields the template names.
std::vector<Dimension> dimensions_of(const KeyTemplate& key) {
  Table table;
  table.fields = {{"s", FieldType::text}, {"g", FieldType::number}, {"t", FieldType::date}};
  const CalendarStep hours{CalendarStep::Unit::length, 1, std::chrono::hours{12}};
  const CalendarStep months{CalendarStep::Unit::months, 1, {}};
  const std::vector<Dimension> all{
      {"d", DateRange{bound(1999, 12, 30), bound(2000, 3, 1), {}}, false},
      {"h", DateRange{bound(2024, 2, 29), bound(2024, 3, 1), hours}, false},
      {"m", DateRange{bound(2023, 10, 31), bound(2024, 3, 31), months}, false},
      {"n", NumberRange{0, 12, 1}, false},
      {"p", NumberRange{95, 105, 5}, false},
      {"l", ValueList{{"a", "b-1", "10"}}, false},
      {"table", table, false}};
  std::vector<Dimension> named;
  for (const Dimension& dimension : all) {
    for (const std::string& field : key.fields()) {
      const bool of_table =
          dimension.name == "table" && (field == "s" || field == "g" || field == "t");
      if (field != dimension.name && !of_table) continue;
      named.push_back(dimension);
      break;
    }
  }
  return named;
}

void check_both_ways(const Space& space, std::string_view key) {
  const std::uint64_t step = space.size() / tried_max + 1;
  for (std::uint64_t i = 0; i < space.size(); i += step) {
    UPKEEP_ASSERT(space.find_written(space.key(i)) == i);
    UPKEEP_ASSERT(space.find(space.partition(i)) == i);
  }
  const auto found = space.find_key(key);
  if (!found) return;
  UPKEEP_ASSERT(*found < space.size());
  UPKEEP_ASSERT(!space.has_exact_keys() || space.key(*found) == key);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Surroundings around = surroundings();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t line = std::min(text.find('\n'), size);
  Collection collection;
  collection.name = "fuzzed";
  collection.key = text.substr(0, line);
  const auto key = parse_key_template(collection.key);
  if (!key) {
    UPKEEP_ASSERT(!key.error().text.empty());
    return 0;
  }
  UPKEEP_ASSERT(collection.key.starts_with(key->folder()) ||
                collection.key.find("{{") != std::string::npos ||
                collection.key.find("}}") != std::string::npos);
  collection.dimensions = dimensions_of(*key);
  const auto space = Space::make(collection, around);
  if (!space) {
    UPKEEP_ASSERT(!space.error().text.empty());
    return 0;
  }
  check_both_ways(**space, text.substr(std::min(line + 1, size)));
  return 0;
}
