// From an object key to the partition that it belongs to: the key layout compiled to a few
// steps, without an allocation for a key. Several threads may share a matcher.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "coverage/axis.h"
#include "coverage/key_layout.h"

namespace upkeep {

class Matcher {
 public:
  struct Hit {
    std::uint64_t index = 0;
    std::uint64_t time = 0;  ///< value of the time axis; 0 without one
  };

  Matcher() = default;
  /// `strides`: of each axis. An error when the key has too many fields.
  static Result<Matcher> make(const KeyLayout&, std::span<const AxisPtr>,
                              std::span<const std::uint64_t> strides,
                              std::optional<std::size_t> time_axis);

  /// Does the key fit in canonical form, with values that exist? Where a free field or {_}
  /// can end at several places, the first that leads to a partition counts: they take as
  /// little as they can. After `tries_max` places it gives up, so that no hostile key can
  /// keep it busy; keys with a few such fields never come near.
  bool find(std::string_view key, Hit&) const;
  /// The same for a key that is known to begin with prefix().
  bool find_behind_prefix(std::string_view key, Hit&) const;
  /// The same, and quicker for keys that begin like the one before.
  class Memory;
  bool find_behind_prefix(std::string_view key, Hit&, Memory&) const;
  static constexpr std::size_t tries_max = 100'000;

  /// With what every key begins.
  const std::string& prefix() const { return prefix_; }
  const std::string& suffix() const { return suffix_; }

 private:
  static constexpr std::size_t slots_max = 48, cells_max = 16;
  /// A number, or a text with its size. Without initial values: a key fills only a few.
  struct Slot {
    std::uint64_t number;
    const char* text;
  };
  struct Step {
    enum class Kind : std::uint8_t { literal, number, text, known, free };
    Kind kind = Kind::literal;
    bool again = false;       ///< a number whose slot is filled: this must be the same
    bool last = false;        ///< no literal follows its group: it ends where the key does
    bool digits_end = false;  ///< a number that ends where its digits do
    std::uint8_t slot = 0;
    std::uint32_t width = 0;   ///< fixed width, or 0
    std::uint32_t padded = 1;  ///< numbers
    std::uint32_t behind = 0;  ///< sum of the widths that follow within the group
    std::string literal;       ///< the literal, or the one that ends the group
  };
  /// How the value of one axis is put together from slots.
  struct Source {
    FieldType type = FieldType::text;
    std::uint8_t slot = 0;
    std::optional<DateReader> reader;              ///< of a date
    std::array<std::uint8_t, date_units> units{};  ///< slots of its units
  };
  struct Lookup {
    AxisPtr axis;
    std::uint64_t stride = 1;
    bool time = false;
    std::vector<Source> sources;
  };
  struct Run;
  class Compiler;
  bool remember(const char* at, const char* end, Memory&) const;

  std::string prefix_, suffix_;
  std::vector<Step> steps_;
  std::vector<Lookup> lookups_;
  std::size_t folder_steps_ = 0;    ///< so many steps depend on the folder of a key alone
  std::size_t folder_lookups_ = 0;  ///< and so many lookups
};

/// What the last key said up to its last steady `/`: listings and reports are more or less in
/// order, so the next key often says the same. For one thread and one matcher.
class Matcher::Memory {
 public:
  Memory() = default;
  Memory(const Memory&) = delete;  // slots point into the text
  Memory& operator=(const Memory&) = delete;

 private:
  friend class Matcher;
  std::string folder_;  ///< behind the prefix; "" when nothing is known
  std::array<Slot, slots_max> slots_;
  Hit hit_;  ///< what the folder alone makes of it
};

}  // namespace upkeep
