#include "parquet/delta.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace upkeep::parquet {
namespace {

// Writers use 128 and 4; the limits only keep the arithmetic small.
constexpr std::uint64_t block_size_max = 1 << 16, miniblocks_max = 1 << 9;

}  // namespace

DeltaReader::DeltaReader(std::string_view bytes) : left_(bytes) {
  const std::uint64_t block_size = varint();
  miniblocks_ = varint();
  count_ = varint();
  value_ = zigzag();
  ok_ = ok_ && block_size <= block_size_max && miniblocks_ > 0 && miniblocks_ <= miniblocks_max &&
        block_size % miniblocks_ == 0;
  if (!ok_) return;
  miniblock_size_ = block_size / miniblocks_;
  ok_ = miniblock_size_ > 0 && miniblock_size_ % 8 == 0;
}

bool DeltaReader::read(std::span<std::int64_t> into) {
  for (std::int64_t& number : into) {
    if (!ok_ || read_ == count_) return false;
    if (read_++ > 0) {
      if (miniblock_left_ == 0 && !begin_miniblock()) return false;
      --miniblock_left_;
      value_ += difference_min_ + take_bits();
    }
    number = static_cast<std::int64_t>(value_);
  }
  return ok_;
}

bool DeltaReader::begin_miniblock() {
  if (widths_.empty()) {
    difference_min_ = zigzag();
    if (miniblocks_ > left_.size()) ok_ = false;
    if (!ok_) return false;
    widths_ = left_.substr(0, miniblocks_);
    left_.remove_prefix(miniblocks_);
  }
  width_ = static_cast<std::uint8_t>(widths_.front());
  widths_.remove_prefix(1);
  const std::uint64_t size = miniblock_size_ / 8 * width_;
  if (width_ > 64 || size > left_.size()) ok_ = false;
  if (!ok_) return false;
  packed_ = left_.substr(0, size);
  left_.remove_prefix(size);
  position_ = 0;
  miniblock_left_ = miniblock_size_;
  return true;
}

std::uint64_t DeltaReader::take_bits() {
  if (width_ == 0) return 0;
  std::array<std::uint64_t, 2> words{};
  const std::string_view from = packed_.substr(position_ / 8);
  std::memcpy(words.data(), from.data(), std::min<std::size_t>(9, from.size()));
  const unsigned shift = position_ % 8;
  position_ += width_;
  std::uint64_t bits = words[0] >> shift;
  if (shift > 0) bits |= words[1] << (64 - shift);
  return width_ == 64 ? bits : bits & ((std::uint64_t{1} << width_) - 1);
}

std::uint64_t DeltaReader::varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && !left_.empty(); shift += 7) {
    const auto byte = static_cast<std::uint8_t>(left_.front());
    left_.remove_prefix(1);
    value |= std::uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) return value;
  }
  ok_ = false;
  return 0;
}

std::uint64_t DeltaReader::zigzag() {
  const std::uint64_t bits = varint();
  return (bits >> 1) ^ (~(bits & 1) + 1);
}

bool read_sizes(std::string_view bytes, std::uint64_t count_max, std::vector<std::uint32_t>& sizes,
                std::string_view& rest) {
  DeltaReader reader(bytes);
  if (!reader.ok() || reader.count() > count_max) return false;
  sizes.clear();
  std::array<std::int64_t, 256> some;
  for (std::uint64_t left = reader.count(); left > 0;) {
    const auto part = std::span(some).first(std::min<std::uint64_t>(some.size(), left));
    if (!reader.read(part)) return false;
    for (const std::int64_t size : part) {
      if (size < 0 || size > INT32_MAX) return false;
      sizes.push_back(static_cast<std::uint32_t>(size));
    }
    left -= part.size();
  }
  rest = reader.rest();
  return true;
}

}  // namespace upkeep::parquet
