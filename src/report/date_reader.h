// The dates of a report, all written alike: 2024-01-02T03:04:05.000Z.
#pragma once
#include <array>
#include <cstdint>

#include "base/time.h"
#include "report/scan.h"

namespace upkeep {

/// Remembers days, since the objects of a report were written on few of them.
class DateReader {
 public:
  /// Characters of such a date.
  static constexpr std::size_t length = 24;

  /// False when it is written in another way, or is no date. Reads scan::beyond characters.
  bool read(const char* at, Time& into) {
    // A time without fraction is by far the most frequent.
    constexpr std::uint64_t end = 0x5a3030302e, end_mask = 0xffffffffff;  // ".000Z"
    if (at[10] != 'T' || (scan::load8(at + 19) & end_mask) != end) return false;
    // The digits of "03:04:05", with 0 for the colons.
    const std::uint64_t clock = scan::load8(at + 11) - 0x30303a30303a3030;
    constexpr std::uint64_t colons = 0x0000ff0000ff0000;
    if (scan::above_nine(clock) != 0 || (clock & colons) != 0) return false;
    const std::uint64_t pairs = clock * 10 + (clock >> 8);  // bytes 0, 3 and 6 are the numbers
    const std::uint64_t hour = pairs & 0xff, minute = pairs >> 24 & 0xff,
                        second = pairs >> 48 & 0xff;
    const Known& day = known(at);
    if (!day.is_day || hour > 23 || minute > 59 || second > 59) return false;
    into = day.begin + std::chrono::seconds{(hour * 60 + minute) * 60 + second};
    return true;
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
