#include "config/form.h"

#include <algorithm>

namespace upkeep {

bool open_record(Reader& reader, const Place& place, const Shape& record) {
  if (!reader.open_map(place, record.expected)) return false;
  std::vector<std::string> names, nested;
  for (const KeyShape& key : record.keys) {
    names.push_back(key.name);
    for (const KeyShape& inner : key.shape.keys) nested.push_back(key.name + "." + inner.name);
  }
  reader.check_keys(place, names, nested);
  for (const KeyShape& key : record.keys) {
    if (!key.required || place.has(key.name)) continue;
    reader.error(place.mark, place.at(key.name).path,
                 fmt::format("missing; expected {}", key.shape.expected));
  }
  return true;
}

bool check_name(Reader& reader, const Node& key, std::string_view path) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  const bool good =
      !key.text.empty() && fits(key.text.front()) && std::ranges::all_of(key.text, [&](char c) {
        return fits(c) || c == '-' || c == '_' || c == '.';
      });
  if (!good) {
    reader.error(key.mark, path,
                 "expected a name of letters, digits, `-`, `_` and `.` that begins with a letter "
                 "or a digit");
  }
  return good;
}

}  // namespace upkeep
