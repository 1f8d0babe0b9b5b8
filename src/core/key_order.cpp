#include "core/key_order.h"

#include <algorithm>
#include <string>
#include <variant>
#include <vector>

namespace upkeep {
namespace {

/// Longer axes of dates and tables are not read for this.
constexpr std::uint64_t read_max = 16'384;

/// Do the keys rise with the values of the axis, all else being equal? Only when all are of one
/// length: then no other part of the key moves, so the rest of it does not matter.
bool rises(const Space& space, std::size_t axis) {
  const std::uint64_t size = space.axes()[axis]->size(), stride = space.stride(axis);
  if (size <= 1) return true;
  if (std::holds_alternative<NumberRange>(space.collection().dimensions[axis].source)) {
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

}  // namespace

std::uint64_t ordered_block(const Space& space) {
  std::vector<std::string> written = space.key_template().fields();
  std::erase_if(written, [&](const std::string& field) {  // those that are the same in all keys
    return std::ranges::none_of(space.axes(), [&](const auto& axis) {
      return std::ranges::find(axis->fields(), field) != axis->fields().end();
    });
  });
  auto next = written.begin();
  std::uint64_t block = std::max<std::uint64_t>(space.size(), 1);
  for (std::size_t axis = 0; axis < space.axes().size(); ++axis) {
    const auto fields = space.axes()[axis]->fields();
    for (std::size_t i = 0; i < fields.size(); ++i, ++next) {
      const bool is_next =
          next != written.end() && std::ranges::find(fields, *next) != fields.end();
      if (!is_next) return block;
    }
    if (!rises(space, axis)) return block;
    block = space.stride(axis);
  }
  return block;
}

}  // namespace upkeep
