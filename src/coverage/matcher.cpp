#include "coverage/matcher.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <tuple>

#include "coverage/hash.h"
#include "coverage/rows_axis.h"

namespace upkeep {
namespace {

/// False when there is something else than digits, or the number is too large.
bool read_digits(const char* p, std::size_t size, std::uint64_t& number) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const auto digit = static_cast<std::uint64_t>(static_cast<unsigned char>(p[i]) - '0');
    if (digit > 9) return false;
    if (i >= 19) {  // only from here on it can overflow
      if (__builtin_mul_overflow(value, 10, &value)) return false;
      if (__builtin_add_overflow(value, digit, &value)) return false;
    } else {
      value = value * 10 + digit;
    }
  }
  number = value;
  return true;
}

/// The first place from `p` on where the literal stands; null when there is none before `end`.
const char* find_literal(const char* p, const char* end, const std::string& literal) {
  while (static_cast<std::size_t>(end - p) >= literal.size()) {
    const std::size_t room = static_cast<std::size_t>(end - p) - literal.size() + 1;
    p = static_cast<const char*>(std::memchr(p, literal.front(), room));
    if (p == nullptr) return nullptr;
    if (same_bytes(p, literal.data(), literal.size())) return p;
    ++p;
  }
  return nullptr;
}

}  // namespace

/// One key on its way through the steps.
struct Matcher::Run {
  // The slots stay without initial values: clearing them would take longer than the match.
  using Slots = std::array<Slot, slots_max>;
  Run(const Matcher& m, const char* e, Slots& s, Hit& h) : matcher(m), end(e), slots(s), hit(h) {}

  const Matcher& matcher;
  const char* end;
  Slots& slots;
  Hit& hit;
  Hit begun{};  ///< what the lookups before this one found
  std::size_t first_lookup = 0;
  std::size_t tries = 0;

  /// All steps from this one on, then the lookups.
  bool from(std::size_t step, const char* p) {
    for (; step < matcher.steps_.size(); ++step) {
      const Step& now = matcher.steps_[step];
      if (now.kind == Step::Kind::free) return free(step, p);
      p = take(now, p);
      if (p == nullptr) return false;
    }
    if (p != end) return false;
    hit = begun;
    return look_up(first_lookup, matcher.lookups_.size());
  }

  /// Where the step ends that begins at `p`; null when it does not fit.
  const char* take(const Step& step, const char* p) {
    switch (step.kind) {
      case Step::Kind::literal:
        return same(p, step.literal.data(), step.literal.size());
      case Step::Kind::number:
        return number(step, p);
      case Step::Kind::text:
        return text(step, p);
      case Step::Kind::known:
        return same(p, slots[step.slot].text, slots[step.slot].number);
      case Step::Kind::free:
        break;
    }
    return nullptr;
  }

  const char* same(const char* p, const char* wanted, std::size_t size) const {
    if (static_cast<std::size_t>(end - p) < size) return nullptr;
    return same_bytes(p, wanted, size) ? p + size : nullptr;
  }

  /// Where the group ends whose variable part begins at `p` and has at least `size` bytes.
  const char* group_end(const Step& step, const char* p, std::size_t size) const {
    if (static_cast<std::size_t>(end - p) < size + step.behind) return nullptr;
    if (step.last) return end;
    return find_literal(p + size + step.behind, end, step.literal);
  }

  const char* number(const Step& step, const char* p) {
    std::size_t size = step.width;
    if (step.width != 0) {
      if (static_cast<std::size_t>(end - p) < size) return nullptr;
    } else if (step.digits_end) {
      const auto room = static_cast<std::size_t>(end - p);
      while (size < room && static_cast<unsigned char>(p[size] - '0') <= 9) ++size;
    } else {
      const char* stop = group_end(step, p, 1);
      if (stop == nullptr) return nullptr;
      size = static_cast<std::size_t>(stop - p) - step.behind;
    }
    // Only the canonical form: no more zeros in front than the padding asks for.
    if (size < step.padded || (size > step.padded && *p == '0')) return nullptr;
    std::uint64_t value;
    if (!read_digits(p, size, value)) return nullptr;
    if (step.again && slots[step.slot].number != value) return nullptr;
    slots[step.slot].number = value;
    return p + size;
  }

  const char* text(const Step& step, const char* p) {
    const char* stop;
    if (step.width != 0) {
      if (static_cast<std::size_t>(end - p) < step.width) return nullptr;
      stop = p + step.width;
    } else {
      stop = group_end(step, p, 1);
      if (stop == nullptr) return nullptr;
      stop -= step.behind;
    }
    slots[step.slot] = {static_cast<std::uint64_t>(stop - p), p};
    return stop;
  }

  /// One or more characters but `/`; tries every end from the nearest on.
  bool free(std::size_t index, const char* p) {
    const Step& step = matcher.steps_[index];
    const char* slash = static_cast<const char*>(
        p == end ? nullptr : std::memchr(p, '/', static_cast<std::size_t>(end - p)));
    const char* const farthest = slash == nullptr ? end : slash;
    for (std::size_t size = 1;; ++size) {
      const char* stop = group_end(step, p, size);
      if (stop == nullptr || (stop -= step.behind) > farthest) return false;
      slots[step.slot] = {static_cast<std::uint64_t>(stop - p), p};
      if (from(index + 1, stop)) return true;
      if (step.last || ++tries > tries_max) return false;
      size = static_cast<std::size_t>(stop - p);
    }
  }

  bool read_cell(const Source& source, Cell& cell) const {
    const Slot& slot = slots[source.slot];
    switch (source.type) {
      case FieldType::text:
        cell.text = {slot.text, slot.number};
        return true;
      case FieldType::number:
        cell.number = slot.number;
        return true;
      case FieldType::date:
        break;
    }
    std::array<std::uint64_t, date_units> values;
    for (std::size_t i = 0; i < date_units; ++i) values[i] = slots[source.units[i]].number;
    const auto date = source.reader->read(values);
    if (date) cell.number = static_cast<std::uint64_t>(*date);
    return date.has_value();
  }

  /// Most axes have one field; room for more of them would have to be cleared each time.
  template <std::size_t room>
  std::uint64_t find_value(const Lookup& lookup) const {
    std::array<Cell, room> cells;
    for (std::size_t i = 0; i < lookup.sources.size(); ++i) {
      if (!read_cell(lookup.sources[i], cells[i])) return no_value;
    }
    return lookup.axis->find_cells({cells.data(), lookup.sources.size()});
  }

  /// Adds to the hit what these lookups find.
  bool look_up(std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) {
      const Lookup& lookup = matcher.lookups_[i];
      const std::uint64_t value = lookup.sources.size() == 1   ? find_value<1>(lookup)
                                  : lookup.sources.size() <= 4 ? find_value<4>(lookup)
                                                               : find_value<cells_max>(lookup);
      if (value == no_value) return false;
      hit.index += value * lookup.stride;
      if (lookup.time) hit.time = value;
    }
    return true;
  }
};

bool Matcher::find(std::string_view key, Hit& hit) const {
  return key.starts_with(prefix_) && find_behind_prefix(key, hit);
}

bool Matcher::find_behind_prefix(std::string_view key, Hit& hit) const {
  if (key.size() < prefix_.size() + suffix_.size()) return false;
  const char* end = key.data() + key.size() - suffix_.size();
  if (!same_bytes(end, suffix_.data(), suffix_.size())) return false;
  Run::Slots slots;
  return Run(*this, end, slots, hit).from(0, key.data() + prefix_.size());
}

bool Matcher::find_behind_prefix(std::string_view key, Hit& hit, Memory& memory) const {
  if (folder_steps_ == 0) return find_behind_prefix(key, hit);
  if (key.size() < prefix_.size() + suffix_.size()) return false;
  const char* const at = key.data() + prefix_.size();
  const char* const end = key.data() + key.size() - suffix_.size();
  if (!same_bytes(end, suffix_.data(), suffix_.size())) return false;
  const std::string& folder = memory.folder_;
  const bool is_known = !folder.empty() && static_cast<std::size_t>(end - at) >= folder.size() &&
                        same_bytes(at, folder.data(), folder.size());
  if (!is_known && !remember(at, end, memory)) return false;
  Run run(*this, end, memory.slots_, hit);
  run.begun = memory.hit_;
  run.first_lookup = folder_lookups_;
  return run.from(folder_steps_, at + folder.size());
}

/// Goes through the steps and lookups that the folder decides. They look at nothing behind it, so
/// that every key which begins with the same characters leads to the same.
bool Matcher::remember(const char* at, const char* end, Memory& memory) const {
  memory.folder_.clear();
  memory.hit_ = {};
  Run run(*this, end, memory.slots_, memory.hit_);
  const char* p = at;
  for (std::size_t i = 0; i < folder_steps_; ++i) {
    p = run.take(steps_[i], p);
    if (p == nullptr) return false;
  }
  if (!run.look_up(0, folder_lookups_)) return false;
  memory.folder_.assign(at, p);
  for (std::size_t i = 0; i < folder_steps_; ++i) {
    if (steps_[i].kind != Step::Kind::text) continue;
    Slot& slot = memory.slots_[steps_[i].slot];
    slot.text = memory.folder_.data() + (slot.text - at);
  }
  return true;
}

class Matcher::Compiler {
 public:
  Compiler(const KeyLayout& layout, std::span<const AxisPtr> axes) : layout_(layout), axes_(axes) {}

  Result<Matcher> compile(std::span<const std::uint64_t> strides,
                          std::optional<std::size_t> time_axis) {
    std::span<const KeyPiece> pieces = layout_.pieces;
    if (!pieces.empty() && pieces.front().kind == KeyPiece::Kind::literal) {
      matcher_.prefix_ = pieces.front().text;
      pieces = pieces.subspan(1);
    }
    if (!pieces.empty() && pieces.back().kind == KeyPiece::Kind::literal) {
      matcher_.suffix_ = pieces.back().text;
      pieces = pieces.first(pieces.size() - 1);
    }
    for (std::size_t i = 0; i < pieces.size(); ++i) add(pieces, i);
    for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
      UPKEEP_CHECK(add_lookup(axis, strides[axis], time_axis == axis));
    }
    if (slots_.size() >= slots_max) {
      return fail(fmt::format("the key has more than {} fields", slots_max - 1));
    }
    find_folder();
    return std::move(matcher_);
  }

 private:
  /// The slot of what may appear several times; `again` tells whether it did before.
  std::uint8_t slot(const std::tuple<std::size_t, std::size_t, std::size_t, std::string>& what,
                    bool& again) {
    const auto [at, fresh] = slots_.try_emplace(what, slots_.size());
    again = !fresh;
    return static_cast<std::uint8_t>(at->second);
  }

  std::uint8_t slot(const KeyPiece& piece, bool& again) {
    if (piece.is_any()) return slot({1, any_++, 0, ""}, again);
    if (piece.kind == KeyPiece::Kind::free) return slot({0, 0, 0, piece.text}, again);
    const bool unit = piece.kind == KeyPiece::Kind::unit;
    return slot(
        {2 + piece.axis, piece.field, unit ? 1 + static_cast<std::size_t>(piece.unit) : 0, ""},
        again);
  }

  void add(std::span<const KeyPiece> pieces, std::size_t at) {
    using Kind = KeyPiece::Kind;
    const KeyPiece& piece = pieces[at];
    Step step;
    if (piece.kind == Kind::literal) {
      step.literal = piece.text;
      matcher_.steps_.push_back(std::move(step));
      return;
    }
    step.kind = piece.known                ? Step::Kind::known
                : piece.kind == Kind::text ? Step::Kind::text
                : piece.kind == Kind::free ? Step::Kind::free
                                           : Step::Kind::number;
    step.slot = slot(piece, step.again);
    step.width = static_cast<std::uint32_t>(piece.width.value_or(0));
    step.padded =
        static_cast<std::uint32_t>(piece.kind == Kind::unit ? piece.width.value() : piece.padded);
    std::size_t next = at + 1;
    for (; next < pieces.size() && pieces[next].kind != Kind::literal; ++next) {
      step.behind += static_cast<std::uint32_t>(pieces[next].width.value_or(0));
    }
    step.last = next == pieces.size();
    const std::string& literal = step.last ? matcher_.suffix_ : pieces[next].text;
    step.digits_end = next == at + 1 && (literal.empty() || literal[0] < '0' || literal[0] > '9');
    if (!step.last) step.literal = literal;
    matcher_.steps_.push_back(std::move(step));
  }

  Result<void> add_lookup(std::size_t axis, std::uint64_t stride, bool time) {
    Lookup lookup{axes_[axis], stride, time, {}};
    const std::vector<std::size_t>& fields = layout_.fields[axis];
    if (fields.size() > cells_max) {
      return fail(fmt::format("a table gives the key more than {} fields", cells_max));
    }
    if (fields.size() < axes_[axis]->fields().size()) {
      UPKEEP_TRY(lookup.axis, static_cast<const RowsAxis&>(*axes_[axis]).by_fields(fields));
    }
    for (const std::size_t field : fields) {
      Source source;
      source.type = axes_[axis]->type(field);
      source.reader = layout_.readers[axis][field];
      for (std::size_t unit = 0; source.reader && unit < date_units; ++unit) {
        bool ignored;
        if (!source.reader->reads(static_cast<DateUnit>(unit))) continue;
        source.units[unit] = slot({2 + axis, field, 1 + unit, ""}, ignored);
      }
      bool ignored;
      if (!source.reader) source.slot = slot({2 + axis, field, 0, ""}, ignored);
      lookup.sources.push_back(std::move(source));
    }
    matcher_.lookups_.push_back(std::move(lookup));
    return {};
  }

  /// The steps up to the last literal with a `/`, if no free one is among them, and the lookups
  /// that need no others; these come first.
  void find_folder() {
    std::array<bool, slots_max> is_filled{};
    std::array<bool, slots_max> is_filled_by_folder{};
    for (std::size_t i = 0; i < matcher_.steps_.size(); ++i) {
      const Step& step = matcher_.steps_[i];
      if (step.kind == Step::Kind::free) break;
      if (step.kind != Step::Kind::literal) {
        is_filled[step.slot] = true;
      } else if (step.literal.find('/') != std::string::npos) {
        matcher_.folder_steps_ = i + 1;
        is_filled_by_folder = is_filled;
      }
    }
    const auto later = std::ranges::stable_partition(matcher_.lookups_, [&](const Lookup& lookup) {
      return std::ranges::all_of(lookup.sources, [&](const Source& source) {
        if (!source.reader) return is_filled_by_folder[source.slot];
        for (std::size_t unit = 0; unit < date_units; ++unit) {
          const bool is_read = source.reader->reads(static_cast<DateUnit>(unit));
          if (is_read && !is_filled_by_folder[source.units[unit]]) return false;
        }
        return true;
      });
    });
    matcher_.folder_lookups_ = matcher_.lookups_.size() - later.size();
  }

  const KeyLayout& layout_;
  std::span<const AxisPtr> axes_;
  std::map<std::tuple<std::size_t, std::size_t, std::size_t, std::string>, std::size_t> slots_;
  std::size_t any_ = 0;
  Matcher matcher_;
};

Result<Matcher> Matcher::make(const KeyLayout& layout, std::span<const AxisPtr> axes,
                              std::span<const std::uint64_t> strides,
                              std::optional<std::size_t> time_axis) {
  return Compiler(layout, axes).compile(strides, time_axis);
}

}  // namespace upkeep
