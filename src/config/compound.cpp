#include "config/compound.h"

#include <algorithm>
#include <set>

namespace upkeep {

void read_names(Reader& reader, const Place& place, const Shape& shape, const NameRule& rule,
                const std::function<void(const std::string& name, const Place&)>& take) {
  if (!reader.open_map(place, shape.expected)) return;
  std::set<std::string_view> names;
  for (std::size_t n = 0; n < place.node->keys.size(); ++n) {
    const Node& key = place.node->keys[n];
    const Place inner = place.value(n);
    if (!names.insert(key.text).second) continue;
    if (const std::string_view wrong = rule.wrong(key.text); !wrong.empty()) {
      reader.error(key.mark, inner.path, std::string(wrong));
    } else {
      take(key.text, inner);
    }
  }
}

const NameRule any_name{"^[A-Za-z0-9][A-Za-z0-9._-]*$", [](std::string_view name) {
                          const auto fits = [](char c) {
                            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                   (c >= '0' && c <= '9');
                          };
                          const bool good = !name.empty() && fits(name.front()) &&
                                            std::ranges::all_of(name, [&](char c) {
                                              return fits(c) || c == '-' || c == '_' || c == '.';
                                            });
                          return good ? std::string_view{}
                                      : "expected a name of letters, digits, `-`, `_` and `.` that "
                                        "begins with a letter or "
                                        "a digit";
                        }};

}  // namespace upkeep
