// One bit per partition, in 64-bit words.
#pragma once
#include <bit>
#include <cstdint>
#include <span>
#include <vector>

namespace upkeep {

/// A Bits of size 0 reads as all zero, so that marks nobody set cost nothing.
class Bits {
 public:
  Bits() = default;
  explicit Bits(std::uint64_t size) : size_(size), words_((size + 63) / 64) {}

  std::uint64_t size() const { return size_; }
  bool test(std::uint64_t i) const { return i < size_ && (words_[i / 64] >> (i % 64) & 1) != 0; }
  void set(std::uint64_t i) { words_[i / 64] |= std::uint64_t{1} << (i % 64); }
  void reset(std::uint64_t i) {
    if (i < size_) words_[i / 64] &= ~(std::uint64_t{1} << (i % 64));
  }
  /// 64 bits from bit 64 × `word` on; 0 beyond the end.
  std::uint64_t word(std::uint64_t word) const { return word < words_.size() ? words_[word] : 0; }
  std::span<std::uint64_t> words() { return words_; }
  std::span<const std::uint64_t> words() const { return words_; }
  std::uint64_t count() const {
    std::uint64_t n = 0;
    for (const std::uint64_t word : words_) n += static_cast<std::uint64_t>(std::popcount(word));
    return n;
  }
  bool operator==(const Bits&) const = default;

 private:
  std::uint64_t size_ = 0;
  std::vector<std::uint64_t> words_;
};

}  // namespace upkeep
