// The few tricks that make reading a row quick: 8 or 16 characters at once. All of them read
// a little further than they are asked to, so whoever calls sees to it that there is more.
#pragma once
#include <bit>
#include <cstdint>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace upkeep::scan {

static_assert(std::endian::native == std::endian::little, "the first character is the lowest");

/// So far beyond a place may be read.
inline constexpr std::size_t beyond = 32;

constexpr std::uint64_t every_byte(std::uint8_t byte) { return 0x0101010101010101u * byte; }

inline std::uint64_t load8(const char* at) {
  std::uint64_t word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

inline std::uint16_t load2(const char* at) {
  std::uint16_t word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

#ifdef __SSE2__
/// One bit for each of the 16 characters that is marked.
inline unsigned bits_of(__m128i marks) { return static_cast<unsigned>(_mm_movemask_epi8(marks)); }
inline __m128i load16(const char* at) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
}
#endif

/// The first quote from `at` on; null when there is none before `end`.
inline const char* find_quote(const char* at, const char* end) {
#ifdef __SSE2__
  const __m128i quote = _mm_set1_epi8('"');
  for (; at < end; at += 16) {
    const unsigned quotes = bits_of(_mm_cmpeq_epi8(load16(at), quote));
    if (quotes != 0) return at + std::countr_zero(quotes);
  }
#else
  for (; at < end; ++at) {
    if (*at == '"') return at;
  }
#endif
  return nullptr;
}

/// The same, and tells whether a `%` or `+` stands before it.
inline const char* find_quote(const char* at, const char* end, bool& is_escaped) {
#ifdef __SSE2__
  const __m128i quote = _mm_set1_epi8('"'), percent = _mm_set1_epi8('%'), plus = _mm_set1_epi8('+');
  __m128i before = _mm_setzero_si128();
  for (; at < end; at += 16) {
    const __m128i text = load16(at);
    const unsigned quotes = bits_of(_mm_cmpeq_epi8(text, quote));
    const __m128i escapes = _mm_or_si128(_mm_cmpeq_epi8(text, percent), _mm_cmpeq_epi8(text, plus));
    if (quotes != 0) {
      const unsigned below = (quotes - 1) & ~quotes;  // the lowest quote
      is_escaped = ((bits_of(escapes) & below) | bits_of(before)) != 0;
      return at + std::countr_zero(quotes);
    }
    before = _mm_or_si128(before, escapes);
  }
#else
  for (is_escaped = false; at < end; ++at) {
    if (*at == '"') return at;
    is_escaped = is_escaped || *at == '%' || *at == '+';
  }
#endif
  return nullptr;
}

/// How many of the next 8 characters stand before a `%` or `+`.
inline int before_escape(const char* at) {
  const std::uint64_t text = load8(at);
  std::uint64_t found = 0;
  for (const std::uint8_t sought : {'%', '+'}) {
    const std::uint64_t other = text ^ every_byte(sought);  // 0 where it stands
    found |= (other - every_byte(1)) & ~other & every_byte(0x80);
  }
  return std::countr_zero(found) / 8;
}

/// The highest bit of each byte that is more than 9; exact up to the first of them.
inline std::uint64_t above_nine(std::uint64_t bytes) {
  return ((bytes + every_byte(0x76)) | bytes) & every_byte(0x80);
}

/// Moves `at` over a number of one to seven digits; false, and `at` anywhere, when there is
/// none or a longer one.
inline bool take_number(const char*& at, std::uint64_t& number) {
  const std::uint64_t digits = load8(at) ^ every_byte('0');
  const std::uint64_t others = above_nine(digits);
  const int count = std::countr_zero(others) / 8;
  if (count == 0 || count == 8) return false;
  // Zeros in front, then pairs, then pairs of pairs.
  std::uint64_t value = digits << (64 - 8 * count);
  value = (value * 10 + (value >> 8)) & 0x00ff00ff00ff00ffu;
  value = (value * 100 + (value >> 16)) & 0x0000ffff0000ffffu;
  number = (value * 10'000 + (value >> 32)) & 0xffffffffu;
  at += count;
  return true;
}

}  // namespace upkeep::scan
