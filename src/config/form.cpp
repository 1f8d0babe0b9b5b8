#include "config/form.h"

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

}  // namespace upkeep
