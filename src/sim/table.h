// A pretend table file behind a dimension, with what may be wrong with it at the moment.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "coverage/rows.h"

namespace upkeep::sim {

class PretendTable {
 public:
  enum class Trouble : std::uint8_t { none, unreadable, emptied, exploded };
  using Row = std::vector<std::string>;

  PretendTable() = default;
  PretendTable(std::vector<std::string> columns, std::vector<Row> rows);

  const std::vector<std::string>& columns() const { return columns_; }
  const std::vector<Row>& rows() const { return rows_; }
  /// A new row, not only at the end.
  void insert(std::size_t position, Row);
  Trouble trouble() const { return trouble_; }
  /// An exploded table holds `surplus` as well.
  void set_trouble(Trouble, std::vector<Row> surplus = {});

  /// What a reader gets: all rows or an error.
  Result<std::shared_ptr<const Rows>> read() const;

 private:
  std::vector<std::string> columns_;
  std::vector<Row> rows_, surplus_;
  Trouble trouble_ = Trouble::none;
  mutable std::shared_ptr<const Rows> read_;  ///< until something changes
};

}  // namespace upkeep::sim
