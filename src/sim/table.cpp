#include "sim/table.h"

#include <utility>

namespace upkeep::sim {
namespace {

void add_rows(Rows& all, const std::vector<PretendTable::Row>& rows) {
  std::vector<std::string_view> texts;
  for (const PretendTable::Row& row : rows) {
    texts.assign(row.begin(), row.end());
    all.add(texts);
  }
}

}  // namespace

PretendTable::PretendTable(std::vector<std::string> columns, std::vector<Row> rows)
    : columns_(std::move(columns)), rows_(std::move(rows)) {}

void PretendTable::insert(std::size_t position, Row row) {
  rows_.insert(rows_.begin() + static_cast<std::ptrdiff_t>(position), std::move(row));
  read_.reset();
}

void PretendTable::set_trouble(Trouble trouble, std::vector<Row> surplus) {
  trouble_ = trouble;
  surplus_ = std::move(surplus);
  read_.reset();
}

Result<std::shared_ptr<const Rows>> PretendTable::read() const {
  if (trouble_ == Trouble::unreadable) return fail("permission denied");
  if (trouble_ == Trouble::emptied) return fail("it has no rows");
  if (!read_) {
    auto all = std::make_shared<Rows>(columns_);
    add_rows(*all, rows_);
    add_rows(*all, surplus_);
    read_ = std::move(all);
  }
  return read_;
}

}  // namespace upkeep::sim
