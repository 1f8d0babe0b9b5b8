// The language in which the configuration is described: a form says once what a value looks
// like (for errors and the JSON Schema) and how it becomes a value of the model. Records are
// made of keys that are bound to members; their defaults are those of the model itself.
#pragma once
#include <fmt/format.h>

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/reader.h"
#include "config/shape.h"

namespace upkeep {

template <class T>
struct Form {
  Shape shape;
  /// Reads the value at a place. What is wrong goes to the reader; the target then keeps what
  /// it held, as far as possible, so that reading goes on.
  std::function<void(Reader&, const Place&, T&)> read;
  /// The value as JSON, for defaults in the schema; empty when there is nothing to show.
  std::function<std::string(const T&)> show;
};

/// One key of a record of type T.
template <class T>
struct Key {
  KeyShape shape;
  std::function<void(Reader&, const Place&, T&)> read;
};

template <class T, class Member>
Key<T> key(std::string name, Member T::* member, Form<Member> form, std::string meaning) {
  KeyShape shape{std::move(name), std::move(meaning), false,
                 form.show ? form.show(T{}.*member) : "", std::move(form.shape)};
  return {std::move(shape),
          [member, read = std::move(form.read)](Reader& reader, const Place& place, T& record) {
            read(reader, place, record.*member);
          }};
}

/// A key whose absence means something: it has no default.
template <class T, class Member>
Key<T> key(std::string name, std::optional<Member> T::* member, Form<Member> form,
           std::string meaning) {
  KeyShape shape{std::move(name), std::move(meaning), false, "", std::move(form.shape)};
  return {std::move(shape),
          [member, read = std::move(form.read)](Reader& reader, const Place& place, T& record) {
            read(reader, place, (record.*member).emplace());
          }};
}

template <class T>
Key<T> required(Key<T> key) {
  key.shape.required = true;
  key.shape.default_value.clear();
  return key;
}

/// Is it a map with only known keys, each once, and all that are required? Else errors; false
/// when it is no map at all.
bool open_record(Reader&, const Place&, const Shape& record);

/// Names of stores, collections, collectors, labels: letters, digits, `-`, `_` and `.`.
inline constexpr std::string_view name_pattern = "^[A-Za-z0-9][A-Za-z0-9._-]*$";
/// Is the key such a name? Else an error.
bool check_name(Reader&, const Node& key, std::string_view path);

/// Known keys, read in the order in which they are listed here.
template <class T>
Form<T> record(std::string expected, std::vector<Key<T>> keys) {
  Form<T> form;
  form.shape.kind = Shape::Kind::record;
  form.shape.expected = std::move(expected);
  for (const Key<T>& key : keys) form.shape.keys.push_back(key.shape);
  form.read = [keys = std::move(keys), shape = form.shape](Reader& reader, const Place& place,
                                                           T& record) {
    if (!open_record(reader, place, shape)) return;
    for (const Key<T>& key : keys) {
      if (place.has(key.shape.name)) key.read(reader, place.at(key.shape.name), record);
    }
  };
  return form;
}

/// Does more with a value once it is read without an error.
template <class T>
Form<T> checked(Form<T> form, std::function<void(Reader&, const Place&, T&)> check) {
  form.read = [read = std::move(form.read), check = std::move(check)](
                  Reader& reader, const Place& place, T& value) {
    read(reader, place, value);
    if (reader.is_sound(place.path)) check(reader, place, value);
  };
  return form;
}

/// Values that the user names, in the order of the file; `T::name` is the name.
template <class T>
Form<std::vector<T>> named(std::string expected, Form<T> item) {
  Form<std::vector<T>> form;
  form.shape.kind = Shape::Kind::map;
  form.shape.expected = std::move(expected);
  form.shape.pattern = std::string(name_pattern);
  form.shape.inner = {item.shape};
  form.read = [shape = form.shape, read = std::move(item.read)](Reader& reader, const Place& place,
                                                                std::vector<T>& values) {
    if (!reader.open_map(place, shape.expected)) return;
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < place.node->keys.size(); ++i) {
      const Node& key = place.node->keys[i];
      const Place inner = place.value(i);
      if (!names.insert(key.text).second || !check_name(reader, key, inner.path)) continue;
      T& value = values.emplace_back();
      value.name = key.text;
      read(reader, inner, value);
    }
  };
  return form;
}

template <class T>
Form<std::vector<T>> list_of(std::string expected, Form<T> item, std::size_t items_min = 0) {
  Form<std::vector<T>> form;
  form.shape.kind = Shape::Kind::list;
  form.shape.expected = std::move(expected);
  form.shape.items_min = items_min;
  form.shape.inner = {item.shape};
  form.read = [shape = form.shape, read = std::move(item.read)](Reader& reader, const Place& place,
                                                                std::vector<T>& values) {
    if (!reader.open_list(place, shape.expected)) return;
    if (place.node->items.size() < shape.items_min) {
      reader.error(place, fmt::format("expected {}, found an empty list", shape.expected));
    }
    values.assign(place.node->items.size(), T{});
    for (std::size_t i = 0; i < values.size(); ++i) read(reader, place.item(i), values[i]);
  };
  return form;
}

}  // namespace upkeep
