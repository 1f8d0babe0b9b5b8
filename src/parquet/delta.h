// Whole numbers written as differences from the one before. Source: parquet-format/Encodings.md,
// "DELTA_BINARY_PACKED".
#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace upkeep::parquet {

class DeltaReader {
 public:
  /// ok() is false when the beginning is damaged.
  explicit DeltaReader(std::string_view bytes);

  bool ok() const { return ok_; }
  /// How many numbers there are, as the data says.
  std::uint64_t count() const { return count_; }
  /// False when there are fewer, or they are damaged.
  bool read(std::span<std::int64_t> into);
  /// What stands behind the numbers, once all of them are read.
  std::string_view rest() const { return left_; }

 private:
  bool begin_miniblock();
  std::uint64_t take_bits();
  std::uint64_t varint();
  std::uint64_t zigzag();

  std::string_view left_;
  bool ok_ = true;
  std::uint64_t miniblocks_ = 0;      ///< in each block
  std::uint64_t miniblock_size_ = 0;  ///< numbers in each
  std::uint64_t count_ = 0, read_ = 0;
  std::uint64_t value_ = 0;  ///< the last one; differences wrap around

  std::uint64_t difference_min_ = 0;  ///< of this block
  std::string_view widths_;           ///< of its miniblocks that are still to come, in bits
  unsigned width_ = 0;                ///< of this miniblock
  std::string_view packed_;           ///< its differences
  std::uint64_t position_ = 0;        ///< in it, in bits
  std::uint64_t miniblock_left_ = 0;  ///< numbers of it
};

/// All numbers as sizes, at most `count_max`, none of them negative; `rest` becomes what stands
/// behind them. False when they are otherwise.
bool read_sizes(std::string_view bytes, std::uint64_t count_max, std::vector<std::uint32_t>& sizes,
                std::string_view& rest);

}  // namespace upkeep::parquet
