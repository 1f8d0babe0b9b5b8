// Names of things that stand in another section.
#pragma once
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "config/forms.h"

namespace upkeep {

/// The name of something in another section, as its position there.
template <class T, class IdType>
Form<IdType> name_in(const std::vector<T>& known, std::string section, std::string kind) {
  Form<IdType> form;
  form.shape.expected =
      fmt::format("the name of a{} {} in `{}`", kind.starts_with('u') ? "n" : "", kind, section);
  form.read = [&known, section, kind](Reader& reader, const Place& place, const Shape& shape,
                                      IdType& id) {
    const auto text = read_text(reader, place, shape);
    if (!text) return;
    const auto found = std::ranges::find(known, text->text, &T::name);
    if (found != known.end()) {
      id.value = static_cast<std::uint64_t>(found - known.begin());
      return;
    }
    // Whatever is wrong with the section has been told.
    if (known.empty() && !reader.is_sound(section)) return;
    std::vector<std::string> names;
    for (const T& item : known) names.push_back(item.name);
    report(reader, place, shape, *text,
           fmt::format("there is no {} `{}`{}", kind, text->text,
                       names.empty() ? fmt::format("; name it in `{}`", section)
                                     : suggestion(text->text, names)));
  };
  return form;
}

}  // namespace upkeep
