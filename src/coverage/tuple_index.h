// Where a value with a given hash stands: open addressing over 12 bytes an entry, so that
// tables of millions of rows stay compact. The values themselves live elsewhere.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

namespace upkeep {

class TupleIndex {
 public:
  TupleIndex() = default;
  explicit TupleIndex(std::uint64_t entries) : slots_(entries + entries / 2 + 1) {}

  /// Has the place of this hash brought near, for a find() or add() that comes soon.
  void prefetch(std::uint64_t hash) const { __builtin_prefetch(&slots_[place_of(hash)]); }

  /// The entry that was added with this hash and for which `same(entry)` holds.
  template <class Same>
  std::optional<std::uint32_t> find(std::uint64_t hash, const Same& same) const {
    if (slots_.empty()) return {};
    const auto tag = static_cast<std::uint32_t>(hash);
    for (std::uint64_t i = place_of(hash); slots_[i].entry_plus_one != 0; i = behind(i)) {
      if (slots_[i].tag == tag && same(slots_[i].entry_plus_one - 1))
        return slots_[i].entry_plus_one - 1;
    }
    return {};
  }

  /// No more entries than it was made for.
  void add(std::uint64_t hash, std::uint32_t entry) {
    std::uint64_t i = place_of(hash);
    while (slots_[i].entry_plus_one != 0) i = behind(i);
    slots_[i] = {static_cast<std::uint32_t>(hash), entry + 1};
  }

 private:
  struct Slot {
    std::uint32_t tag = 0, entry_plus_one = 0;  ///< 0 when empty
  };
  /// The high bits of the hash tell the place, for any number of slots: a power of two would
  /// waste up to half of them. (Lemire, Fast random integer generation in an interval, 2019)
  std::uint64_t place_of(std::uint64_t hash) const {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>(static_cast<Wide>(hash) * slots_.size() >> 64);
  }
  std::uint64_t behind(std::uint64_t place) const {
    return place + 1 == slots_.size() ? 0 : place + 1;
  }

  std::vector<Slot> slots_;
};

}  // namespace upkeep
