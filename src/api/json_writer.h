// JSON written as it comes, without building a tree: millions of lines cost no memory.
#pragma once
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace upkeep {

/// Appends to a string. Containers down to a depth of `lines` have a line for each of their
/// members; deeper ones stand in one line. The caller closes what it opened.
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out, int lines = 0) : out_(out), lines_(lines) {}

  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  JsonWriter& key(std::string_view name);

  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(bool yes) { return raw(yes ? "true" : "false"); }
  /// The shortest text that reads back as the same number; null when it is not finite.
  JsonWriter& value(double number);
  template <std::integral T>
  JsonWriter& value(T number) {
    return raw(std::to_string(number));
  }
  JsonWriter& null() { return raw("null"); }
  /// A value that is JSON already.
  JsonWriter& raw(std::string_view json);

  template <class T>
  JsonWriter& member(std::string_view name, const T& content) {
    return key(name).value(content);
  }

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  void separate();
  void start_line();

  std::string& out_;
  int lines_;
  std::vector<bool> filled_;  ///< of each open container: does it have a member?
  bool after_key_ = false;
};

}  // namespace upkeep
