// Coordinates of rising indices without a division for each of them.
#pragma once
#include <cstdint>

#include "coverage/space.h"

namespace upkeep {

/// The coordinate of an index on one axis. Neighbouring indices cost a comparison; jumps, in
/// either direction, cost a division.
class Dial {
 public:
  Dial(const Space& space, std::size_t axis)
      : stride_(space.stride(axis)), size_(space.axes()[axis]->size()) {}

  std::uint64_t at(std::uint64_t index) {
    const std::uint64_t ahead = index - begin_;
    if (ahead >= stride_) turn(index, ahead);
    return value_;
  }
  /// The indices [begin, end) around the one last asked for have the same coordinate.
  std::uint64_t begin() const { return begin_; }
  std::uint64_t end() const { return begin_ + stride_; }
  std::uint64_t stride() const { return stride_; }
  std::uint64_t size() const { return size_; }

 private:
  void turn(std::uint64_t index, std::uint64_t ahead) {
    if (index >= begin_ && ahead - stride_ < stride_) {
      begin_ += stride_;
      if (++value_ == size_) value_ = 0;
      return;
    }
    begin_ = index - index % stride_;
    value_ = index / stride_ % size_;
  }

  std::uint64_t stride_, size_;
  std::uint64_t begin_ = 0, value_ = 0;
};

}  // namespace upkeep
