// Random numbers that are the same on every compiler and library, unlike those of
// std::*_distribution. SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom
// number generators", 2014).
#pragma once
#include <cstdint>

namespace upkeep {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }

  /// A number from 0 to limit - 1; 0 for a limit of 0.
  std::uint64_t below(std::uint64_t limit) { return limit == 0 ? 0 : next() % limit; }
  bool chance(std::uint64_t percent) { return below(100) < percent; }

  /// What a later Random must be seeded with to go on where this one stands.
  std::uint64_t state() const { return state_; }

 private:
  std::uint64_t state_;
};

}  // namespace upkeep
