// The forms of single values: texts, numbers, durations, sizes, shares, paths, words.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/text.h"
#include "base/time.h"
#include "config/compound.h"

namespace upkeep {

/// true or false; YAML 1.1's yes, no, on and off are texts.
Form<bool> flag();
/// `expected` says what the number means; "a whole number from 1 on" when it is empty.
Form<std::uint64_t> whole_number(std::uint64_t min = 0, std::uint64_t max = UINT64_MAX,
                                 std::string expected = {});
/// As whole_number(), for members of type int.
Form<int> small_number(int min, int max);
/// Any number, one that is not negative, or one of processors.
Form<double> number();
Form<double> number_not_negative();
Form<double> cores();

/// A text that is not empty, with `${env:…}` filled in. `expected`: "a time zone like UTC".
Form<std::string> text(std::string expected, std::string pattern = {});
/// A text, a number, true or false, as it is written.
Form<std::string> scalar(std::string expected);
/// A scalar whose `${env:…}`, `${file:…}` and `${credential:…}` are checked and stay.
Form<std::string> unfilled_scalar(std::string expected);
/// A path of a file or folder, made absolute.
Form<std::string> path(std::string expected);

/// 50ms 30s 15m 1h 7d 1w, at least `min`.
Form<Duration> duration(Duration min = {});
/// 200B 10KiB 100MB; a bare number is bytes.
Form<std::uint64_t> size();
/// 20% or 0.2.
Form<double> share();

/// The text at a place, as `shape` wants it, with `${env:…}` filled in; else an error.
std::optional<FilledText> read_text(Reader&, const Place&, const Shape&);
/// What is wrong with a text, unless the text came from outside and may be a secret.
void report(Reader&, const Place&, const Shape&, const FilledText&, std::string wrong);

/// A text that `parse` turns into a value. `pattern` says in the schema what it takes.
template <class T>
Form<T> parsed(std::string expected, std::string pattern,
               std::function<Result<T>(std::string_view)> parse) {
  Form<T> form;
  form.shape.kind = Shape::Kind::text;
  form.shape.expected = std::move(expected);
  form.shape.pattern = std::move(pattern);
  form.read = [parse = std::move(parse)](Reader& reader, const Place& place, const Shape& shape,
                                         T& value) {
    const auto text = read_text(reader, place, shape);
    if (!text) return;
    auto result = parse(text->text);
    if (result) {
      value = *std::move(result);
    } else {
      report(reader, place, shape, *text, std::move(result.error().text));
    }
  };
  return form;
}

/// One of a few words; several may mean the same.
template <class T>
Form<T> word(std::string expected, std::vector<std::pair<std::string, T>> words) {
  std::vector<std::string> names;
  for (const auto& [name, value] : words) names.push_back(name);
  const auto parse = [words = std::move(words), names, expected](std::string_view text) {
    for (const auto& [name, value] : words) {
      if (name == text) return Result<T>(value);
    }
    const auto meant = nearest(text, names);
    return Result<T>(fail(meant ? fmt::format("`{}` is unknown; did you mean `{}`?", text, *meant)
                                : fmt::format("`{}` is unknown; expected {}", text, expected)));
  };
  Form<T> form = parsed<T>(expected, {}, parse);
  form.shape.words = std::move(names);
  return form;
}

}  // namespace upkeep
