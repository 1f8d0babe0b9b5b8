// The dates of a report, all written alike: 2024-01-02T03:04:05.000Z.
#pragma once
#include <array>
#include <cstdint>
#include <optional>

#include "base/time.h"
#include "report/scan.h"

namespace upkeep {

/// Remembers days, since the objects of a report were written on few of them.
class DateReader {
 public:
  /// Characters of such a date.
  static constexpr std::size_t length = 24;

  /// Nothing when it is written in another way, or is no date. Reads scan::beyond characters.
  std::optional<Time> read(const char* at) {
    // A time without fraction is by far the most frequent.
    if (at[10] != 'T' || (scan::load8(at + 19) & 0xffffffffffu) != 0x5a3030302eu) return {};
    const std::uint64_t clock = scan::load8(at + 11) - 0x30303a30303a3030u;
    constexpr std::uint64_t colons = 0x0000ff0000ff0000u;
    if (((clock + scan::every_byte(0x76)) | clock) & scan::every_byte(0x80)) return {};
    if (clock & colons) return {};
    const auto digit = [&](int i) { return static_cast<std::int64_t>(clock >> (8 * i) & 0xff); };
    const std::int64_t hour = digit(0) * 10 + digit(1), minute = digit(3) * 10 + digit(4),
                       second = digit(6) * 10 + digit(7);
    if (hour > 23 || minute > 59 || second > 59) return {};
    const Known& day = known(at);
    if (!day.is_day) return {};
    return day.begin + std::chrono::seconds{(hour * 60 + minute) * 60 + second};
  }

 private:
  struct Known {
    std::uint64_t text = 0;  ///< "24-01-02"
    std::uint16_t century = 0;
    bool is_day = false;
    Time begin;
  };

  const Known& known(const char* at) {
    const std::uint64_t text = scan::load8(at + 2);
    Known& day = days_[(text * 0x9e3779b97f4a7c15u) >> 56];
    if (day.text != text || day.century != scan::load2(at)) learn(day, at);
    return day;
  }
  static void learn(Known& day, const char* at);

  std::array<Known, 256> days_;
};

}  // namespace upkeep
