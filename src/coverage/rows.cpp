#include "coverage/rows.h"

#include <algorithm>

#include "base/assert.h"

namespace upkeep {

void Rows::add(std::span<const std::string_view> texts) {
  UPKEEP_ASSERT(texts.size() == columns_.size());
  for (const std::string_view text : texts) {
    text_ += text;
    ends_.push_back(text_.size());
  }
}

std::optional<std::size_t> Rows::column(std::string_view name) const {
  const auto found = std::ranges::find(columns_, name);
  if (found == columns_.end()) return {};
  return static_cast<std::size_t>(found - columns_.begin());
}

std::string_view Rows::at(std::uint64_t row, std::size_t column) const {
  const std::uint64_t i = row * columns_.size() + column;
  const std::uint64_t begin = i == 0 ? 0 : ends_[i - 1];
  return std::string_view(text_).substr(begin, ends_[i] - begin);
}

}  // namespace upkeep
