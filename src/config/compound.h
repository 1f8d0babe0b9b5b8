// Forms that are made of other forms: lists, maps, one of several, one that becomes another.
#pragma once
#include <fmt/format.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/form.h"

namespace upkeep {

/// What the keys of a map may be called: for the schema, and in words where one is not.
struct NameRule {
  std::string_view pattern;
  std::string_view (*wrong)(std::string_view name);  ///< empty when nothing is
};
/// Stores, collections, collectors, dimensions, labels: letters, digits, `-`, `_` and `.`.
extern const NameRule any_name;
/// Goes through a map whose keys are names: `take` gets each key that is fit, once.
void read_names(Reader&, const Place&, const Shape&, const NameRule&,
                const std::function<void(const std::string& name, const Place&)>& take);

/// Does more with a value once it is read without an error.
template <class T>
Form<T> checked(Form<T> form, std::function<void(Reader&, const Place&, T&)> check) {
  form.read = [read = std::move(form.read), check = std::move(check)](
                  Reader& reader, const Place& place, const Shape& shape, T& value) {
    read(reader, place, shape, value);
    if (reader.is_sound(place.path)) check(reader, place, value);
  };
  return form;
}

/// A value of another kind on its way: `take` makes a T of what was read, also where that had
/// an error.
template <class T, class From>
Form<T> converted(Form<From> form, std::function<void(Reader&, const Place&, From&, T&)> take) {
  return {std::move(form.shape),
          [read = std::move(form.read), take = std::move(take)](Reader& reader, const Place& place,
                                                                const Shape& shape, T& value) {
            From from{};
            read(reader, place, shape, from);
            take(reader, place, from, value);
          },
          nullptr};
}

/// One of several forms; `choose` says which by what stands there, or nothing.
template <class T>
Form<T> any_of(std::string expected, std::vector<Form<T>> forms,
               std::function<std::optional<std::size_t>(const Node&)> choose) {
  Form<T> form;
  form.shape.kind = Shape::Kind::any_of;
  form.shape.expected = std::move(expected);
  std::vector<decltype(Form<T>::read)> reads;
  for (Form<T>& one : forms) {
    form.shape.inner.push_back(std::move(one.shape));
    reads.push_back(std::move(one.read));
  }
  form.read = [reads = std::move(reads), choose = std::move(choose)](
                  Reader& reader, const Place& place, const Shape& shape, T& value) {
    if (const auto chosen = choose(*place.node)) {
      reads[*chosen](reader, place, shape.inner[*chosen], value);
    } else {
      reader.unexpected(place, shape.expected);
    }
  };
  return form;
}

/// Values that the user names, in the order of the file; `T::name` is the name.
template <class T>
Form<std::vector<T>> named(std::string expected, Form<T> item) {
  Form<std::vector<T>> form;
  form.shape.kind = Shape::Kind::map;
  form.shape.expected = std::move(expected);
  form.shape.pattern = any_name.pattern;
  form.shape.inner.push_back(std::move(item.shape));
  form.read = [read = std::move(item.read)](Reader& reader, const Place& place, const Shape& shape,
                                            std::vector<T>& values) {
    read_names(reader, place, shape, any_name, [&](const std::string& name, const Place& inner) {
      T& value = values.emplace_back();
      value.name = name;
      read(reader, inner, shape.inner[0], value);
    });
  };
  return form;
}

/// Names that the user chooses, and a value for each.
template <class T>
Form<std::map<std::string, T>> map_of(std::string expected, const NameRule& rule, Form<T> item) {
  Form<std::map<std::string, T>> form;
  form.shape.kind = Shape::Kind::map;
  form.shape.expected = std::move(expected);
  form.shape.pattern = rule.pattern;
  form.shape.inner.push_back(std::move(item.shape));
  form.read = [&rule, read = std::move(item.read)](Reader& reader, const Place& place,
                                                   const Shape& shape,
                                                   std::map<std::string, T>& values) {
    read_names(reader, place, shape, rule, [&](const std::string& name, const Place& inner) {
      read(reader, inner, shape.inner[0], values[name]);
    });
  };
  return form;
}

template <class T>
Form<std::vector<T>> list_of(std::string expected, Form<T> item, std::size_t items_min = 0) {
  Form<std::vector<T>> form;
  form.shape.kind = Shape::Kind::list;
  form.shape.expected = std::move(expected);
  form.shape.items_min = items_min;
  form.shape.inner.push_back(std::move(item.shape));
  form.read = [read = std::move(item.read)](Reader& reader, const Place& place, const Shape& shape,
                                            std::vector<T>& values) {
    if (!reader.open_list(place, shape.expected)) return;
    if (place.node->items.size() < shape.items_min) {
      reader.error(place, fmt::format("expected {}, found an empty list", shape.expected));
    }
    values.assign(place.node->items.size(), T{});
    for (std::size_t i = 0; i < values.size(); ++i)
      read(reader, place.item(i), shape.inner[0], values[i]);
  };
  return form;
}

}  // namespace upkeep
