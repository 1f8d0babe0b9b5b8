#include "parquet/thrift.h"

namespace upkeep::parquet {
namespace {

// Parquet's metadata is six deep.
constexpr int depth_max = 16;

}  // namespace

std::int64_t ThriftReader::number() {
  if (is_taken_) fail();
  is_taken_ = true;
  switch (type_) {
    case Type::int8:
      return static_cast<std::int8_t>(byte());
    case Type::int16:
    case Type::int32:
    case Type::int64:
      return zigzag();
    default:
      fail();
      return 0;
  }
}

bool ThriftReader::boolean() {
  if (is_taken_ || (type_ != Type::yes && type_ != Type::no)) fail();
  is_taken_ = true;
  return ok_ && type_ == Type::yes;
}

std::string_view ThriftReader::text() {
  if (is_taken_ || type_ != Type::binary) fail();
  is_taken_ = true;
  return raw(varint());
}

bool ThriftReader::begin(Type type) {
  if (is_taken_ || type_ != type || depth_ >= depth_max) fail();
  is_taken_ = true;
  return ok_;
}

bool ThriftReader::next_field(int& id) {
  const std::uint8_t header = byte();
  const auto type = static_cast<Type>(header & 0x0f);
  if (!ok_ || type == Type::stop) return false;
  // The identifier is told as the difference from the one before, when that is small.
  id = header >> 4 != 0 ? id + (header >> 4) : static_cast<int>(zigzag() & 0xffff);
  set_type(type);
  is_element_ = false;
  return ok_;
}

std::uint64_t ThriftReader::list_header(Type& type) {
  const std::uint8_t header = byte();
  type = static_cast<Type>(header & 0x0f);
  const std::uint64_t count = header >> 4 == 15 ? varint() : header >> 4;
  if (count > left()) fail();  // every element takes a byte at least
  return ok_ ? count : 0;
}

void ThriftReader::skip() {
  is_taken_ = true;
  switch (type_) {
    case Type::yes:
    case Type::no:
      if (is_element_) byte();
      break;
    case Type::int8:
      byte();
      break;
    case Type::int16:
    case Type::int32:
    case Type::int64:
      varint();
      break;
    case Type::real:
      raw(8);
      break;
    case Type::binary:
      raw(varint());
      break;
    case Type::set:
    case Type::list:
      set_type(Type::list);
      each_element([] {});
      break;
    case Type::map:
      skip_map();
      break;
    case Type::structure:
      is_taken_ = false;
      each_field([](int) {});
      break;
    default:
      fail();
  }
}

void ThriftReader::skip_map() {
  const std::uint64_t count = varint();
  if (count == 0) return;
  const std::uint8_t types = byte();
  if (count > left() || depth_ >= depth_max) fail();
  ++depth_;
  for (std::uint64_t i = 0; i < 2 * count && ok_; ++i) {
    set_type(static_cast<Type>(i % 2 == 0 ? types >> 4 : types & 0x0f));
    is_element_ = true;
    skip();
  }
  --depth_;
}

std::uint8_t ThriftReader::byte() {
  const std::string_view one = raw(1);
  return one.empty() ? 0 : static_cast<std::uint8_t>(one.front());
}

std::uint64_t ThriftReader::varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && ok_; shift += 7) {
    const std::uint8_t bits = byte();
    value |= std::uint64_t{bits & 0x7fu} << shift;
    if (bits < 0x80) return ok_ ? value : 0;
  }
  fail();
  return 0;
}

std::int64_t ThriftReader::zigzag() {
  const std::uint64_t bits = varint();
  return static_cast<std::int64_t>((bits >> 1) ^ (~(bits & 1) + 1));
}

std::string_view ThriftReader::raw(std::uint64_t size) {
  if (size > left_.size()) fail();
  const std::string_view bytes = left_.substr(0, ok_ ? size : 0);
  left_.remove_prefix(bytes.size());
  return bytes;
}

}  // namespace upkeep::parquet
