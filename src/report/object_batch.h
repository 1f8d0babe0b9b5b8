// Objects on their way from a report to who wants them: a few hundred at once, so that the
// call costs nothing, in memory that is used again and again.
#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include "model/store.h"

namespace upkeep {

/// The keys are valid during the call only. Behind the end of each at least 8 bytes can be
/// read, so that it can be compared word by word.
using TakeObjects = std::function<void(std::span<const Object>)>;

class ObjectBatch {
 public:
  static constexpr std::size_t padding = 8;

  explicit ObjectBatch(TakeObjects take) : take_(std::move(take)) {}

  /// What the key points to must stay until flush().
  void add(const Object& object) {
    next() = object;
    keep_next();
  }
  /// The same without a copy: whoever has written all of next() keeps it, or leaves it.
  Object& next() { return objects_[count_]; }
  void keep_next() {
    if (++count_ == objects_.size()) flush();
  }

  void flush() {
    if (count_ > 0) take_({objects_.data(), count_});
    count_ = 0;
    used_ = 0;
  }

  /// Memory for a key that stands nowhere as it is; stays until the next flush(). May flush.
  char* room(std::size_t size) {
    if (used_ + size + padding > text_size_) {
      flush();
      if (size + padding > text_size_) grow(size + padding);
    }
    return text_.get() + used_;
  }
  /// So much of the room is taken.
  void keep(std::size_t size) { used_ += size + padding; }

 private:
  void grow(std::size_t size) {
    text_size_ = std::max<std::size_t>(size, 64 * 1024);
    text_ = std::make_unique<char[]>(text_size_);
  }

  TakeObjects take_;
  std::array<Object, 256> objects_;
  std::size_t count_ = 0;
  std::unique_ptr<char[]> text_;
  std::size_t text_size_ = 0, used_ = 0;
};

}  // namespace upkeep
