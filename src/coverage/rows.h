// The rows of a table, as text, column by column: what stands below each other is of one kind,
// mostly of one width, and then costs no more than its bytes.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace upkeep {

class Rows {
 public:
  Rows() = default;
  explicit Rows(std::vector<std::string> columns)
      : columns_(std::move(columns)), texts_(columns_.size()) {}

  /// One text for each column. An error when the rows become too many or too large to be
  /// kept: then they are of no use any more.
  Result<void> add(std::span<const std::string_view> texts);
  /// Gives back the memory that was kept for further rows.
  void shrink();

  std::uint64_t size() const { return size_; }
  const std::vector<std::string>& columns() const { return columns_; }
  std::optional<std::size_t> column(std::string_view name) const;
  std::string_view at(std::uint64_t row, std::size_t column) const {
    return texts_[column].at(row);
  }

 private:
  class Texts {
   public:
    /// False when it is full.
    bool add(std::string_view text, std::uint64_t row);
    void shrink();
    std::string_view at(std::uint64_t row) const {
      if (ends_.empty()) return {bytes_.data() + row * width_, width_};
      const std::uint64_t begin = row == 0 ? 0 : ends_[row - 1];
      return {bytes_.data() + begin, ends_[row] - begin};
    }

   private:
    bool begin_ends(std::uint64_t rows);

    std::string bytes_;
    std::size_t width_ = 0;  ///< of all texts, as long as there are no ends
    std::vector<std::uint32_t> ends_;
  };

  std::vector<std::string> columns_;
  std::vector<Texts> texts_;  ///< of each column
  std::uint64_t size_ = 0;
};

}  // namespace upkeep
