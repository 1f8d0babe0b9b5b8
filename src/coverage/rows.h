// The rows of a table, as text, in one block of memory.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace upkeep {

class Rows {
 public:
  Rows() = default;
  explicit Rows(std::vector<std::string> columns) : columns_(std::move(columns)) {}

  /// One text for each column.
  void add(std::span<const std::string_view> texts);

  std::uint64_t size() const { return columns_.empty() ? 0 : ends_.size() / columns_.size(); }
  const std::vector<std::string>& columns() const { return columns_; }
  std::optional<std::size_t> column(std::string_view name) const;
  std::string_view at(std::uint64_t row, std::size_t column) const;

 private:
  std::vector<std::string> columns_;
  std::string text_;
  std::vector<std::uint64_t> ends_;  ///< of each text in text_, row by row
};

}  // namespace upkeep
