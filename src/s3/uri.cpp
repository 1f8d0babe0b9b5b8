#include "s3/uri.h"

#include <algorithm>
#include <array>

namespace upkeep::s3 {
namespace {

constexpr std::array<bool, 256> unreserved = [] {
  std::array<bool, 256> table{};
  for (unsigned char c = 'a'; c <= 'z'; ++c) table[c] = true;
  for (unsigned char c = 'A'; c <= 'Z'; ++c) table[c] = true;
  for (unsigned char c = '0'; c <= '9'; ++c) table[c] = true;
  for (const unsigned char c : {'-', '.', '_', '~'}) table[c] = true;
  return table;
}();

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

void append_encoded(std::string_view plain, Slash slash, std::string& to) {
  to.reserve(to.size() + plain.size());
  for (const char c : plain) {
    const auto byte = static_cast<unsigned char>(c);
    if (unreserved[byte] || (c == '/' && slash == Slash::kept)) {
      to += c;
    } else {
      to += '%';
      to += "0123456789ABCDEF"[byte >> 4];
      to += "0123456789ABCDEF"[byte & 15];
    }
  }
}

std::string encoded(std::string_view plain, Slash slash) {
  std::string made;
  append_encoded(plain, slash, made);
  return made;
}

bool decode_in_place(std::string& text) {
  std::size_t from = std::min(text.find('%'), text.find('+'));
  if (from >= text.size()) return true;
  std::size_t to = from;
  while (from < text.size()) {
    char c = text[from++];
    if (c == '+') {
      c = ' ';
    } else if (c == '%') {
      const int high = from < text.size() ? digit(text[from]) : -1;
      const int low = from + 1 < text.size() ? digit(text[from + 1]) : -1;
      if (high < 0 || low < 0) return false;
      c = static_cast<char>(high * 16 + low);
      from += 2;
    }
    text[to++] = c;
  }
  text.resize(to);
  return true;
}

}  // namespace upkeep::s3
