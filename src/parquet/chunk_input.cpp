#include "parquet/chunk_input.h"

#include <algorithm>
#include <cstring>

namespace upkeep::parquet {
namespace {

// Each column that is read has such a piece, so it is not large.
constexpr std::size_t piece_size = 128 * 1024;

}  // namespace

Result<std::string_view> ChunkInput::peek(std::size_t size) {
  const std::size_t here = end_ - begin_;
  if (here < size && unread_ > 0) {
    const std::size_t more = std::min<std::uint64_t>(std::max(size - here, piece_size), unread_);
    if (here + more > capacity_) {
      auto larger = std::make_unique_for_overwrite<char[]>(here + more + padding);
      if (here > 0) std::memcpy(larger.get(), buffer_.get() + begin_, here);
      buffer_ = std::move(larger);
      capacity_ = here + more;
    } else {
      std::memmove(buffer_.get(), buffer_.get() + begin_, here);
    }
    begin_ = 0;
    end_ = here;
    UPKEEP_CHECK(read_(position_, {buffer_.get() + end_, more}));
    position_ += more;
    unread_ -= more;
    end_ += more;
  }
  return std::string_view(buffer_.get() + begin_, std::min(size, end_ - begin_));
}

}  // namespace upkeep::parquet
