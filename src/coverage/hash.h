// A quick hash for looking values up; the same on every machine of one byte order, and
// never stored. The mixing step is the one of wyhash (Wang Yi, 2019).
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

}  // namespace upkeep
