// Written forms of dates: the part of strftime that can be read back exactly. A date here
// is a count of civil minutes since 1970-01-01T00:00, without a zone.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/zone.h"

namespace upkeep {

/// %Y %y %m %d %j %H %M, all of a fixed number of digits.
enum class DateUnit : std::uint8_t { year, short_year, month, day, day_of_year, hour, minute };
inline constexpr std::size_t date_units = 7;

unsigned digits_of(DateUnit);

/// `%Y/%m` is year, "/", month. A literal has no unit.
struct DateItem {
  std::optional<DateUnit> unit;
  std::string literal;
};

/// An error says what cannot be read back and what to write instead.
Result<std::vector<DateItem>> parse_date_form(std::string_view form);

/// `%Y-%m-%d`, or with the time of day `%Y-%m-%dT%H:%MZ`: how dates are shown, and how they
/// stand in keys whose template names no other form.
std::vector<DateItem> canonical_date_form(bool with_clock);

inline constexpr std::int64_t minutes_of_day = 24 * 60;
Day day_of(std::int64_t minutes);
std::int64_t minutes_at(Day);

void append_unit(std::int64_t minutes, DateUnit, std::string& out);
void append_date(std::int64_t minutes, bool with_clock, std::string& out);
/// Reads the canonical form, and only that; years are 0001 to 9999.
std::optional<std::int64_t> parse_date(std::string_view text, bool with_clock);

/// Which dates a field can have, as far as reading them back depends on it.
struct DateShape {
  enum class Precision : std::uint8_t { year, month, day, hour, minute };
  Precision precision = Precision::day;  ///< the coarsest unit that still tells all dates apart
  unsigned month = 1, day = 1;           ///< of the first date: what coarser forms leave out
  int first_year = 1, last_year = 9999;
};

/// Puts the units of a written date together again.
class DateReader {
 public:
  /// An error when these units cannot tell the field's dates apart.
  static Result<DateReader> make(std::string_view field, const std::vector<DateUnit>&,
                                 const DateShape&);

  bool reads(DateUnit unit) const { return (known_ >> static_cast<unsigned>(unit) & 1) != 0; }
  /// One number for each unit it reads, at the unit's place; nothing when they are no date
  /// or contradict each other.
  std::optional<std::int64_t> read(const std::array<std::uint64_t, date_units>&) const;

 private:
  unsigned known_ = 0;
  DateShape shape_;
};

}  // namespace upkeep
