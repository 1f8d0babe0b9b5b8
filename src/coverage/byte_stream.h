// Numbers and texts as bytes, and back again without ever reading past the end.
#pragma once
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/time.h"

namespace upkeep {

/// CRC-32, that of gzip and zlib.
std::uint64_t checksum_of(std::string_view bytes);

/// Numbers take 7 bits a byte, the lowest first (LEB128); signed ones are folded (zigzag).
class ByteWriter {
 public:
  void number(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>(value | 0x80);
    bytes_ += static_cast<char>(value);
  }
  void signed_number(std::int64_t value) {
    const auto bits = static_cast<std::uint64_t>(value);
    number((bits << 1) ^ (value < 0 ? ~std::uint64_t{0} : 0));
  }
  /// Milliseconds since 1970-01-01T00:00:00Z.
  void time(Time value) { signed_number(value.time_since_epoch().count()); }
  void text(std::string_view value) {
    number(value.size());
    bytes_ += value;
  }
  void raw(std::string_view bytes) { bytes_ += bytes; }
  /// Eight or four bytes, the lowest first.
  void word(std::uint64_t value, std::size_t size = 8) {
    for (std::size_t i = 0; i < size; ++i) bytes_ += static_cast<char>(value >> (8 * i));
  }
  std::string& bytes() { return bytes_; }

 private:
  std::string bytes_;
};

/// After the first thing that cannot be read everything reads as 0 and ok() is false.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : left_(bytes) {}

  bool ok() const { return ok_; }
  std::size_t left() const { return left_.size(); }

  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (left_.empty()) break;
      const auto byte = static_cast<unsigned char>(left_.front());
      left_.remove_prefix(1);
      if (shift == 63 && byte > 1) break;
      value |= std::uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80) return value;
    }
    fail();
    return 0;
  }
  std::int64_t signed_number() {
    const std::uint64_t bits = number();
    return static_cast<std::int64_t>((bits >> 1) ^ (~(bits & 1) + 1));
  }
  Time time() { return Time{Duration{signed_number()}}; }
  std::string_view raw(std::uint64_t size) {
    if (size > left_.size()) fail();
    const std::string_view bytes = left_.substr(0, ok_ ? size : 0);
    left_.remove_prefix(bytes.size());
    return bytes;
  }
  std::string_view text() { return raw(number()); }
  std::uint64_t word(std::size_t size = 8) {
    std::uint64_t value = 0;
    const std::string_view bytes = raw(size);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      value |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
    }
    return value;
  }
  void fail() {
    ok_ = false;
    left_ = {};
  }

 private:
  std::string_view left_;
  bool ok_ = true;
};

}  // namespace upkeep
