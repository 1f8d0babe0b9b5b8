#include "api/json_writer.h"

#include <array>
#include <charconv>
#include <cmath>

#include "base/json_text.h"

namespace upkeep {

JsonWriter& JsonWriter::key(std::string_view name) {
  separate();
  append_json_string(out_, name);
  out_ += ": ";
  after_key_ = true;
  return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
  separate();
  append_json_string(out_, text);
  return *this;
}

JsonWriter& JsonWriter::value(double number) {
  if (!std::isfinite(number)) return null();
  std::array<char, 32> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  return raw({text.data(), static_cast<std::size_t>(end - text.data())});
}

JsonWriter& JsonWriter::raw(std::string_view json) {
  separate();
  out_ += json;
  return *this;
}

JsonWriter& JsonWriter::open(char bracket) {
  separate();
  out_ += bracket;
  filled_.push_back(false);
  return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
  const bool had_members = filled_.back();
  const bool own_line = had_members && static_cast<int>(filled_.size()) <= lines_;
  filled_.pop_back();
  if (own_line) start_line();
  out_ += bracket;
  return *this;
}

void JsonWriter::separate() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (filled_.empty()) return;
  const bool own_line = static_cast<int>(filled_.size()) <= lines_;
  if (filled_.back()) out_ += own_line ? "," : ", ";
  filled_.back() = true;
  if (own_line) start_line();
}

void JsonWriter::start_line() {
  out_ += '\n';
  out_.append(2 * filled_.size(), ' ');
}

}  // namespace upkeep
