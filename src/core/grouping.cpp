#include "core/grouping.h"

#include <absl/container/flat_hash_map.h>

#include <algorithm>

namespace upkeep {
namespace {

/// How the values of one axis are told apart: by nothing (count 1), each by itself (count =
/// size, no numbers), or by the texts of some of its fields.
struct Numbering {
  std::uint64_t count = 1;
  bool by_value = false;
  std::vector<std::uint32_t> numbers;
};

Numbering number_by_text(const Axis& axis, std::span<const std::size_t> fields) {
  Numbering result;
  result.numbers.reserve(axis.size());
  absl::flat_hash_map<std::string, std::uint32_t> known;
  std::string text, previous;
  std::uint32_t number = 0;
  for (std::uint64_t value = 0; value < axis.size(); ++value) {
    text.clear();
    for (const std::size_t field : fields) {
      axis.append_text(value, field, text);
      text.push_back('\0');  // values hold no control characters
    }
    // Tables are mostly sorted: most rows are in the group of the row before.
    if (value == 0 || text != previous) {
      number = known.try_emplace(text, static_cast<std::uint32_t>(known.size())).first->second;
      std::swap(text, previous);
    }
    result.numbers.push_back(number);
  }
  result.count = known.size();
  if (result.count == axis.size()) {
    result.numbers.clear();
    result.by_value = true;
  }
  return result;
}

Numbering number_values(const Axis& axis, std::span<const std::string> by) {
  std::vector<std::size_t> fields;
  for (std::size_t field = 0; field < axis.fields().size(); ++field) {
    if (std::ranges::find(by, axis.fields()[field]) != by.end()) fields.push_back(field);
  }
  if (axis.size() <= 1 || (!fields.empty() && axis.fields().size() == 1)) {
    return {.count = axis.size(), .by_value = true, .numbers = {}};
  }
  if (fields.empty()) return {};
  return number_by_text(axis, fields);
}

std::vector<std::uint64_t> last_values(const Numbering& numbering, std::uint64_t size) {
  std::vector<std::uint64_t> last(numbering.count, size - 1);
  for (std::uint64_t value = 0; value < numbering.numbers.size(); ++value) {
    last[numbering.numbers[value]] = value;
  }
  return last;
}

}  // namespace

Grouping::Grouping(const Space& space, std::span<const std::string> by) {
  std::uint64_t radix = 1;
  for (std::size_t axis = 0; axis < space.axes().size(); ++axis) {
    const Axis& values = *space.axes()[axis];
    Numbering numbering = number_values(values, by);
    if (!lead_) {
      if (numbering.by_value) continue;  // a change of its value ends all groups
      std::vector<std::uint64_t> last = last_values(numbering, values.size());
      lead_ = Lead{Dial(space, axis), std::move(numbering.numbers), std::move(last)};
    } else if (numbering.count > 1) {
      rest_.push_back({Dial(space, axis), std::move(numbering.numbers), radix});
      radix *= numbering.count;
    }
  }
}

std::pair<std::uint64_t, std::uint64_t> Grouping::group_of(std::uint64_t index) {
  Lead& lead = *lead_;
  const std::uint64_t value = lead.dial.at(index);
  const std::uint64_t number = lead.numbers.empty() ? 0 : lead.numbers[value];
  const std::uint64_t base = lead.dial.begin() - value * lead.dial.stride();
  const std::uint64_t over = base + (lead.last[number] + 1) * lead.dial.stride();
  std::uint64_t inner = 0;
  same_until_ = lead.numbers.empty() ? over : lead.dial.end();
  for (Part& part : rest_) {
    const std::uint64_t coordinate = part.dial.at(index);
    inner += part.radix * (part.numbers.empty() ? coordinate : part.numbers[coordinate]);
    same_until_ = std::min(same_until_, part.dial.end());
  }
  return {over, inner};
}

}  // namespace upkeep
