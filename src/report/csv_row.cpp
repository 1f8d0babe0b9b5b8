#include "report/csv_row.h"

#include <array>
#include <cstddef>
#include <cstring>

#include "report/scan.h"

namespace upkeep {
namespace {

constexpr std::size_t npos = std::string_view::npos;

/// The value of each hexadecimal digit; 16 is none.
constexpr auto hex_digits = [] {
  std::array<std::uint8_t, 256> digits;
  digits.fill(16);
  for (unsigned i = 0; i < 16; ++i) {
    digits[static_cast<unsigned char>("0123456789abcdef"[i])] = static_cast<std::uint8_t>(i);
    digits[static_cast<unsigned char>("0123456789ABCDEF"[i])] = static_cast<std::uint8_t>(i);
  }
  return digits;
}();

unsigned hex_digit(char c) { return hex_digits[static_cast<unsigned char>(c)]; }

}  // namespace

std::size_t RowEnd::find(std::string_view text) {
  // The next line break is looked for once, not again behind each quote.
  std::size_t line_break = text.find('\n');
  for (std::size_t at = 0;;) {
    if (line_break < at) line_break = text.find('\n', at);
    const std::size_t end = in_quotes_ ? npos : line_break;
    const std::size_t quote = text.substr(at, end - at).find('"');
    if (quote == npos) return end == npos ? npos : end + 1;
    at += quote + 1;
    in_quotes_ = !in_quotes_;
  }
}

Result<std::span<const std::string_view>> CsvRow::split(std::string_view row) {
  if (row.ends_with('\n')) row.remove_suffix(1);
  if (row.ends_with('\r')) row.remove_suffix(1);
  text_.clear();
  ends_.clear();
  for (bool more = true; more;) {
    if (row.starts_with('"')) {
      UPKEEP_CHECK(take_quoted(row));
    } else {
      UPKEEP_CHECK(take_plain(row));
    }
    ends_.push_back(text_.size());
    more = row.starts_with(',');
    if (more) row.remove_prefix(1);
  }
  fields_.clear();
  std::size_t begin = 0;
  for (const std::size_t end : ends_) {
    fields_.push_back(std::string_view(text_).substr(begin, end - begin));
    begin = end;
  }
  return fields_;
}

Result<void> CsvRow::take_quoted(std::string_view& left) {
  for (bool more = true; more;) {
    left.remove_prefix(1);
    const std::size_t end = left.find('"');
    if (end == npos) return fail("a quoted field never ends");
    text_ += left.substr(0, end);
    left.remove_prefix(end + 1);
    more = left.starts_with('"');  // two of them are one in the field
    if (more) text_ += '"';
  }
  if (!left.empty() && left.front() != ',') return fail("there is text behind a closing quote");
  return {};
}

Result<void> CsvRow::take_plain(std::string_view& left) {
  const std::string_view field = left.substr(0, left.find(','));
  if (field.find('"') != npos) return fail("a quote stands in a field without quotes");
  text_ += field;
  left.remove_prefix(field.size());
  return {};
}

std::size_t decode_key(std::string_view text, char* into) {
  const char* at = text.data();
  const char* const text_end = at + text.size();
  char* end = into;
  while (at != text_end) {
    if (text_end - at >= 8) {  // `into` never lies behind `at`, so it has room for 8 as well
      std::memcpy(end, at, 8);
      const std::ptrdiff_t plain = scan::before_escape(at);
      at += plain;
      end += plain;
      if (plain == 8) continue;
    }
    char c = *at++;
    if (c == '+') {
      c = ' ';
    } else if (c == '%') {
      if (text_end - at < 2) return npos;
      const unsigned high = hex_digit(at[0]), low = hex_digit(at[1]);
      if (high > 15 || low > 15) return npos;
      c = static_cast<char>(high * 16 + low);
      at += 2;
    }
    *end++ = c;
  }
  return static_cast<std::size_t>(end - into);
}

}  // namespace upkeep
