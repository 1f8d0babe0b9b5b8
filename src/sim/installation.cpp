#include "sim/installation.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>

#include "config/config.h"
#include "sim/violation.h"

namespace upkeep::sim {
namespace {

/// "{a: 1, b: 2}"
std::string in_braces(const Settings& settings) {
  std::string out = "{";
  for (const auto& [name, value] : settings) {
    if (out.size() > 1) out += ", ";
    out += name + ": " + value;
  }
  return out + "}";
}

void append(std::string& out, std::string_view indent, const Settings& settings) {
  for (const auto& [name, value] : settings) out += fmt::format("{}{}: {}\n", indent, name, value);
}

void append(std::string& out, const CollectionText& collection) {
  out += fmt::format("  {}:\n    key: \"{}\"\n    dimensions:\n", collection.name, collection.key);
  for (const DimensionText& dimension : collection.dimensions) {
    out += fmt::format("      {}: {}\n", dimension.name,
                       dimension.values.empty()
                           ? in_braces(dimension.range)
                           : fmt::format("[{}]", fmt::join(dimension.values, ", ")));
  }
  if (!collection.expect.empty()) {
    out += fmt::format("    expect: {}\n", in_braces(collection.expect));
  }
  append(out, "    ", collection.settings);
}

}  // namespace

std::string Installation::yaml() const {
  std::string out;
  append(out, "", settings);
  out += "stores:\n";
  for (const auto& [name, store] : stores) out += fmt::format("  {}: {}\n", name, in_braces(store));
  out += "upstreams:\n";
  for (const auto& [name, upstream] : upstreams) {
    out += fmt::format("  {}: {}\n", name, in_braces(upstream));
  }
  out += "collections:\n";
  for (const CollectionText& collection : collections) {
    if (collection.declared) append(out, collection);
  }
  out += "collectors:\n";
  for (const CollectorText& collector : collectors) {
    out += fmt::format("  {}:\n", collector.name);
    append(out, "    ", collector.settings);
  }
  return out;
}

Config parse(const std::string& yaml) {
  const ConfigSource source{
      .path = fmt::format("{}/upkeep.yaml", home),
      .text = yaml,
      .environment = [](std::string_view) -> std::optional<std::string> { return {}; }};
  auto config = parse_config(source);
  if (config) return *std::move(config);
  std::string errors;
  for (const ConfigError& error : config.error()) errors += to_text(error) + "\n";
  throw Violation{"installation_is_valid", errors + yaml};
}

std::string value_of(const Settings& settings, std::string_view name) {
  const auto found = std::ranges::find(settings, name, &Settings::value_type::first);
  return found == settings.end() ? std::string() : found->second;
}

void set_value(Settings& settings, std::string_view name, std::string value) {
  const auto found = std::ranges::find(settings, name, &Settings::value_type::first);
  if (found != settings.end()) {
    found->second = std::move(value);
  } else {
    settings.emplace_back(name, std::move(value));
  }
}

}  // namespace upkeep::sim
