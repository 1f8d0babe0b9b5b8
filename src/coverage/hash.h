// Short texts, hashed and compared quickly. Hashes are the same on every machine of one
// byte order, and never stored; the mixing step is the one of wyhash (Wang Yi, 2019).
#pragma once
#include <cstdint>
#include <cstring>
#include <string_view>

namespace upkeep {

inline std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a ^ 0x9e3779b97f4a7c15u) * (b ^ 0xe7037ed1a0b428dbu);
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

inline std::uint64_t mix(std::uint64_t seed, std::string_view text) {
  const char* p = text.data();
  std::size_t left = text.size();
  std::uint64_t hash = mix(seed, left);
  for (; left > 8; p += 8, left -= 8) {
    std::uint64_t word;
    std::memcpy(&word, p, 8);
    hash = mix(hash, word);
  }
  std::uint64_t word = 0;
  if (left != 0) std::memcpy(&word, p, left);
  return mix(hash, word);
}

/// memcmp() == 0, without the call for the few words that most literals have.
inline bool same_bytes(const char* a, const char* b, std::size_t size) {
  const auto differ = [&]<class Word>(Word, std::size_t at) {
    Word x, y;
    std::memcpy(&x, a + at, sizeof x);
    std::memcpy(&y, b + at, sizeof y);
    return x != y;
  };
  if (size > 64) return std::memcmp(a, b, size) == 0;
  if (size >= 8) {
    // The last word overlaps the one before it.
    for (std::size_t at = 0; at < size - 8; at += 8) {
      if (differ(std::uint64_t{}, at)) return false;
    }
    return !differ(std::uint64_t{}, size - 8);
  }
  if (size >= 4) return !differ(std::uint32_t{}, 0) && !differ(std::uint32_t{}, size - 4);
  if (size >= 2) return !differ(std::uint16_t{}, 0) && !differ(std::uint16_t{}, size - 2);
  return size == 0 || *a == *b;
}

}  // namespace upkeep
