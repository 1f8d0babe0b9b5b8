#include "model/service.h"

#include <algorithm>
#include <array>

namespace upkeep {
namespace {

constexpr std::array<std::string_view, 4> names{"debug", "info", "warning", "error"};

}  // namespace

std::string_view to_text(LogLevel level) { return names.at(static_cast<std::size_t>(level)); }

std::optional<LogLevel> parse_log_level(std::string_view name) {
  const auto* const found = std::ranges::find(names, name);
  if (found == names.end()) return {};
  return static_cast<LogLevel>(found - names.begin());
}

}  // namespace upkeep
