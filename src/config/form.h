// The language in which the configuration is described: a form says once what a value looks
// like (for errors and the JSON Schema) and how it becomes a value of the model. Records are
// made of keys that are bound to members; their defaults are those of the model itself.
#pragma once
#include <fmt/format.h>

#include <functional>
#include <optional>
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
  /// Reads the value at a place; gets the shape back. What is wrong goes to the reader; the
  /// target then keeps what it held, as far as possible, so that reading goes on.
  std::function<void(Reader&, const Place&, const Shape&, T&)> read;
  /// The value as JSON, for defaults in the schema; empty when there is nothing to show.
  std::function<std::string(const T&)> show;
};

/// One key of a record of type T.
template <class T>
struct Key {
  KeyShape shape;
  std::function<void(Reader&, const Place&, const Shape&, T&)> read;
};

template <class T, class Member>
Key<T> key(std::string name, Member T::* member, Form<Member> form, std::string meaning) {
  KeyShape shape{std::move(name), std::move(meaning), false,
                 form.show ? form.show(T{}.*member) : "", std::move(form.shape)};
  return {std::move(shape), [member, read = std::move(form.read)](
                                Reader& reader, const Place& place, const Shape& inner, T& record) {
            read(reader, place, inner, record.*member);
          }};
}

/// A key whose absence means something: it has no default.
template <class T, class Member>
Key<T> key(std::string name, std::optional<Member> T::* member, Form<Member> form,
           std::string meaning) {
  KeyShape shape{std::move(name), std::move(meaning), false, "", std::move(form.shape)};
  return {std::move(shape), [member, read = std::move(form.read)](
                                Reader& reader, const Place& place, const Shape& inner, T& record) {
            read(reader, place, inner, (record.*member).emplace());
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

/// Known keys, read in the order in which they are listed here.
template <class T>
Form<T> record(std::string expected, std::vector<Key<T>> keys) {
  Form<T> form;
  form.shape.kind = Shape::Kind::record;
  form.shape.expected = std::move(expected);
  std::vector<decltype(Key<T>::read)> reads;
  for (Key<T>& key : keys) {
    form.shape.keys.push_back(std::move(key.shape));
    reads.push_back(std::move(key.read));
  }
  form.read = [reads = std::move(reads)](Reader& reader, const Place& place, const Shape& shape,
                                         T& record) {
    if (!open_record(reader, place, shape)) return;
    for (std::size_t n = 0; n < reads.size(); ++n) {
      const KeyShape& key = shape.keys[n];
      if (place.has(key.name)) reads[n](reader, place.at(key.name), key.shape, record);
    }
  };
  return form;
}

}  // namespace upkeep
