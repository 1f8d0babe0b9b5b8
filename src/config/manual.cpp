// The forms of the configuration as the body of a manual page.
#include <fmt/format.h>

#include "base/roff.h"
#include "config/config.h"
#include "config/top.h"

namespace upkeep {
namespace {

std::string sections_of(const Shape&, const std::string& path);

/// "a duration like 30s, 15m or 7d; 1h without it".
std::string expectation_of(const KeyShape& key) {
  std::string out = key.shape.expected;
  if (key.required) return out + "; required";
  if (!key.default_value.empty()) out += fmt::format("; {} without it", key.default_value);
  return out;
}

std::string below(const std::string& path, std::string_view name) {
  return path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
}

/// A record's keys, and after them the sections of what they hold.
std::string record_text(const Shape& shape, const std::string& path) {
  std::string out = roff_heading("SS", path.empty() ? "At the top" : path);
  for (const KeyShape& key : shape.keys) {
    const std::string expected = expectation_of(key);
    out += roff_item(key.name, expected.empty() ? "" : fmt::format("({})", expected), key.meaning);
  }
  for (const KeyShape& key : shape.keys) out += sections_of(key.shape, below(path, key.name));
  return out;
}

std::string sections_of(const Shape& shape, const std::string& path) {
  if (shape.kind == Shape::Kind::record) return record_text(shape, path);
  const bool is_map = shape.kind == Shape::Kind::map;
  std::string out;
  for (const Shape& inner : shape.inner)
    out += sections_of(inner, is_map ? below(path, "NAME") : path);
  return out;
}

}  // namespace

std::string config_manual() {
  const Config nothing;
  return sections_of(top(nothing).shape, "");
}

}  // namespace upkeep
