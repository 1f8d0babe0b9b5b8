// The four classes in which gaps are served.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace upkeep {

/// In the order of urgency: a smaller value is served first.
enum class Priority : std::uint8_t { critical, high, medium, low };

inline constexpr std::array priorities = {Priority::critical, Priority::high, Priority::medium,
                                          Priority::low};

/// "CRITICAL", "HIGH", "MEDIUM", "LOW".
std::string_view to_text(Priority);
/// Any case.
std::optional<Priority> parse_priority(std::string_view);

}  // namespace upkeep
