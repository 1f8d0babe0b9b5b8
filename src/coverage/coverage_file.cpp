#include "coverage/coverage_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "coverage/bit_planes.h"
#include "coverage/byte_stream.h"

namespace upkeep {
namespace {

constexpr std::string_view magic = "UPKEEPCV";
constexpr std::uint64_t version = 2;  // 1 knew nothing of contents, and is read as that
constexpr std::size_t head_size = magic.size() + 4 + 8;  // magic, version, length
constexpr std::size_t checksum_size = 4;

enum class AxisKind : std::uint8_t { empty, dates, numbers, tuples };

std::array<const Bits*, 5> planes_of(const Coverage& c) {
  return {&c.present, &c.invalid, &c.undersized, &c.stale, &c.incomplete};
}
std::array<Bits*, 5> planes_of(Coverage& c) {
  return {&c.present, &c.invalid, &c.undersized, &c.stale, &c.incomplete};
}

// ---- writing

void write_step(ByteWriter& out, const CalendarStep& step) {
  out.number(static_cast<std::uint64_t>(step.unit));
  out.signed_number(step.unit == CalendarStep::Unit::length ? step.length.count() : step.count);
}

/// A text shares what it can with the one of the same field before it.
void write_tuples(ByteWriter& out, const Axis& axis) {
  const std::size_t fields = axis.fields().size();
  for (std::size_t i = 0; i < fields; ++i) out.number(static_cast<std::uint64_t>(axis.type(i)));
  std::vector<std::string> before(fields);
  std::string text;
  for (std::uint64_t value = 0; value < axis.size(); ++value) {
    for (std::size_t i = 0; i < fields; ++i) {
      text.clear();
      axis.append_text(value, i, text);
      const auto differ = std::ranges::mismatch(before[i], text);
      const auto shared = static_cast<std::size_t>(differ.in2 - text.begin());
      out.number(shared);
      out.text(std::string_view(text).substr(shared));
      std::swap(before[i], text);
    }
  }
}

void write_axis(ByteWriter& out, const Axis& axis) {
  const auto range = axis.range();
  const auto* dates = range ? std::get_if<DateRange>(&*range) : nullptr;
  const auto* numbers = range ? std::get_if<NumberRange>(&*range) : nullptr;
  const AxisKind kind = axis.size() == 0 ? AxisKind::empty
                        : dates          ? AxisKind::dates
                        : numbers        ? AxisKind::numbers
                                         : AxisKind::tuples;
  out.number(static_cast<std::uint64_t>(kind));
  out.number(axis.fields().size());
  for (const std::string& field : axis.fields()) out.text(field);
  out.number(axis.size());
  switch (kind) {
    case AxisKind::empty:
      break;
    case AxisKind::dates:
      out.signed_number(dates->from.day.time_since_epoch().count());
      out.signed_number(dates->to.day.time_since_epoch().count());
      write_step(out, dates->every);
      break;
    case AxisKind::numbers:
      out.number(numbers->from);
      out.number(numbers->to);
      out.number(numbers->every);
      break;
    case AxisKind::tuples:
      write_tuples(out, axis);
      break;
  }
}

/// Each by its distance from the one before it: what is out of order cannot be written down.
template <class Stretch, class WriteRest>
void write_stretches(ByteWriter& out, std::span<const Stretch> stretches, const WriteRest& rest) {
  out.number(stretches.size());
  std::uint64_t next = 0;
  for (const Stretch& stretch : stretches) {
    out.number(stretch.first - next);
    out.number(stretch.last - stretch.first);
    rest(stretch);
    next = stretch.last + 1;
  }
}

void write_losses(ByteWriter& out, std::span<const Loss> losses) {
  write_stretches(out, losses, [&](const Loss& loss) { out.time(loss.since); });
}

/// The gap is its number from 1 on, or 0.
void write_looked(ByteWriter& out, std::span<const Looked> looked) {
  write_stretches(out, looked, [&](const Looked& look) {
    out.time(look.at);
    out.number(look.gap ? 1 + static_cast<std::uint64_t>(*look.gap) : 0);
  });
}

// ---- reading

/// An axis as the file has it: a range or table like any other, only without a configuration.
struct KnownAxis {
  std::vector<std::string> fields;
  std::uint64_t size = 0;
  AxisPtr axis;  ///< null when it has no values
};

std::unexpected<Error> damaged(std::string_view what) {
  return fail(fmt::format("the coverage file is damaged: {}; it may be deleted at any time", what));
}

/// `rest` reads what follows the place of each; false when that is damaged.
template <class Stretch, class ReadRest>
Result<std::vector<Stretch>> read_stretches(ByteReader& in, const ReadRest& rest) {
  std::vector<Stretch> stretches;
  const std::uint64_t count = in.number();
  if (count > in.left() / 3) return damaged("its stretches");  // each takes three bytes or more
  std::uint64_t next = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    Stretch stretch;
    const bool overflow = __builtin_add_overflow(next, in.number(), &stretch.first) ||
                          __builtin_add_overflow(stretch.first, in.number(), &stretch.last);
    if (overflow || stretch.last >= partitions_max || !rest(stretch)) {
      return damaged("its stretches");
    }
    stretches.push_back(stretch);
    next = stretch.last + 1;
  }
  return stretches;
}

Result<std::vector<Loss>> read_losses(ByteReader& in) {
  return read_stretches<Loss>(in, [&](Loss& loss) {
    loss.since = in.time();
    return true;
  });
}

Result<std::vector<Looked>> read_looked(ByteReader& in) {
  return read_stretches<Looked>(in, [&](Looked& look) {
    look.at = in.time();
    const std::uint64_t gap = in.number();
    if (gap > 0 && gap <= gap_kinds.size()) look.gap = static_cast<GapKind>(gap - 1);
    return gap <= gap_kinds.size();
  });
}

/// Might the range have so few values? One of thousands of years would take long to make, only to
/// be refused.
bool may_have(const DateRange& range, std::int64_t step, std::uint64_t values) {
  constexpr std::int64_t step_max = 24 * 60 * 60 * 1000, month_max = 31;
  if (step < 1 || step > step_max) return false;
  const std::int64_t longest = range.every.unit == CalendarStep::Unit::length ? 1
                               : range.every.unit == CalendarStep::Unit::days ? step
                                                                              : step * month_max;
  std::int64_t span = 0;  // days
  const bool overflow = __builtin_sub_overflow(range.to.day.time_since_epoch().count(),
                                               range.from.day.time_since_epoch().count(), &span);
  return !overflow && (span < 0 || static_cast<std::uint64_t>(span / longest) < values);
}

Result<Dimension> read_dates(ByteReader& in, const std::string& name, std::uint64_t values) {
  DateRange range;
  range.from.day = Day{std::chrono::days{in.signed_number()}};
  range.to.day = Day{std::chrono::days{in.signed_number()}};
  const std::uint64_t unit = in.number();
  const std::int64_t count = in.signed_number();
  if (unit > static_cast<std::uint64_t>(CalendarStep::Unit::months)) return damaged("a step");
  range.every.unit = static_cast<CalendarStep::Unit>(unit);
  if (range.every.unit == CalendarStep::Unit::length) {
    range.every.length = Duration{count};
  } else {
    range.every.count = count;
  }
  if (!may_have(range, count, values)) return damaged("its dates");
  return Dimension{name, range, false};
}

Result<Dimension> read_tuples(ByteReader& in, const std::vector<std::string>& fields,
                              std::uint64_t size, Surroundings& around) {
  // Each text takes at least two bytes: no small file makes a large table.
  if (fields.empty() || size > in.left() / 2 / fields.size()) return damaged("a table");
  Table table;
  for (const std::string& field : fields) {
    const std::uint64_t type = in.number();
    if (type > static_cast<std::uint64_t>(FieldType::date)) return damaged("a type");
    table.fields.push_back({field, static_cast<FieldType>(type)});
  }
  auto rows = std::make_shared<Rows>(fields);
  std::vector<std::string> texts(fields.size());
  std::vector<std::string_view> row(fields.size());
  for (std::uint64_t value = 0; value < size; ++value) {
    for (std::size_t i = 0; i < fields.size(); ++i) {
      const std::uint64_t shared = in.number();
      if (shared > texts[i].size()) return damaged("a text");
      texts[i].resize(shared);
      texts[i] += in.text();
      row[i] = texts[i];
    }
    UPKEEP_CHECK(rows->add(row));
  }
  around.tables["tuples"] = std::move(rows);
  return Dimension{"tuples", std::move(table), false};
}

Result<KnownAxis> read_axis(ByteReader& in) {
  KnownAxis known;
  const std::uint64_t kind = in.number();
  const std::uint64_t fields = in.number();
  if (fields > in.left()) return damaged("a dimension");
  for (std::uint64_t i = 0; i < fields; ++i) known.fields.emplace_back(in.text());
  known.size = in.number();
  if (!in.ok() || known.size > partitions_max) return damaged("a dimension");
  Surroundings around;
  Dimension dimension;
  switch (static_cast<AxisKind>(kind)) {
    case AxisKind::empty:
      if (known.size != 0) return damaged("a dimension");
      return known;
    case AxisKind::dates: {
      if (fields != 1) return damaged("a dimension");
      UPKEEP_TRY(dimension, read_dates(in, known.fields.front(), known.size));
      break;
    }
    case AxisKind::numbers: {
      if (fields != 1) return damaged("a dimension");
      NumberRange range;
      range.from = in.number();
      range.to = in.number();
      range.every = in.number();
      dimension = {known.fields.front(), range, false};
      break;
    }
    case AxisKind::tuples: {
      UPKEEP_TRY(dimension, read_tuples(in, known.fields, known.size, around));
      break;
    }
    default:
      return damaged("a dimension");
  }
  if (!in.ok()) return damaged("a dimension");
  auto axis = make_axis(dimension, around);
  if (!axis || (*axis)->size() != known.size) return damaged("the values of a dimension");
  known.axis = *std::move(axis);
  return known;
}

/// For each value of `now` the value that `known` gives it; no_value where it has none.
std::vector<std::uint64_t> map_values(const Axis& now, const KnownAxis& known) {
  std::vector<std::uint64_t> map(now.size(), no_value);
  if (!known.axis) return map;
  std::vector<std::size_t> order;  // of the fields of `known` within `now`
  for (const std::string& field : known.fields) {
    const auto at = std::ranges::find(now.fields(), field);
    order.push_back(static_cast<std::size_t>(at - now.fields().begin()));
  }
  std::vector<Cell> cells(order.size());
  std::vector<std::string> texts(order.size());
  for (std::uint64_t value = 0; value < map.size(); ++value) {
    bool readable = true;
    for (std::size_t i = 0; i < order.size() && readable; ++i) {
      const Axis& then = *known.axis;
      if (then.type(i) == now.type(order[i]) && then.has_clock() == now.has_clock()) {
        cells[i] = now.cell(value, order[i]);
        continue;
      }
      // The field has changed its type: what counts is how its values are written.
      texts[i] = now.text(value, order[i]);
      const auto cell = then.parse(i, texts[i]);
      readable = cell.has_value();
      if (readable) cells[i] = *cell;
    }
    if (!readable) continue;
    map[value] = known.axis->find_cells(cells);
  }
  return map;
}

bool same_fields(std::span<const std::string> a, std::span<const std::string> b) {
  return std::ranges::is_permutation(a, b);
}

/// How the partitions of `space` are found among those of the file.
Result<PlaneMap> map_axes(const Space& space, const std::vector<KnownAxis>& known) {
  PlaneMap map;
  map.size_before = 1;
  std::vector<std::uint64_t> strides(known.size());
  for (std::size_t i = known.size(); i-- > 0;) {
    strides[i] = map.size_before;
    const bool overflow = __builtin_mul_overflow(map.size_before, known[i].size, &map.size_before);
    if (overflow || map.size_before > partitions_max) return damaged("too many partitions");
  }
  for (const AxisPtr& axis : space.axes()) {
    const auto at = std::ranges::find_if(
        known, [&](const KnownAxis& k) { return same_fields(k.fields, axis->fields()); });
    if (at == known.end() || known.size() != space.axes().size()) {
      return fail("the coverage file speaks of other fields than the collection has");
    }
    map.axes.push_back(
        {map_values(*axis, *at), at->size, strides[static_cast<std::size_t>(at - known.begin())]});
  }
  return map;
}

bool are_alike(const Loss& a, const Loss& b) { return a.since == b.since; }
bool are_alike(const Looked& a, const Looked& b) { return a.at == b.at && a.gap == b.gap; }

/// What is left of them, as they are numbered now.
template <class Stretch>
std::vector<Stretch> carry_over(const std::vector<Stretch>& stretches, const PlaneMap& map,
                                std::uint64_t size) {
  std::vector<Stretch> carried;
  if (stretches.empty()) return carried;
  map.for_pieces(size, [&](std::uint64_t before, std::uint64_t now, std::uint64_t count) {
    const std::uint64_t last = before + count - 1;
    auto one = std::ranges::lower_bound(stretches, before, {}, &Stretch::last);
    for (; one != stretches.end() && one->first <= last; ++one) {
      Stretch piece = *one;
      piece.first = now + (std::max(one->first, before) - before);
      piece.last = now + (std::min(one->last, last) - before);
      const bool follows = !carried.empty() && carried.back().last + 1 == piece.first &&
                           are_alike(carried.back(), piece);
      if (follows) {
        carried.back().last = piece.last;
      } else {
        carried.push_back(piece);
      }
    }
  });
  return carried;
}

struct Frame {
  std::uint64_t version;
  std::string_view body;
};

Result<Frame> check_frame(std::string_view bytes) {
  if (!bytes.starts_with(magic)) return fail("this is no coverage file");
  if (bytes.size() < head_size + checksum_size) return damaged("its end is missing");
  ByteReader head(bytes.substr(magic.size()));
  const std::uint64_t found = head.word(4);
  if (found < 1 || found > version) {
    return fail(
        fmt::format("the coverage file has version {}, but this program reads versions 1 to {}; "
                    "it may be deleted at any time",
                    found, version));
  }
  if (head.word() != bytes.size()) return damaged("its length is not what it says");
  const std::string_view covered = bytes.substr(0, bytes.size() - checksum_size);
  ByteReader tail(bytes.substr(covered.size()));
  if (tail.word(4) != checksum_of(covered)) return damaged("its checksum is wrong");
  return Frame{found, covered.substr(head_size)};
}

}  // namespace

std::string encode_coverage(const Space& space, const Coverage& coverage) {
  ByteWriter out;
  out.raw(magic);
  out.word(version, 4);
  out.word(0);  // the length, known at the end
  out.text(space.collection().key);
  out.time(coverage.taken_at);
  out.number(coverage.objects);
  out.number(coverage.bytes);
  out.number(coverage.strays);
  out.number(coverage.duplicates);
  out.number(coverage.stray_samples.size());
  for (const std::string& sample : coverage.stray_samples) out.text(sample);
  write_losses(out, coverage.lost);
  write_looked(out, coverage.looked);
  out.number(space.axes().size());
  for (const AxisPtr& axis : space.axes()) write_axis(out, *axis);
  for (const Bits* plane : planes_of(coverage)) write_plane(out, *plane);
  out.text(coverage.contents.rule);
  out.time(coverage.contents.through);
  out.text(coverage.contents.trouble);
  write_plane(out, coverage.contents.checked);

  std::string bytes = std::move(out.bytes());
  ByteWriter length;
  length.word(bytes.size() + checksum_size);
  bytes.replace(magic.size() + 4, 8, length.bytes());
  ByteWriter checksum;
  checksum.word(checksum_of(bytes), checksum_size);
  return bytes + checksum.bytes();
}

Result<Coverage> decode_coverage(std::string_view bytes, const Space& space) {
  UPKEEP_TRY(const Frame frame, check_frame(bytes));
  ByteReader in(frame.body);
  if (in.text() != space.collection().key) {
    return fail("the coverage file was made with another key template than the collection has");
  }
  Coverage coverage;
  coverage.taken_at = in.time();
  coverage.objects = in.number();
  coverage.bytes = in.number();
  coverage.strays = in.number();
  coverage.duplicates = in.number();
  const std::uint64_t samples = in.number();
  if (samples > in.left()) return damaged("its samples");
  for (std::uint64_t i = 0; i < samples; ++i) coverage.stray_samples.emplace_back(in.text());
  UPKEEP_TRY(const std::vector<Loss> lost, read_losses(in));
  UPKEEP_TRY(const std::vector<Looked> looked, read_looked(in));

  const std::uint64_t axes = in.number();
  if (axes > in.left()) return damaged("its dimensions");
  std::vector<KnownAxis> known;
  for (std::uint64_t i = 0; i < axes; ++i) {
    UPKEEP_TRY(KnownAxis axis, read_axis(in));
    known.push_back(std::move(axis));
  }
  UPKEEP_TRY(const PlaneMap map, map_axes(space, known));
  if (!lost.empty() && lost.back().last >= map.size_before) return damaged("its losses");
  if (!looked.empty() && looked.back().last >= map.size_before) return damaged("its looks");
  coverage.lost = carry_over(lost, map, space.size());
  coverage.looked = carry_over(looked, map, space.size());
  for (Bits* plane : planes_of(coverage)) {
    Bits before;
    if (!read_plane(in, map.size_before, before)) return damaged("its marks");
    *plane = map.carry_over(before, space.size());
  }
  if (frame.version > 1) {
    coverage.contents.rule = in.text();
    coverage.contents.through = in.time();
    coverage.contents.trouble = in.text();
    Bits before;
    if (!read_plane(in, map.size_before, before)) return damaged("what was checked");
    coverage.contents.checked = map.carry_over(before, space.size());
  }
  if (coverage.present.size() == 0) coverage.present = Bits(space.size());
  if (in.left() != 0) return damaged("something follows its end");
  return coverage;
}

}  // namespace upkeep
