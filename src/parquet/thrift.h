// Thrift's compact protocol, as far as Parquet's metadata needs it. Source: thrift/doc/specs/
// thrift-compact-protocol.md.
#pragma once
#include <cstdint>
#include <string_view>

namespace upkeep::parquet {

/// Reads one struct and what lies in it. After the first thing that cannot be read, everything
/// reads as 0 and ok() is false.
class ThriftReader {
 public:
  explicit ThriftReader(std::string_view bytes) : left_(bytes) {}

  bool ok() const { return ok_; }
  std::size_t left() const { return left_.size(); }
  void fail() {
    ok_ = false;
    left_ = {};
  }

  /// Calls `field(id)` for each field of the struct. It reads the field with one of the
  /// functions below, or leaves it: then it is passed over.
  template <class Field>
  void each_field(Field field) {
    if (!begin(Type::structure)) return;
    ++depth_;
    for (int id = 0; next_field(id);) {
      field(id);
      if (!is_taken_) skip();
    }
    --depth_;
    is_taken_ = true;
  }

  /// Calls `element()` for each element of the list, in the same way.
  template <class Element>
  void each_element(Element element) {
    if (!begin(Type::list)) return;
    ++depth_;
    Type type{};
    for (std::uint64_t count = list_header(type); count > 0 && ok_; --count) {
      set_type(type);
      is_element_ = true;
      element();
      if (!is_taken_) skip();
    }
    --depth_;
    is_taken_ = true;
  }

  std::int64_t number();
  bool boolean();
  std::string_view text();

 private:
  enum class Type : std::uint8_t {
    stop = 0,
    yes = 1,
    no = 2,
    int8 = 3,
    int16 = 4,
    int32 = 5,
    int64 = 6,
    real = 7,
    binary = 8,
    list = 9,
    set = 10,
    map = 11,
    structure = 12,
  };

  void set_type(Type type) {
    type_ = type;
    is_taken_ = false;
  }
  /// Is such a value to be read now, and not too deep?
  bool begin(Type type);
  /// False at the end of the struct.
  bool next_field(int& id);
  /// The number of elements, and their type.
  std::uint64_t list_header(Type& type);
  void skip();
  void skip_map();

  std::uint8_t byte();
  std::uint64_t varint();
  std::int64_t zigzag();
  std::string_view raw(std::uint64_t size);

  std::string_view left_;
  Type type_ = Type::structure;  ///< of the value that comes next
  bool is_taken_ = false;        ///< it was read
  bool is_element_ = false;      ///< it stands in a list, where a bool is a byte
  bool ok_ = true;
  int depth_ = 0;
};

}  // namespace upkeep::parquet
