// Times of day and year as crontab(5) writes them: "0 2 * * 1-5".
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "base/zone.h"

namespace upkeep {

class ZoneClock;

/// Five fields: minute, hour, day of the month, month and weekday, each `*` or a list of numbers,
/// ranges and steps (`*/15`, `1-5/2`); JAN to DEC, SUN to SAT, and 7 for Sunday; or one of @hourly
/// @daily @weekly @monthly @yearly. When neither day nor weekday begins with `*`, either suffices,
/// as in Vixie's cron.
///
/// In a zone whose clocks are turned: a time that is skipped runs once, when they jump, and one
/// that comes twice runs the first time. Where every hour is allowed, the clock itself is followed
/// instead: each real hour has its runs.
class Cron {
 public:
  /// An error names the field and what it may be. What can never come, 30 February, is one.
  static Result<Cron> parse(std::string_view);

  /// The first run after `time`, which is in the years 1900 to 9000, as in the next one.
  Time next_after(Time time, const Zone&) const;
  /// The last run until `time`, itself included.
  Time last_at(Time time, const Zone&) const;

  const std::string& text() const { return text_; }  ///< as it was written

 private:
  using Minute = std::chrono::local_time<std::chrono::minutes>;  ///< of a clock on the wall

  Cron() = default;
  static Result<Cron> parse_fields(std::string_view text);
  bool can_come() const;
  bool has_day(std::chrono::local_days) const;
  Minute next_match(Minute from) const;  ///< `from` included, as in the next one
  Minute last_match(Minute from) const;
  Time next_of_hours(Time, const ZoneClock&) const;
  Time last_of_hours(Time, const ZoneClock&) const;

  std::string text_;
  std::uint64_t minutes_ = 0;  ///< bit n: minute n, as in the others
  std::uint64_t hours_ = 0, days_ = 0, months_ = 0;
  std::uint64_t weekdays_ = 0;      ///< 0 is Sunday
  bool is_day_or_weekday_ = false;  ///< both are restricted, so either suffices
};

}  // namespace upkeep
