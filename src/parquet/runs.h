// The hybrid of runs and packed bits that Parquet writes small numbers with: levels, booleans
// and positions in a dictionary. Source: parquet-format/Encodings.md, "RLE".
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

namespace upkeep::parquet {

/// A number of up to 32 bits that begins at bit `position` of `bytes`; the caller sees to it
/// that it lies within.
std::uint32_t bits_at(std::string_view bytes, std::uint64_t position, unsigned width);

class RunReader {
 public:
  RunReader() = default;
  /// `width` is that of the numbers in bits, at most 32.
  RunReader(std::string_view bytes, unsigned width) : left_(bytes), width_(width) {}

  /// False when there are fewer, or they are damaged.
  bool read(std::span<std::uint32_t> into);
  /// Takes the next `count` numbers when all of them are `value` and that is easy to see.
  bool skip_all(std::uint32_t value, std::size_t count);

 private:
  bool begin_run();
  bool read_run();

  std::string_view left_;  ///< behind this run
  unsigned width_ = 0;
  std::uint64_t run_ = 0;  ///< numbers left in this run
  bool is_packed_ = false;
  std::uint32_t value_ = 0;     ///< of a run of equal numbers
  std::string_view packed_;     ///< the run otherwise
  std::uint64_t position_ = 0;  ///< in it, in bits
};

}  // namespace upkeep::parquet
