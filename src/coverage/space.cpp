#include "coverage/space.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/assert.h"
#include "base/text.h"
#include "coverage/key_layout.h"

namespace upkeep {
namespace {

/// The layout in which free fields and {_} stand for themselves: that of Space::key.
KeyLayout as_written(const KeyLayout& layout) {
  KeyLayout written{{}, layout.fields, layout.readers};
  for (const KeyPiece& piece : layout.pieces) {
    const bool literal =
        piece.kind == KeyPiece::Kind::literal || piece.kind == KeyPiece::Kind::free;
    const bool joins =
        literal && !written.pieces.empty() && written.pieces.back().kind == KeyPiece::Kind::literal;
    if (joins) {
      written.pieces.back().text += piece.text;
    } else {
      written.pieces.push_back(piece);
      if (literal) written.pieces.back().kind = KeyPiece::Kind::literal;
    }
  }
  return written;
}

}  // namespace

struct Space::Parts {
  Collection collection;
  KeyTemplate key_template;
  std::vector<AxisPtr> axes;
  std::vector<std::uint64_t> strides;
  std::uint64_t size = 1;
  std::optional<std::size_t> time_axis;
  KeyLayout layout;
  bool free_fields = false, any = false;
  Matcher matcher;          ///< of object keys
  Matcher written_matcher;  ///< of what key() writes; unused while that is the same
  std::optional<std::size_t> count_axis;
  std::vector<std::uint64_t> counts;  ///< by value of count_axis: a column of its table

  Result<void> make_axes(const Surroundings&);
  Result<void> check_expectations();
  Result<void> make_matchers();
};

Result<void> Space::Parts::make_axes(const Surroundings& around) {
  std::set<std::string> names;
  for (const Dimension& dimension : collection.dimensions) {
    UPKEEP_TRY(AxisPtr axis, make_axis(dimension, around));
    bool has_date = false;
    for (std::size_t field = 0; field < axis->fields().size(); ++field) {
      const std::string& name = axis->fields()[field];
      has_date = has_date || axis->type(field) == FieldType::date;
      if (!names.insert(name).second) {
        return fail(fmt::format("dimension `{}`: another dimension gives the field `{}`, too",
                                dimension.name, name));
      }
    }
    if (dimension.time) {
      if (time_axis) {
        return fail(fmt::format("dimension `{}`: only one can give the time", dimension.name));
      }
      if (!has_date) {
        return fail(
            fmt::format("dimension `{}` has no dates, so it gives no time", dimension.name));
      }
      time_axis = axes.size();
    }
    axes.push_back(std::move(axis));
  }
  strides.resize(axes.size());
  for (std::size_t i = axes.size(); i-- > 0;) {
    strides[i] = size;
    if (__builtin_mul_overflow(size, axes[i]->size(), &size) || size > partitions_max) {
      return fail(
          fmt::format("dimension `{}` makes for more than {} partitions; is its range right?",
                      collection.dimensions[i].name, with_thousands(partitions_max)));
    }
  }
  return {};
}

Result<void> Space::Parts::check_expectations() {
  const Expect& expect = collection.expect;
  if (!time_axis && (expect.settled_after || expect.available_after != Duration{})) {
    return fail(
        fmt::format("`{}` needs a dimension of dates that gives the time; add one or mark "
                    "it with `time: true`",
                    expect.settled_after ? "settled_after" : "available_after"));
  }
  if (!expect.count) return {};
  if (!free_fields) {
    return fail(
        fmt::format("`count` counts the objects of free fields, but the key `{}` has none; "
                    "write {{name}} without a dimension where anything may stand",
                    key_template.text));
  }
  if (expect.count->column.empty()) return {};
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const auto* table = std::get_if<Table>(&collection.dimensions[i].source);
    if (table == nullptr) continue;
    const std::string& column = expect.count->column;
    if (std::ranges::find(table->columns, column) == table->columns.end()) continue;
    count_axis = i;
    for (std::uint64_t value = 0; value < axes[i]->size(); ++value) {
      counts.push_back(axes[i]->number(value, column));
    }
    return {};
  }
  return fail(fmt::format("`count.min` names the column `{}`, which no table of the collection has",
                          expect.count->column));
}

Result<void> Space::Parts::make_matchers() {
  UPKEEP_TRY(matcher, Matcher::make(layout, axes, strides, time_axis));
  if (!free_fields && !any) return {};
  UPKEEP_TRY(written_matcher, Matcher::make(as_written(layout), axes, strides, time_axis));
  return {};
}

Space::Space() : parts_(std::make_unique<Parts>()) {}
Space::~Space() = default;

Result<SpacePtr> Space::make(const Collection& collection, const Surroundings& around) {
  const std::shared_ptr<Space> space(new Space);
  Parts& parts = *space->parts_;
  parts.collection = collection;
  UPKEEP_TRY(parts.key_template, parse_key_template(collection.key));
  UPKEEP_CHECK(parts.make_axes(around));
  UPKEEP_TRY(parts.layout, lay_out(parts.key_template, parts.axes));
  parts.free_fields = parts.layout.has_free();
  parts.any = parts.layout.has_any();
  UPKEEP_CHECK(parts.check_expectations());
  UPKEEP_CHECK(parts.make_matchers());
  return space;
}

const Collection& Space::collection() const { return parts_->collection; }
const KeyTemplate& Space::key_template() const { return parts_->key_template; }
std::uint64_t Space::size() const { return parts_->size; }
std::span<const AxisPtr> Space::axes() const { return parts_->axes; }
std::uint64_t Space::stride(std::size_t axis) const { return parts_->strides[axis]; }
bool Space::has_free_fields() const { return parts_->free_fields; }
bool Space::has_any() const { return parts_->any; }
const KeyLayout& Space::layout() const { return parts_->layout; }
const Matcher& Space::matcher() const { return parts_->matcher; }
std::optional<std::size_t> Space::time_axis() const { return parts_->time_axis; }

std::uint64_t Space::coordinate(std::uint64_t index, std::size_t axis) const {
  return index / parts_->strides[axis] % parts_->axes[axis]->size();
}

Partition Space::partition(std::uint64_t index) const {
  UPKEEP_ASSERT(index < size());
  Partition fields;
  for (std::size_t i = 0; i < parts_->axes.size(); ++i) {
    const Axis& axis = *parts_->axes[i];
    const std::uint64_t value = coordinate(index, i);
    for (std::size_t field = 0; field < axis.fields().size(); ++field) {
      fields.emplace_back(axis.fields()[field], axis.text(value, field));
    }
  }
  return fields;
}

std::string Space::text(std::uint64_t index) const {
  std::string out;
  for (const auto& [field, value] : partition(index)) {
    if (!out.empty()) out += ' ';
    out.append(field).append("=").append(value);
  }
  return out;
}

std::string Space::key(std::uint64_t index) const {
  UPKEEP_ASSERT(index < size());
  std::string out;
  for (const KeyPiece& piece : parts_->layout.pieces) {
    const bool plain = piece.kind == KeyPiece::Kind::literal || piece.kind == KeyPiece::Kind::free;
    if (plain) {
      out += piece.text;
    } else {
      append_piece(piece, *parts_->axes[piece.axis], coordinate(index, piece.axis), out);
    }
  }
  return out;
}

std::optional<std::uint64_t> Space::find_key(std::string_view key) const {
  Matcher::Hit hit;
  if (!parts_->matcher.find(key, hit)) return {};
  return hit.index;
}

std::optional<std::uint64_t> Space::find_written(std::string_view key) const {
  if (has_exact_keys()) return find_key(key);
  Matcher::Hit hit;
  if (!parts_->written_matcher.find(key, hit)) return {};
  return hit.index;
}

std::optional<std::uint64_t> Space::find(const Partition& partition) const {
  std::size_t used = 0;
  std::uint64_t index = 0;
  for (std::size_t i = 0; i < parts_->axes.size(); ++i) {
    const Axis& axis = *parts_->axes[i];
    std::vector<std::string_view> texts;
    for (const std::string& field : axis.fields()) {
      const auto given = std::ranges::find(partition, field, &Partition::value_type::first);
      if (given == partition.end()) return {};
      texts.push_back(given->second);
    }
    used += texts.size();
    const auto value = axis.find(texts);
    if (!value) return {};
    index += *value * parts_->strides[i];
  }
  if (used != partition.size()) return {};
  return index;
}

Time Space::end(std::uint64_t index) const {
  UPKEEP_ASSERT(parts_->time_axis);
  const std::size_t axis = *parts_->time_axis;
  return parts_->axes[axis]->end(coordinate(index, axis));
}

Time Space::due(std::uint64_t index) const {
  if (!parts_->time_axis) return Time::min();
  return end(index) + parts_->collection.expect.available_after;
}

std::uint64_t Space::count_min(std::uint64_t index) const {
  if (parts_->count_axis) return parts_->counts[coordinate(index, *parts_->count_axis)];
  const auto& count = parts_->collection.expect.count;
  return count ? count->min : 1;
}

}  // namespace upkeep
