#include "parquet/runs.h"

#include <algorithm>
#include <cstring>

namespace upkeep::parquet {

std::uint32_t bits_at(std::string_view bytes, std::uint64_t position, unsigned width) {
  const std::string_view from = bytes.substr(position / 8);
  std::uint64_t word = 0;
  std::memcpy(&word, from.data(), std::min<std::size_t>(8, from.size()));
  return static_cast<std::uint32_t>((word >> position % 8) & ((std::uint64_t{1} << width) - 1));
}

bool RunReader::read(std::span<std::uint32_t> into) {
  while (!into.empty()) {
    if (run_ == 0 && !begin_run()) return false;
    const std::size_t count = std::min<std::uint64_t>(run_, into.size());
    if (!is_packed_) {
      std::fill_n(into.begin(), count, value_);
    } else {
      // Some writers leave out the end of the last run, where nothing is counted any more.
      if (position_ + count * width_ > packed_.size() * 8) return false;
      for (std::size_t i = 0; i < count; ++i, position_ += width_) {
        into[i] = bits_at(packed_, position_, width_);
      }
    }
    run_ -= count;
    into = into.subspan(count);
  }
  return true;
}

bool RunReader::skip_all(std::uint32_t value, std::size_t count) {
  if (run_ == 0 && !begin_run()) return false;
  if (is_packed_ || value_ != value || run_ < count) return false;
  run_ -= count;
  return true;
}

bool RunReader::begin_run() {
  if (read_run()) return true;
  // Whoever asks again must get no number of it either.
  run_ = 0;
  left_ = {};
  return false;
}

bool RunReader::read_run() {
  if (width_ > 32) return false;
  while (run_ == 0) {
    std::uint64_t header = 0;
    for (unsigned shift = 0;; shift += 7) {
      if (left_.empty() || shift > 35) return false;
      const auto byte = static_cast<std::uint8_t>(left_.front());
      left_.remove_prefix(1);
      header |= std::uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80) break;
    }
    is_packed_ = header & 1;
    run_ = (header >> 1) * (is_packed_ ? 8 : 1);
    const std::uint64_t size = is_packed_ ? (header >> 1) * width_ : (width_ + 7) / 8;
    if (!is_packed_ && size > left_.size()) return false;
    packed_ = left_.substr(0, size);
    left_.remove_prefix(packed_.size());
    position_ = 0;
    if (!is_packed_) {
      value_ = 0;
      std::memcpy(&value_, packed_.data(), packed_.size());
      if (width_ < 32 && value_ >> width_ != 0) return false;
    }
  }
  return true;
}

}  // namespace upkeep::parquet
