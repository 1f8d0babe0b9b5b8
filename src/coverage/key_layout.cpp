#include "coverage/key_layout.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/digits.h"
#include "base/text.h"

namespace upkeep {
namespace {

using Kind = KeyPiece::Kind;

constexpr std::size_t padded_max = 20;  // the digits of the largest number

std::size_t digits_of_number(std::uint64_t number) {
  std::size_t digits = 1;
  for (; number >= 10; number /= 10) ++digits;
  return digits;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Can its text hold digits only?
bool is_numeric(const KeyPiece& piece) {
  return piece.kind == Kind::unit || piece.kind == Kind::number;
}

class Planner {
 public:
  Planner(const KeyTemplate& key, std::span<const AxisPtr> axes) : key_(key), axes_(axes) {
    plan_.fields.resize(axes.size());
    plan_.readers.resize(axes.size());
    for (std::size_t i = 0; i < axes.size(); ++i) plan_.readers[i].resize(axes[i]->fields().size());
  }

  Result<KeyLayout> plan() {
    for (const KeyPart& part : key_.parts) UPKEEP_CHECK(add(part));
    UPKEEP_CHECK(check_segments());
    UPKEEP_CHECK(check_axes());
    UPKEEP_CHECK(make_readers());
    for (std::size_t i = 0; i < plan_.pieces.size();) {
      std::size_t end = i;
      while (end < plan_.pieces.size() && plan_.pieces[end].kind != Kind::literal) ++end;
      if (end > i) UPKEEP_CHECK(check_group(i, end));
      i = end + 1;
    }
    return std::move(plan_);
  }

 private:
  Result<void> add(const KeyPart& part) {
    if (part.kind == KeyPart::Kind::literal) {
      add_literal(part.text);
      return {};
    }
    for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
      const auto fields = axes_[axis]->fields();
      const auto found = std::ranges::find(fields, part.text);
      if (part.kind == KeyPart::Kind::field && found != fields.end()) {
        return add_field(part, axis, static_cast<std::size_t>(found - fields.begin()));
      }
    }
    if (!part.format.empty()) {
      return error(part, fmt::format("`{}` has no dimension and matches any text, so it takes no "
                                     "written form; write `{{{}}}`",
                                     part.text, part.text));
    }
    KeyPiece piece;
    piece.kind = Kind::free;
    piece.text = "{" + part.text + "}";
    piece.known = !piece.is_any() && std::ranges::any_of(plan_.pieces, [&](const KeyPiece& p) {
      return p.kind == Kind::free && p.text == piece.text;
    });
    plan_.pieces.push_back(std::move(piece));
    return {};
  }

  void add_literal(std::string_view text) {
    if (text.empty()) return;
    if (plan_.pieces.empty() || plan_.pieces.back().kind != Kind::literal) {
      plan_.pieces.emplace_back();
    }
    plan_.pieces.back().text += text;
  }

  Result<void> add_field(const KeyPart& part, std::size_t axis, std::size_t field) {
    auto& fields = plan_.fields[axis];
    const bool first = std::ranges::find(fields, field) == fields.end();
    if (first) {
      fields.insert(std::ranges::upper_bound(fields, field), field);
    }
    KeyPiece piece;
    piece.axis = axis;
    piece.field = field;
    const Axis& values = *axes_[axis];
    const Axis::Extent extent = values.extent(field);
    switch (values.type(field)) {
      case FieldType::date:
        return add_date(part, piece);
      case FieldType::number: {
        piece.kind = Kind::number;
        if (!part.format.empty()) {
          UPKEEP_TRY(piece.padded, padding(part));
        }
        const std::size_t least = std::max(piece.padded, digits_of_number(extent.least));
        if (least == std::max(piece.padded, digits_of_number(extent.most))) piece.width = least;
        break;
      }
      case FieldType::text:
        piece.kind = Kind::text;
        piece.known = !first;
        if (!part.format.empty()) {
          return error(part,
                       fmt::format("`{}` is text and takes no written form; write `{{{}}}`, "
                                   "or declare it in its table as `{{name: {}, type: number}}`"
                                   " or `type: date`",
                                   part.text, part.text, part.text));
        }
        if (extent.least == extent.most) piece.width = extent.least;
        break;
    }
    plan_.pieces.push_back(std::move(piece));
    return {};
  }

  Result<std::size_t> padding(const KeyPart& part) const {
    const auto width = parse_number(part.format);
    if (part.format.front() != '0' || !width || *width < 1 || *width > padded_max) {
      return error(part,
                   fmt::format("`{}` is no written form of the number `{}`; write `{{{}:04}}` "
                               "for at least four digits (20 at most)",
                               part.format, part.text, part.text));
    }
    return *width;
  }

  Result<void> add_date(const KeyPart& part, KeyPiece piece) {
    std::vector<DateItem> items = canonical_date_form(axes_[piece.axis]->has_clock());
    if (!part.format.empty()) {
      auto parsed = parse_date_form(part.format);
      if (!parsed) return error(part, parsed.error().text);
      items = *std::move(parsed);
    }
    for (const DateItem& item : items) {
      add_literal(item.literal);
      if (!item.unit) continue;
      piece.kind = Kind::unit;
      piece.unit = *item.unit;
      piece.width = digits_of(*item.unit);
      plan_.pieces.push_back(piece);
    }
    return {};
  }

  /// Again, now that the forms of dates have been put in.
  Result<void> check_segments() const {
    std::vector<KeyPart> parts;
    for (const KeyPiece& piece : plan_.pieces) {
      const bool literal = piece.kind == Kind::literal;
      parts.push_back({literal ? KeyPart::Kind::literal : KeyPart::Kind::field, piece.text, "", 0});
    }
    const auto bad = find_bad_segment(parts);
    if (!bad) return {};
    return fail(fmt::format("in the key `{}` {}", key_.text, to_text(*bad)));
  }

  Result<void> check_axes() const {
    for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
      if (!plan_.fields[axis].empty()) continue;
      return fail(
          fmt::format("the key `{}` does not hold `{{{}}}`, so that partitions would share "
                      "one key; add it to the key or drop the dimension",
                      key_.text, axes_[axis]->fields().front()));
    }
    return {};
  }

  Result<void> make_readers() {
    for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
      for (const std::size_t field : plan_.fields[axis]) {
        if (axes_[axis]->type(field) != FieldType::date) continue;
        std::vector<DateUnit> units;
        for (const KeyPiece& piece : plan_.pieces) {
          const bool mine = piece.kind == Kind::unit && piece.axis == axis && piece.field == field;
          if (mine) units.push_back(piece.unit);
        }
        UPKEEP_TRY(plan_.readers[axis][field], DateReader::make(axes_[axis]->fields()[field], units,
                                                                axes_[axis]->date_shape(field)));
      }
    }
    return {};
  }

  /// Fields that stand side by side, and the literal behind them. When all widths are fixed,
  /// or the key ends here, nothing is searched for; otherwise the first occurrence of the
  /// literal must be the right one.
  Result<void> check_group(std::size_t begin, std::size_t end) const {
    const std::span group(plan_.pieces.data() + begin, end - begin);
    std::size_t variable = 0;
    for (const KeyPiece& piece : group) {
      // A known text is read from the left only.
      if (!piece.width && !(piece.known && variable == 0)) ++variable;
    }
    if (variable > 1) {
      std::string names;
      for (const KeyPiece& piece : group) names += piece.width ? "" : " " + name(piece);
      return fail(
          fmt::format("in the key `{}` nothing tells where one of{} ends and the next "
                      "begins; put a literal between them or give all but one a fixed width",
                      key_.text, names));
    }
    if (end == plan_.pieces.size()) return {};
    const std::string& literal = plan_.pieces[end].text;
    const bool crowded = variable == 1 && group.size() > 1;
    for (const KeyPiece& piece : group) {
      if (is_numeric(piece) && (crowded ? is_digit(literal.front())
                                        : !piece.width && std::ranges::all_of(literal, is_digit))) {
        return fail(
            fmt::format("in the key `{}` digits follow {}, whose width varies; give it a "
                        "width, as in `{{field:04}}`, or put another literal behind it",
                        key_.text, name(piece)));
      }
      if (piece.kind == Kind::text && !piece.known)
        UPKEEP_CHECK(check_texts(piece, literal, crowded));
    }
    return {};
  }

  Result<void> check_texts(const KeyPiece& piece, const std::string& literal, bool crowded) const {
    const Axis& axis = *axes_[piece.axis];
    const std::string_view wanted = crowded ? std::string_view(literal).substr(0, 1) : literal;
    std::string together;
    for (std::uint64_t value = 0; value < axis.size(); ++value) {
      const std::string_view text = axis.cell(value, piece.field).text;
      together.assign(text).append(wanted);
      // Together: `a-` before `--` would be taken for `a`.
      if (together.find(wanted) == text.size()) continue;
      return fail(
          fmt::format("dimension `{}`: the value `{}` of `{}` holds `{}`, which stands "
                      "behind it in the key `{}`; use another literal there",
                      axis.fields().front(), text, axis.fields()[piece.field], wanted, key_.text));
    }
    return {};
  }

  std::string name(const KeyPiece& piece) const {
    if (piece.kind == Kind::free) return "`" + piece.text + "`";
    return fmt::format("`{{{}}}`", axes_[piece.axis]->fields()[piece.field]);
  }

  std::unexpected<Error> error(const KeyPart& part, std::string_view what) const {
    return fail(fmt::format("column {} of the key: {}", part.column, what));
  }

  const KeyTemplate& key_;
  std::span<const AxisPtr> axes_;
  KeyLayout plan_;
};

}  // namespace

bool KeyLayout::has_free() const {
  return std::ranges::any_of(pieces,
                             [](const KeyPiece& p) { return p.kind == Kind::free && !p.is_any(); });
}

bool KeyLayout::has_any() const { return std::ranges::any_of(pieces, &KeyPiece::is_any); }

Result<KeyLayout> lay_out(const KeyTemplate& key, std::span<const AxisPtr> axes) {
  return Planner(key, axes).plan();
}

void append_piece(const KeyPiece& piece, const Axis& axis, std::uint64_t value, std::string& out) {
  if (piece.kind == Kind::literal) {
    out += piece.text;
    return;
  }
  const Cell cell = axis.cell(value, piece.field);
  switch (piece.kind) {
    case Kind::unit:
      append_unit(static_cast<std::int64_t>(cell.number), piece.unit, out);
      break;
    case Kind::number:
      append_digits(out, cell.number, piece.padded);
      break;
    default:
      out += cell.text;
      break;
  }
}

}  // namespace upkeep
