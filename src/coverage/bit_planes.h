// Bits as bytes, and bits carried over from one numbering of partitions to another.
#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "coverage/axis.h"
#include "coverage/bits.h"
#include "coverage/byte_stream.h"

namespace upkeep {

/// Words in runs: all 0, all 1, or as they are. A collection that is complete, or empty,
/// takes a few bytes instead of one bit for each partition.
void write_plane(ByteWriter&, const Bits&);
/// False when it is damaged; `bits` has the size 0 or `size`.
bool read_plane(ByteReader&, std::uint64_t size, Bits& bits);

using PieceTaker =
    std::function<void(std::uint64_t before, std::uint64_t now, std::uint64_t count)>;

/// Where each partition stood before.
struct PlaneMap {
  struct AxisMap {
    std::vector<std::uint64_t> before;  ///< for each value of now the one of before, or no_value
    std::uint64_t size_before = 0, stride_before = 1;
    bool is_same() const;
  };
  std::vector<AxisMap> axes;  ///< in the order of now
  std::uint64_t size_before = 1;

  /// `size` is the number of partitions now. Bits of size 0 stay so.
  Bits carry_over(const Bits& before, std::uint64_t size) const;
  /// take(first before, first now, count) for each piece that stands together before and now,
  /// in the order of now.
  void for_pieces(std::uint64_t size, const PieceTaker& take) const;
};

}  // namespace upkeep
