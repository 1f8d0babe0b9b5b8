// The bytes of a column chunk, one after the other, a piece of them in memory.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include "base/result.h"

namespace upkeep::parquet {

/// Fills `into` with what stands at `offset` of the file, or says why it cannot.
using ReadAt = std::function<Result<void>(std::uint64_t offset, std::span<char> into)>;

/// Behind each text that comes out of a page so many bytes can be read.
inline constexpr std::size_t padding = 8;

class ChunkInput {
 public:
  ChunkInput(const ReadAt& read, std::uint64_t begin, std::uint64_t size)
      : read_(read), position_(begin), unread_(size) {}

  /// The next `size` bytes, or as many as there are. Valid until the next call.
  Result<std::string_view> peek(std::size_t size);
  /// At most as many as were seen.
  void skip(std::size_t size) { begin_ += size; }

 private:
  const ReadAt& read_;
  std::uint64_t position_;  ///< in the file, of what is not in memory yet
  std::uint64_t unread_;    ///< of the chunk
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0, begin_ = 0, end_ = 0;
};

}  // namespace upkeep::parquet
