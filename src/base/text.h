// Small helpers for text: sizes, shares, lists, the nearest word.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace upkeep {

std::string_view trim(std::string_view);
std::vector<std::string_view> split(std::string_view, char separator);
std::string join(std::span<const std::string> parts, std::string_view separator);

/// A whole number without sign, leading zeros allowed; nothing when it is not or overflows.
std::optional<std::uint64_t> parse_number(std::string_view);

/// `200B 10KiB 100MB`; decimal and binary units up to TiB, a bare number is bytes.
Result<std::uint64_t> parse_size(std::string_view);
/// "118.00 GB" for people, decimal units.
std::string to_size_text(std::uint64_t bytes);
/// 172754 → "172,754".
std::string with_thousands(std::uint64_t);

/// `20%` or `0.2` → 0.2; must lie between 0 and 1.
Result<double> parse_share(std::string_view);

/// The candidate that a misspelt word most likely meant; nothing when all are too far off.
std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates);

/// Does the text fit the shell pattern? `*` any run of characters (`/` too), `?` any one.
bool fits_pattern(std::string_view text, std::string_view pattern);

/// FNV-1a, 64 bits: the same on every machine; for names, not for secrets.
std::uint64_t hash_of(std::string_view, std::uint64_t seed = 14695981039346656037u);

/// Is the text well-formed UTF-8 (RFC 3629)?
bool is_utf8(std::string_view);

}  // namespace upkeep
