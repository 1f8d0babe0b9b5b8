// Where a value with a given hash stands: open addressing over 8 bytes an entry, so that
// tables of millions of rows stay compact. The values themselves live elsewhere.
#pragma once
#include <bit>
#include <cstdint>
#include <optional>
#include <vector>

namespace upkeep {

class TupleIndex {
 public:
  TupleIndex() = default;
  explicit TupleIndex(std::uint64_t entries)
      : slots_(std::bit_ceil(entries + entries / 2 + 1)), mask_(slots_.size() - 1) {}

  /// The entry that was added with this hash and for which `same(entry)` holds.
  template <class Same>
  std::optional<std::uint32_t> find(std::uint64_t hash, const Same& same) const {
    if (slots_.empty()) return {};
    const auto tag = static_cast<std::uint32_t>(hash >> 32);
    for (std::uint64_t i = hash & mask_; slots_[i].entry_plus_one != 0; i = (i + 1) & mask_) {
      if (slots_[i].tag == tag && same(slots_[i].entry_plus_one - 1))
        return slots_[i].entry_plus_one - 1;
    }
    return {};
  }

  /// No more entries than it was made for.
  void add(std::uint64_t hash, std::uint32_t entry) {
    std::uint64_t i = hash & mask_;
    while (slots_[i].entry_plus_one != 0) i = (i + 1) & mask_;
    slots_[i] = {static_cast<std::uint32_t>(hash >> 32), entry + 1};
  }

 private:
  struct Slot {
    std::uint32_t tag = 0, entry_plus_one = 0;  ///< 0 when empty
  };
  std::vector<Slot> slots_;
  std::uint64_t mask_ = 0;
};

}  // namespace upkeep
