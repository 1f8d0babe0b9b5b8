#include "config/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "config/later.h"
#include "config/secrets.h"

namespace upkeep {
namespace {

constexpr std::size_t errors_max = 1000;
constexpr std::size_t secret_min = 4;  // bytes; shorter values would hide harmless words

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

/// At most 60 bytes of it, on one line.
std::string excerpt(std::string_view text) {
  std::string_view shown = text.substr(0, 60);
  while (!is_utf8(shown)) shown.remove_suffix(1);
  std::string line(shown);
  std::ranges::replace_if(line, [](char c) { return c >= 0 && c < ' '; }, ' ');
  return shown.size() == text.size() ? line : line + "…";
}

std::string describe(const Node& node) {
  switch (node.kind) {
    case Node::Kind::list:
      return "a list";
    case Node::Kind::map:
      return "a map";
    case Node::Kind::scalar:
      break;
  }
  if (node.is_empty()) return node.text.empty() ? "nothing" : fmt::format("`{}`", node.text);
  if (node.text.empty()) return "an empty text";
  if (node.is_number()) return fmt::format("the number {}", node.text);
  if (node.plain) return fmt::format("`{}`", excerpt(node.text));
  return fmt::format("the text \"{}\"", excerpt(node.text));
}

std::string inner_path(std::string_view path, std::string_view key) {
  return path.empty() ? std::string(key) : fmt::format("{}.{}", path, key);
}

}  // namespace

Place Place::at(std::string_view key) const {
  for (std::size_t n = 0; n < node->keys.size(); ++n) {
    if (node->keys[n].text == key) return value(n);
  }
  return {node, mark, inner_path(path, key)};
}

Place Place::value(std::size_t n) const {
  const Node& key = node->keys[n];
  const Node& inner = node->items[n];
  // A map begins with its first key, a missing value behind the colon: the key says more.
  const bool by_key = inner.kind == Node::Kind::map || inner.is_empty();
  return {&inner, by_key ? key.mark : inner.mark, inner_path(path, key.text)};
}

Place Place::item(std::size_t n) const {
  if (n >= node->items.size()) return {node, mark, fmt::format("{}[{}]", path, n)};
  return {&node->items[n], node->items[n].mark, fmt::format("{}[{}]", path, n)};
}

Reader::Reader(const ConfigSource& source) : source_(source), folder_(folder_of(source.path)) {}

void Reader::error(Mark mark, std::string_view path, std::string text) {
  for (const auto& [value, reference] : filled_) {
    for (std::size_t at = text.find(value); at != text.npos;
         at = text.find(value, at + reference.size())) {
      text.replace(at, value.size(), reference);
    }
  }
  const std::string once = fmt::format("{}:{}:{}", mark.line, mark.column, text);
  if (errors_.size() >= errors_max || !seen_.insert(once).second) return;
  errors_.push_back({source_.path, mark.line, mark.column, std::string(path), std::move(text)});
}

void Reader::error(const Place& place, std::string text) {
  error(place.mark, place.path, std::move(text));
}

void Reader::error_inside(const Place& place, std::size_t byte, std::string text) {
  Mark mark = place.mark;
  if (place.node->inside) {
    mark = *place.node->inside;
    mark.column += count_characters(std::string_view(place.node->text).substr(0, byte));
  }
  error(mark, place.path, std::move(text));
}

void Reader::error_at_column(const Place& place, std::string_view text) {
  std::string_view rest = text;
  const auto take = [&rest](std::string_view prefix) {
    const bool there = rest.starts_with(prefix);
    if (there) rest.remove_prefix(prefix.size());
    return there;
  };
  if (take("column ") && place.node->inside) {
    const std::size_t digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
    const auto column = parse_number(rest.substr(0, digits));
    rest.remove_prefix(digits);
    const std::string quoted = fmt::format(" of `{}`: ", place.node->text);
    if (column && (take(": ") || take(" of the key: ") || take(quoted))) {
      Mark mark = *place.node->inside;
      mark.column += *column - 1;
      return error(mark, place.path, std::string(rest));
    }
  }
  error(place, std::string(text));
}

void Reader::unexpected(const Place& place, std::string_view expected) {
  error(place, fmt::format("expected {}, found {}", expected, describe(*place.node)));
}

bool Reader::is_sound(std::string_view path) const {
  return std::ranges::none_of(errors_, [&](const ConfigError& error) {
    const std::string_view wrong = error.key_path;
    return wrong.starts_with(path) && (wrong.size() == path.size() || path.empty() ||
                                       wrong[path.size()] == '.' || wrong[path.size()] == '[');
  });
}

std::vector<ConfigError> Reader::take_errors() {
  std::ranges::stable_sort(
      errors_, {}, [](const ConfigError& error) { return std::pair(error.line, error.column); });
  return std::move(errors_);
}

bool Reader::open_map(const Place& place, std::string_view expected) {
  if (place.node->kind != Node::Kind::map) {
    unexpected(place, expected);
    return false;
  }
  std::map<std::string_view, Mark> first;
  for (const Node& key : place.node->keys) {
    const auto [known, is_new] = first.emplace(key.text, key.mark);
    if (is_new) continue;
    error(key.mark, inner_path(place.path, key.text),
          fmt::format("duplicate key; it stands at {}:{} already", known->second.line,
                      known->second.column));
  }
  return true;
}

bool Reader::open_list(const Place& place, std::string_view expected) {
  if (place.node->kind == Node::Kind::list) return true;
  unexpected(place, expected);
  return false;
}

void Reader::check_keys(const Place& place, std::span<const std::string> known,
                        std::span<const std::string> nested) {
  for (const Node& key : place.node->keys) {
    if (std::ranges::find(known, key.text) != known.end()) continue;
    const std::string path = inner_path(place.path, key.text);
    if (is_for_later(path)) {
      error(key.mark, path, fmt::format("this version has no `{}` yet", key.text));
      continue;
    }
    const auto inner = std::ranges::find_if(nested, [&](std::string_view candidate) {
      return candidate.ends_with(key.text) && candidate.size() > key.text.size() &&
             candidate[candidate.size() - key.text.size() - 1] == '.';
    });
    error(key.mark, path,
          inner != nested.end() ? fmt::format("unknown key; did you mean `{}`?", *inner)
                                : fmt::format("unknown key{}", suggestion(key.text, known)));
  }
}

std::optional<FilledText> Reader::fill(const Place& place) {
  const std::string& text = place.node->text;
  const auto references = find_secrets(text);
  if (!references) {
    error_inside(place, references.error().begin, references.error().text);
    return {};
  }
  bool whole = true;
  for (const SecretReference& reference : *references) {
    using Kind = SecretReference::Kind;
    if (reference.kind == Kind::file || reference.kind == Kind::credential) {
      error_inside(place, reference.begin,
                   fmt::format("`{}` can stand only in the `env` of a collector",
                               text.substr(reference.begin, reference.size)));
      whole = false;
    } else if (reference.kind == Kind::environment) {
      const auto value = environment(reference.name);
      if (!value) {
        error_inside(place, reference.begin,
                     fmt::format("the environment variable `{}` is not set", reference.name));
      } else if (value->size() >= secret_min) {
        filled_[*value] = text.substr(reference.begin, reference.size);
      }
      whole = whole && value;
    }
  }
  if (!whole) return {};
  const SecretSources sources{
      [this](std::string_view name) { return environment(name); },
      [](std::string_view) -> Result<std::string> { return fail("no file is read here"); }};
  auto filled = fill_secrets(text, sources);
  if (!filled) {
    error(place, filled.error().text);
    return {};
  }
  return FilledText{*std::move(filled), !references->empty()};
}

std::string Reader::absolute(std::string_view path) const {
  std::vector<std::string> parts;
  const auto add = [&](std::string_view more) {
    for (const std::string_view part : split(more, '/')) {
      if (part == "..") {
        if (!parts.empty()) parts.pop_back();
      } else if (!part.empty() && part != ".") {
        parts.emplace_back(part);
      }
    }
  };
  if (!path.starts_with('/')) add(folder_);
  add(path);
  return "/" + join(parts, "/");
}

std::optional<std::string> Reader::environment(std::string_view name) const {
  return source_.environment ? source_.environment(name) : std::nullopt;
}

std::string folder_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash == path.npos) return ".";
  return std::string(path.substr(0, std::max<std::size_t>(slash, 1)));
}

std::string one_of(std::span<const std::string> words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
    text += fmt::format("`{}`", words[i]);
  }
  return text;
}

std::string suggestion(std::string_view word, std::span<const std::string> known) {
  auto meant = nearest(word, known);
  // A word cut short, or too long: `complete` for `completeness`, `zone` for `timezone`.
  for (const std::string& candidate : known) {
    const std::string_view shorter = word.size() < candidate.size() ? word : candidate;
    const std::string_view longer = word.size() < candidate.size() ? candidate : word;
    if (!meant && shorter.size() >= 3 && longer.contains(shorter)) meant = candidate;
  }
  if (meant) return fmt::format("; did you mean `{}`?", *meant);
  if (known.empty()) return "";
  return fmt::format("; expected {}", one_of(known));
}

}  // namespace upkeep
