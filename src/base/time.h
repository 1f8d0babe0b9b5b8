// Instants and spans, and how they are written. Civil dates are in base/zone.h.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace upkeep {

using Duration = std::chrono::milliseconds;
using Time = std::chrono::sys_time<Duration>;

/// "2025-10-22T20:30:15Z" (RFC 3339); with milliseconds only where there are some.
std::string to_text(Time);
/// RFC 3339 with any offset; nothing when the text is not such a time.
std::optional<Time> parse_time(std::string_view);

/// "Tue, 21 Oct 2025 20:30:15 GMT" (RFC 9110, the form that servers must write).
std::optional<Time> parse_http_date(std::string_view);

/// "90s", "15m", "1h", "7d": the largest unit that fits exactly.
std::string to_text(Duration);
/// At most two units for people: "3d 4h", "12m 5s", "0.3s".
std::string to_rough_text(Duration);
/// `50ms 30s 15m 1h 7d 1w`; several may follow each other: "1h30m".
Result<Duration> parse_duration(std::string_view);

}  // namespace upkeep
