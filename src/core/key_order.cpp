#include "core/key_order.h"

#include <algorithm>
#include <string>
#include <variant>
#include <vector>

namespace upkeep {
namespace {

/// Longer axes of dates and tables are not read for this.
constexpr std::uint64_t read_max = 16'384;

const NumberRange* number_range(const Space& space, std::size_t axis) {
  return std::get_if<NumberRange>(&space.collection().dimensions[axis].source);
}

/// Do the keys rise with the values of the axis, all else being equal? Only when all are of one
/// length: then no other part of the key moves, so the rest of it does not matter.
bool rises(const Space& space, std::size_t axis) {
  const std::uint64_t size = space.axes()[axis]->size(), stride = space.stride(axis);
  if (size <= 1) return true;
  if (number_range(space, axis) != nullptr) {
    return space.key(0).size() == space.key((size - 1) * stride).size();
  }
  if (size > read_max) return false;
  std::string before = space.key(0);
  for (std::uint64_t value = 1; value < size; ++value) {
    std::string key = space.key(value * stride);
    if (key.size() != before.size() || key <= before) return false;
    before = std::move(key);
  }
  return true;
}

/// How many axes stand in the key in the order of the dimensions, none mixed with another.
std::size_t axes_in_order(const Space& space) {
  std::vector<std::string> written = space.key_template().fields();
  std::erase_if(written, [&](const std::string& field) {  // those that are the same in all keys
    return std::ranges::none_of(space.axes(), [&](const auto& axis) {
      return std::ranges::find(axis->fields(), field) != axis->fields().end();
    });
  });
  auto next = written.begin();
  for (std::size_t axis = 0; axis < space.axes().size(); ++axis) {
    const auto fields = space.axes()[axis]->fields();
    for (std::size_t i = 0; i < fields.size(); ++i, ++next) {
      if (next == written.end() || std::ranges::find(fields, *next) == fields.end()) return axis;
    }
  }
  return space.axes().size();
}

}  // namespace

KeyOrder::KeyOrder(const Space& space)
    : space_(space), block_(std::max<std::uint64_t>(space.size(), 1)) {
  const std::size_t in_order = axes_in_order(space);
  std::size_t axis = 0;
  for (; axis < in_order && rises(space, axis); ++axis) block_ = space.stride(axis);
  if (axis == in_order) return;
  if (const NumberRange* range = number_range(space, axis)) numbers_ = Plain{axis, *range};
}

KeyOrder::Later KeyOrder::later_than(std::uint64_t index) const {
  Later later;
  later.beyond = (index / block_ + 1) * block_;
  if (!numbers_) return later;
  // Up to the next power of ten the numbers are of one width, or padded to one.
  const NumberRange& range = numbers_->range;
  const std::uint64_t stride = space_.stride(numbers_->axis);
  const std::uint64_t value = space_.coordinate(index, numbers_->axis);
  const std::uint64_t number = range.from + value * range.every;
  std::uint64_t wider = 10;
  while (wider <= number && wider < Later::none / 10) wider *= 10;
  if (wider <= number) return later;
  const std::uint64_t same_width = (wider - number + range.every - 1) / range.every;
  const std::uint64_t start = index - index % stride;
  later.from = start + stride;
  later.until = std::min(
      start + std::min(same_width, space_.axes()[numbers_->axis]->size()) * stride, later.beyond);
  return later;
}

}  // namespace upkeep
