#include "content/json_text.h"

#include <fmt/format.h>

#include <array>

namespace upkeep {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

bool is_white(unsigned char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
bool is_digit(unsigned char c) { return c >= '0' && c <= '9'; }
bool is_hex(unsigned char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// Bytes of a text that mean nothing but themselves.
constexpr auto plain = [] {
  std::array<bool, 256> table{};
  for (std::size_t c = 0x20; c < 0x80; ++c) table[c] = c != '"' && c != '\\';
  return table;
}();

}  // namespace

Result<void> JsonText::add(std::string_view piece) {
  for (std::size_t i = 0; i < piece.size(); ++i) {
    if (place_ == Place::text) {
      while (i < piece.size() && plain[static_cast<unsigned char>(piece[i])]) ++i;
      if (i == piece.size()) break;
    }
    const bool fits = take(static_cast<unsigned char>(piece[i]));
    is_begun_ = true;
    if (fits) continue;
    return fail(
        fmt::format("{} at byte {}", why_.empty() ? "this is no JSON" : why_, taken_ + i + 1));
  }
  taken_ += piece.size();
  return {};
}

Result<void> JsonText::finish() {
  if (may_end_number()) end_value();
  if (place_ == Place::behind_value && open_.empty()) return {};
  if (is_blank()) return fail("there is no JSON value");
  return fail(fmt::format("the JSON ends in the middle, after {} bytes", taken_));
}

bool JsonText::take(unsigned char c) {
  switch (place_) {
    case Place::value:
    case Place::first_item:
    case Place::first_key:
    case Place::key:
    case Place::colon:
    case Place::behind_value:
      return is_white(c) || take_structure(c);
    case Place::mark:
    case Place::literal:
      if (c != static_cast<unsigned char>(literal_.front())) return false;
      literal_.remove_prefix(1);
      if (!literal_.empty()) return true;
      if (place_ == Place::literal) {
        end_value();
      } else {
        place_ = Place::value;
      }
      return true;
    case Place::text:
    case Place::escape:
    case Place::hex:
    case Place::continuation:
      return take_in_text(c);
    default:
      if (take_in_number(c)) return true;
      if (!may_end_number()) return false;
      end_value();
      return is_white(c) || take_structure(c);
  }
}

/// What stands between values.
bool JsonText::take_structure(unsigned char c) {
  switch (place_) {
    case Place::value:
      return begin_value(c);
    case Place::first_item:
      return c == ']' ? close(false) : begin_value(c);
    case Place::first_key:
    case Place::key:
      if (c == '}' && place_ == Place::first_key) return close(true);
      if (c != '"') return false;
      is_key_ = true;
      place_ = Place::text;
      return true;
    case Place::colon:
      place_ = Place::value;
      return c == ':';
    default:  // behind a value
      if (open_.empty()) {
        why_ = "something follows the JSON value";
        return false;
      }
      if (c != ',') return (c == ']' || c == '}') && close(c == '}');
      place_ = open_.back() ? Place::key : Place::value;
      return true;
  }
}

bool JsonText::begin_value(unsigned char c) {
  const auto expect = [&](std::string_view rest) {
    literal_ = rest;
    place_ = Place::literal;
    return true;
  };
  switch (c) {
    case '{':
      return open(true);
    case '[':
      return open(false);
    case '"':
      is_key_ = false;
      place_ = Place::text;
      return true;
    case 't':
      return expect("rue");
    case 'f':
      return expect("alse");
    case 'n':
      return expect("ull");
    case '-':
      place_ = Place::minus;
      return true;
    case 0xef:
      if (is_begun_ || place_ != Place::value) return false;
      literal_ = byte_order_mark.substr(1);
      place_ = Place::mark;
      return true;
    default:
      if (!is_digit(c)) return false;
      place_ = c == '0' ? Place::zero : Place::digits;
      return true;
  }
}

bool JsonText::open(bool is_object) {
  if (open_.size() == depth_max) {
    why_ = "the JSON is nested too deeply";
    return false;
  }
  open_.push_back(is_object);
  place_ = is_object ? Place::first_key : Place::first_item;
  return true;
}

bool JsonText::close(bool is_object) {
  if (open_.back() != is_object) return false;
  open_.pop_back();
  end_value();
  return true;
}

void JsonText::end_value() { place_ = Place::behind_value; }

// --- Texts ------------------------------------------------------------------------------

bool JsonText::take_in_text(unsigned char c) {
  switch (place_) {
    case Place::escape:
      place_ = c == 'u' ? Place::hex : Place::text;
      left_ = 4;
      return std::string_view("\"\\/bfnrtu").contains(static_cast<char>(c));
    case Place::hex:
      if (--left_ == 0) place_ = Place::text;
      return is_hex(c);
    case Place::continuation:
      if (c < low_ || c > high_) {
        why_ = "this is no UTF-8";
        return false;
      }
      low_ = 0x80;
      high_ = 0xbf;
      if (--left_ == 0) place_ = Place::text;
      return true;
    default:
      break;
  }
  if (c == '"') {
    place_ = is_key_ ? Place::colon : Place::behind_value;
    return true;
  }
  if (c == '\\') {
    place_ = Place::escape;
    return true;
  }
  if (c < 0x20) {
    why_ = "a control character stands in a text";
    return false;
  }
  return c < 0x80 || begin_character(c);
}

/// RFC 3629, section 4.
bool JsonText::begin_character(unsigned char c) {
  why_ = "this is no UTF-8";
  if (c < 0xc2 || c > 0xf4) return false;
  left_ = c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
  low_ = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
  high_ = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
  place_ = Place::continuation;
  why_ = {};
  return true;
}

// --- Numbers ----------------------------------------------------------------------------

bool JsonText::may_end_number() const {
  return place_ == Place::zero || place_ == Place::digits || place_ == Place::fraction ||
         place_ == Place::exponent_digits;
}

bool JsonText::take_in_number(unsigned char c) {
  const auto go = [&](bool fits, Place next) {
    if (fits) place_ = next;
    return fits;
  };
  const bool is_exponent = c == 'e' || c == 'E';
  switch (place_) {
    case Place::minus:
      return go(c == '0', Place::zero) || go(is_digit(c), Place::digits);
    case Place::digits:
      if (is_digit(c)) return true;
      [[fallthrough]];
    case Place::zero:
      return go(c == '.', Place::point) || go(is_exponent, Place::exponent);
    case Place::point:
      return go(is_digit(c), Place::fraction);
    case Place::fraction:
      return is_digit(c) || go(is_exponent, Place::exponent);
    case Place::exponent:
      return go(c == '+' || c == '-', Place::exponent_sign) ||
             go(is_digit(c), Place::exponent_digits);
    case Place::exponent_sign:
      return go(is_digit(c), Place::exponent_digits);
    default:
      return is_digit(c);
  }
}

}  // namespace upkeep
