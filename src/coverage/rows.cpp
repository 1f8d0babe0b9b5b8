#include "coverage/rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/assert.h"

namespace upkeep {
namespace {

constexpr std::uint64_t end_max = std::numeric_limits<std::uint32_t>::max();

}  // namespace

bool Rows::Texts::add(std::string_view text, std::uint64_t row) {
  if (row == 0) width_ = text.size();
  if (ends_.empty() && text.size() != width_ && !begin_ends(row)) return false;
  bytes_ += text;
  if (ends_.empty()) return true;
  ends_.push_back(static_cast<std::uint32_t>(bytes_.size()));
  return bytes_.size() <= end_max;
}

/// From here on widths differ.
bool Rows::Texts::begin_ends(std::uint64_t rows) {
  if (bytes_.size() > end_max) return false;
  ends_.reserve(rows + 1);
  for (std::uint64_t row = 1; row <= rows; ++row) {
    ends_.push_back(static_cast<std::uint32_t>(row * width_));
  }
  return true;
}

void Rows::Texts::shrink() {
  bytes_.shrink_to_fit();
  ends_.shrink_to_fit();
}

Result<void> Rows::add(std::span<const std::string_view> texts) {
  UPKEEP_ASSERT(texts.size() == columns_.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (texts_[i].add(texts[i], size_)) continue;
    return fail(fmt::format("the column `{}` holds more than 4 GiB of text", columns_[i]));
  }
  if (++size_ < end_max) return {};
  return fail("it has more than four billion rows");
}

void Rows::shrink() {
  for (Texts& texts : texts_) texts.shrink();
}

std::optional<std::size_t> Rows::column(std::string_view name) const {
  const auto found = std::ranges::find(columns_, name);
  if (found == columns_.end()) return {};
  return static_cast<std::size_t>(found - columns_.begin());
}

}  // namespace upkeep
