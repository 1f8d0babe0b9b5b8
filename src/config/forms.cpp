#include "config/forms.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/text.h"
#include "config/secrets.h"

namespace upkeep {
namespace {

std::string quoted(std::string_view text) {
  // Only texts of our own making come here: they need no escapes.
  return fmt::format("\"{}\"", text);
}

std::optional<double> number_of(const Node& node) {
  if (!node.is_number()) return {};
  std::string_view digits = node.text;
  if (digits.starts_with('+')) digits.remove_prefix(1);
  double number = 0;
  const char* const last = digits.data() + digits.size();
  const auto [end, error] = std::from_chars(digits.data(), last, number);
  if (error != std::errc{} || end != last || !std::isfinite(number)) return {};
  return number;
}

Form<double> any_number(std::string expected, std::optional<double> min) {
  Form<double> form;
  form.shape.kind = Shape::Kind::number;
  form.shape.expected = std::move(expected);
  form.shape.min = min;
  form.read = [](Reader& reader, const Place& place, const Shape& shape, double& value) {
    const auto number = number_of(*place.node);
    if (number && (!shape.min || *number >= *shape.min)) {
      value = *number;
    } else {
      reader.unexpected(place, shape.expected);
    }
  };
  form.show = [](double value) { return fmt::format("{}", value); };
  return form;
}

/// A scalar of any kind that is not empty; else an error.
bool open_scalar(Reader& reader, const Place& place, const Shape& shape) {
  const Node& node = *place.node;
  if (node.kind == Node::Kind::scalar && !node.is_empty() && !node.text.empty()) return true;
  reader.unexpected(place, shape.expected);
  return false;
}

/// A text, or a number in the unit that a bare number means.
template <class T>
Form<T> text_or_number(Form<T> as_text, Form<T> as_number) {
  std::string expected = as_text.shape.expected;
  return any_of<T>(std::move(expected), {std::move(as_text), std::move(as_number)},
                   [](const Node& node) { return node.is_number() ? 1 : 0; });
}

}  // namespace

std::optional<FilledText> read_text(Reader& reader, const Place& place, const Shape& shape) {
  if (!open_scalar(reader, place, shape)) return {};
  if (place.node->is_number() || place.node->is_boolean()) {
    // A duration in quotes would still lack its unit.
    const bool any_text = shape.pattern.empty() && shape.words.empty();
    reader.unexpected(
        place, any_text ? fmt::format("{} (put it in quotes)", shape.expected) : shape.expected);
    return {};
  }
  if (!shape.words.empty()) return FilledText{place.node->text, false};
  auto text = reader.fill(place);
  if (!text) return {};
  if (text->text.empty()) {
    report(reader, place, shape, *text, "");
    return {};
  }
  return text;
}

void report(Reader& reader, const Place& place, const Shape& shape, const FilledText& text,
            std::string wrong) {
  if (!text.filled) return reader.error_at_column(place, wrong);
  reader.error(place,
               fmt::format("what stands for {} is not {}", place.node->text, shape.expected));
}

Form<bool> flag() {
  Form<bool> form;
  form.shape.kind = Shape::Kind::boolean;
  form.shape.expected = "true or false";
  form.read = [](Reader& reader, const Place& place, const Shape& shape, bool& value) {
    const Node& node = *place.node;
    if (node.is_boolean()) {
      value = node.text.front() == 't' || node.text.front() == 'T';
    } else {
      reader.unexpected(place, shape.expected);
    }
  };
  form.show = [](bool value) { return value ? "true" : "false"; };
  return form;
}

Form<std::uint64_t> whole_number(std::uint64_t min, std::uint64_t max, std::string expected) {
  Form<std::uint64_t> form;
  form.shape.kind = Shape::Kind::whole;
  if (expected.empty()) {
    expected = min == 0 && max == UINT64_MAX ? "a whole number"
               : max == UINT64_MAX           ? fmt::format("a whole number from {} on", min)
                                   : fmt::format("a whole number from {} to {}", min, max);
  }
  form.shape.expected = std::move(expected);
  form.shape.whole_min = min;
  if (max != UINT64_MAX) form.shape.whole_max = max;
  form.read = [min, max](Reader& reader, const Place& place, const Shape& shape,
                         std::uint64_t& value) {
    const Node& node = *place.node;
    const auto number = node.is_number() ? parse_number(node.text) : std::nullopt;
    if (number && *number >= min && *number <= max) {
      value = *number;
    } else {
      reader.unexpected(place, shape.expected);
    }
  };
  form.show = [](std::uint64_t value) { return fmt::format("{}", value); };
  return form;
}

Form<int> small_number(int min, int max) {
  Form<std::uint64_t> whole =
      whole_number(static_cast<std::uint64_t>(min), static_cast<std::uint64_t>(max));
  Form<int> form;
  form.shape = whole.shape;
  form.read = [read = std::move(whole.read)](Reader& reader, const Place& place, const Shape& shape,
                                             int& value) {
    auto number = static_cast<std::uint64_t>(value);
    read(reader, place, shape, number);
    value = static_cast<int>(number);
  };
  form.show = [](int value) { return fmt::format("{}", value); };
  return form;
}

Form<double> number() { return any_number("a number", {}); }
Form<double> number_not_negative() { return any_number("a number that is not negative", 0.0); }
Form<double> cores() { return any_number("a number of processors from 0.01 on, like `1.5`", 0.01); }

Form<std::string> text(std::string expected, std::string pattern) {
  Form<std::string> form =
      parsed<std::string>(std::move(expected), std::move(pattern),
                          [](std::string_view value) { return Result<std::string>(value); });
  form.show = [](const std::string& value) { return value.empty() ? "" : quoted(value); };
  return form;
}

Form<std::string> scalar(std::string expected) {
  Form<std::string> form;
  form.shape.kind = Shape::Kind::scalar;
  form.shape.expected = std::move(expected);
  form.read = [](Reader& reader, const Place& place, const Shape& shape, std::string& value) {
    if (!open_scalar(reader, place, shape)) return;
    if (auto text = reader.fill(place)) value = std::move(text->text);
  };
  return form;
}

Form<std::string> unfilled_scalar(std::string expected) {
  Form<std::string> form;
  form.shape.kind = Shape::Kind::scalar;
  form.shape.expected = std::move(expected);
  form.shape.may_be_empty = true;
  form.read = [](Reader& reader, const Place& place, const Shape& shape, std::string& value) {
    const Node& node = *place.node;
    if (node.kind != Node::Kind::scalar || node.is_empty()) {
      return reader.unexpected(place, shape.expected);
    }
    if (const auto found = find_secrets(node.text); !found) {
      reader.error_inside(place, found.error().begin, found.error().text);
    }
    value = node.text;
  };
  return form;
}

Form<std::string> path(std::string expected) {
  return converted<std::string, std::string>(
      text(std::move(expected)),
      [](Reader& reader, const Place& place, std::string& written, std::string& value) {
        if (written.empty()) return;
        if (place.node->text.starts_with('~')) {
          reader.error(place, "`~` is not expanded; write `${env:HOME}` instead");
        } else {
          value = reader.absolute(written);
        }
      });
}

Form<Duration> duration(Duration min) {
  const std::string expected =
      min == Duration{}
          ? "a duration like 30s, 15m, 1h or 7d"
          : fmt::format("a duration of at least {}, like 30s, 15m, 1h or 7d", to_text(min));
  Form<Duration> form = parsed<Duration>(
      expected, "^([0-9]+(ms|s|m|h|d|w))+$", [min, expected](std::string_view text) {
        auto length = parse_duration(text);
        const bool has_unit = text.find_first_not_of("0123456789") != text.npos;
        if (length && has_unit && *length >= min) return length;
        return Result<Duration>(fail(fmt::format("expected {}, found `{}`", expected, text)));
      });
  form.show = [](Duration value) { return quoted(to_text(value)); };
  return form;
}

Form<std::uint64_t> size() {
  const std::string expected = "a size like 200B, 10KiB or 100MB";
  Form<std::uint64_t> form =
      text_or_number(parsed<std::uint64_t>(
                         expected, "^[0-9]+([.][0-9]+)? ?(([kKmMgGtT][iI]?)?[bB])?$", parse_size),
                     whole_number(0, UINT64_MAX, expected));
  form.show = [](std::uint64_t value) {
    for (const auto& [unit, bytes] : {std::pair{"GiB", 1u << 30},
                                      {"MiB", 1u << 20},
                                      {"GB", 1'000'000'000u},
                                      {"MB", 1'000'000u}}) {
      if (value >= bytes && value % bytes == 0) {
        return quoted(fmt::format("{}{}", value / bytes, unit));
      }
    }
    return quoted(fmt::format("{}B", value));
  };
  return form;
}

Form<double> share() {
  const std::string expected = "a share like 20% or 0.2";
  Form<double> as_number;
  as_number.shape.kind = Shape::Kind::number;
  as_number.shape.expected = expected;
  as_number.shape.min = 0;
  as_number.shape.max = 1;
  as_number.read = [](Reader& reader, const Place& place, const Shape& shape, double& value) {
    const auto number = number_of(*place.node);
    if (number && *number >= 0 && *number <= 1) {
      value = *number;
    } else {
      reader.unexpected(place, shape.expected);
    }
  };
  Form<double> form = text_or_number(
      parsed<double>(expected, "^[0-9]+([.][0-9]+)? ?%$",
                     [expected](std::string_view text) -> Result<double> {
                       auto result = parse_share(text);
                       if (result && text.ends_with('%')) return result;
                       return fail(fmt::format("expected {}, found `{}`", expected, text));
                     }),
      std::move(as_number));
  form.show = [](double value) { return quoted(fmt::format("{}%", value * 100)); };
  return form;
}

}  // namespace upkeep
