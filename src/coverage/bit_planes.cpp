#include "coverage/bit_planes.h"

#include <algorithm>

namespace upkeep {
namespace {

enum class Run : std::uint8_t { zeros, ones, words };

Run run_of(std::uint64_t word) {
  return word == 0 ? Run::zeros : word == ~std::uint64_t{0} ? Run::ones : Run::words;
}

/// 64 bits from any bit on.
std::uint64_t bits_from(const Bits& bits, std::uint64_t at) {
  const std::uint64_t shift = at % 64;
  const std::uint64_t low = bits.word(at / 64) >> shift;
  return shift == 0 ? low : low | bits.word(at / 64 + 1) << (64 - shift);
}

void copy_bits(const Bits& from, std::uint64_t at, Bits& to, std::uint64_t to_at,
               std::uint64_t count) {
  while (count != 0) {
    const std::uint64_t shift = to_at % 64;
    const std::uint64_t size = std::min(count, 64 - shift);
    const std::uint64_t bits = bits_from(from, at) & (~std::uint64_t{0} >> (64 - size));
    to.words()[to_at / 64] |= bits << shift;
    at += size;
    to_at += size;
    count -= size;
  }
}

}  // namespace

void write_plane(ByteWriter& out, const Bits& bits) {
  out.number(bits.size() == 0 ? 0 : 1);
  const auto words = bits.words();
  for (std::size_t i = 0; i < words.size();) {
    const Run run = run_of(words[i]);
    std::size_t end = i;
    while (end < words.size() && run_of(words[end]) == run) ++end;
    out.number((end - i) << 2 | static_cast<std::uint64_t>(run));
    if (run == Run::words) {
      for (std::size_t k = i; k < end; ++k) out.word(words[k]);
    }
    i = end;
  }
}

bool read_plane(ByteReader& in, std::uint64_t size, Bits& bits) {
  const std::uint64_t there = in.number();
  if (!in.ok() || there > 1) return false;
  bits = Bits(there == 0 ? 0 : size);
  const auto words = bits.words();
  for (std::size_t i = 0; i < words.size();) {
    const std::uint64_t head = in.number();
    const std::uint64_t count = head >> 2;
    if (!in.ok() || count == 0 || count > words.size() - i || (head & 3) == 3) return false;
    const auto run = static_cast<Run>(head & 3);
    if (run == Run::words && count > in.left() / 8) return false;
    if (run == Run::ones) std::fill_n(words.begin() + static_cast<std::ptrdiff_t>(i), count, ~0ull);
    for (std::size_t k = 0; run == Run::words && k < count; ++k) words[i + k] = in.word();
    i += count;
  }
  // Nothing may be set behind the last partition.
  return size % 64 == 0 || words.empty() || words.back() >> (size % 64) == 0;
}

bool PlaneMap::AxisMap::is_same() const {
  if (before.size() != size_before) return false;
  for (std::uint64_t value = 0; value < size_before; ++value) {
    if (before[value] != value) return false;
  }
  return true;
}

Bits PlaneMap::carry_over(const Bits& before, std::uint64_t size) const {
  if (before.size() == 0) return {};
  Bits now(size);
  for_pieces(size, [&](std::uint64_t from, std::uint64_t to, std::uint64_t count) {
    copy_bits(before, from, now, to, count);
  });
  return now;
}

void PlaneMap::for_pieces(std::uint64_t size, const PieceTaker& take) const {
  if (size == 0) return;
  // The last axes, as far as they are numbered as before, move as one block.
  std::size_t outer = axes.size();
  std::uint64_t block = 1;
  while (outer > 0 && axes[outer - 1].stride_before == block && axes[outer - 1].is_same()) {
    block *= axes[--outer].size_before;
  }
  if (outer == 0) return take(0, 0, size);
  const AxisMap& walked = axes[outer - 1];
  const bool adjacent = walked.stride_before == block;
  const std::uint64_t row = block * walked.before.size();
  std::vector<std::uint64_t> at(outer - 1);  // values of the axes further out
  for (std::uint64_t index = 0; index < size; index += row) {
    std::uint64_t base = 0;
    bool known = true;
    for (std::size_t i = 0; i < at.size(); ++i) {
      const std::uint64_t value = axes[i].before[at[i]];
      known = known && value != no_value;
      if (known) base += value * axes[i].stride_before;
    }
    for (std::uint64_t value = 0; known && value < walked.before.size();) {
      const std::uint64_t first = walked.before[value];
      std::uint64_t run = 1;
      while (first != no_value && adjacent && value + run < walked.before.size() &&
             walked.before[value + run] == first + run) {
        ++run;
      }
      if (first != no_value) {
        take(base + first * walked.stride_before, index + value * block, run * block);
      }
      value += run;
    }
    for (std::size_t i = at.size(); i-- > 0;) {
      if (++at[i] < axes[i].before.size()) break;
      at[i] = 0;
    }
  }
}

}  // namespace upkeep
