#include "coverage/number_axis.h"

#include <fmt/format.h>

#include "coverage/rows_axis.h"

namespace upkeep {

NumberAxis::NumberAxis(const std::string& name, const NumberRange& range)
    : Axis({name}),
      from_(range.from),
      every_(range.every),
      size_((range.to - range.from) / range.every + 1) {}

Result<AxisPtr> NumberAxis::make(const std::string& name, const NumberRange& range) {
  if (range.every == 0) {
    return fail(fmt::format("dimension `{}`: `every` must be at least 1", name));
  }
  if (range.from > range.to) {
    return fail(fmt::format("dimension `{}`: `from` ({}) is more than `to` ({})", name, range.from,
                            range.to));
  }
  if ((range.to - range.from) / range.every >= axis_values_max) {
    return fail(fmt::format("dimension `{}` has more than {} values; is `to` ({}) right?", name,
                            axis_values_max, range.to));
  }
  return AxisPtr(new NumberAxis(name, range));
}

std::uint64_t NumberAxis::find_cells(std::span<const Cell> cells) const {
  const std::uint64_t wanted = cells[0].number;
  if (wanted < from_) return no_value;
  const std::uint64_t above = wanted - from_;
  // Most ranges have a step of 1, and a division is slow.
  const std::uint64_t value = every_ == 1 ? above : above / every_;
  if (value >= size_ || value * every_ != above) return no_value;
  return value;
}

}  // namespace upkeep
