// For tests and measurements: writes Thrift's compact protocol, the other way around than thrift.h.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace upkeep::parquet::testing {

/// Fields in order of their numbers; types as the protocol numbers them.
class ThriftWriter {
 public:
  std::string bytes;

  void number(int id, std::int64_t value, int type = 5) { header(id, type), zigzag(value); }
  void text(int id, std::string_view value) { header(id, 8), text(value); }
  void text(std::string_view value) { varint(value.size()), bytes += value; }
  void list(int id, int type, std::size_t size) {
    header(id, 9);
    bytes += static_cast<char>(0xf0 | type);
    varint(size);
  }
  void begin(int id) { header(id, 12), begin(); }
  void begin() { outer_.push_back(last_), last_ = 0; }
  void end() { bytes += '\0', last_ = outer_.back(), outer_.pop_back(); }
  void zigzag(std::int64_t value) {
    varint(static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63));
  }
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(value | 0x80);
    bytes += static_cast<char>(value);
  }

 private:
  void header(int id, int type) {
    bytes += static_cast<char>((id - last_) << 4 | type);
    last_ = id;
  }
  std::vector<int> outer_;
  int last_ = 0;
};

}  // namespace upkeep::parquet::testing
