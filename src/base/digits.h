// Numbers with leading zeros. Keys and dates are written by the million; a format string that is
// read anew for each of them would take most of the time.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

namespace upkeep {

/// Appends the number with at least `width` digits: (7, 4) → 0007, (12345, 4) → 12345.
inline void append_digits(std::string& out, std::uint64_t number, std::size_t width) {
  std::size_t digits = 1;
  for (std::uint64_t rest = number / 10; rest != 0; rest /= 10) ++digits;
  out.append(width > digits ? width : digits, '0');
  for (std::size_t at = out.size(); number != 0; number /= 10) {
    out[--at] = static_cast<char>('0' + number % 10);
  }
}

}  // namespace upkeep
