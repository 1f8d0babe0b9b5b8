// A range of whole numbers.
#pragma once
#include "coverage/axis.h"

namespace upkeep {

class NumberAxis final : public Axis {
 public:
  /// An error names the dimension.
  static Result<AxisPtr> make(const std::string& name, const NumberRange&);

  std::uint64_t size() const override { return size_; }
  FieldType type(std::size_t) const override { return FieldType::number; }
  Cell cell(std::uint64_t value, std::size_t) const override {
    return {from_ + value * every_, {}};
  }
  std::uint64_t find_cells(std::span<const Cell>) const override;
  Extent extent(std::size_t) const override { return {from_, from_ + (size_ - 1) * every_}; }
  std::optional<std::variant<DateRange, NumberRange>> range() const override {
    return NumberRange{from_, from_ + (size_ - 1) * every_, every_};
  }

 private:
  NumberAxis(const std::string& name, const NumberRange&);

  std::uint64_t from_, every_, size_;
};

}  // namespace upkeep
