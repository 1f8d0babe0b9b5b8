// What can be wrong with one partition.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace upkeep {

/// Disjoint: a partition has the first kind, in this order, that fits it.
enum class GapKind : std::uint8_t { missing, invalid, undersized, stale, incomplete };

inline constexpr std::array gap_kinds = {GapKind::missing, GapKind::invalid, GapKind::undersized,
                                         GapKind::stale, GapKind::incomplete};

/// "missing", "invalid" …
std::string_view to_text(GapKind);
/// The inverse of to_text.
std::optional<GapKind> parse_gap_kind(std::string_view);

}  // namespace upkeep
