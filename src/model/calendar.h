// What happens at times of the calendar: runs of collectors, and windows for maintenance.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/cron.h"
#include "base/time.h"
#include "base/zone.h"

namespace upkeep {

/// The times of all of them, each once.
using Schedule = std::vector<Cron>;

/// The last time until `time`, itself included; Time::min() when there is none.
Time last_at(const Schedule&, Time time, const Zone&);
/// The first time after `time`; Time::max() when there is none.
Time next_after(const Schedule&, Time time, const Zone&);
/// "0 2 * * *; 0 14 * * *"
std::string to_text(const Schedule&);

/// What became due since the time before is to be there at each of these.
struct Deadline {
  Schedule times;
  Duration lead = std::chrono::hours{2};  ///< so long before, its gaps come before all others
};

/// Nothing new is started for so long, from each of these times on.
struct Maintenance {
  Schedule schedule;
  Duration duration{};
};

/// When the windows that hold at `time` are over, with all that follow without a gap; nothing when
/// none holds. It looks ahead for a year: windows without an end are over after that.
std::optional<Time> maintenance_until(const std::vector<Maintenance>&, Time time, const Zone&);
/// When the next window begins after `time`; Time::max() when none does.
Time next_maintenance(const std::vector<Maintenance>&, Time time, const Zone&);

/// The scheduled runs of a collector: which time was taken up last, and what became of it.
struct ScheduleRow {
  enum class Phase : std::uint8_t {
    done,
    listing,  ///< its stores are to be listed
    filling,  ///< they were; its gaps wait no longer
  };
  std::string collector;
  std::string times;  ///< as they were declared; others begin anew
  Time due;           ///< the time that was taken up; those before it are made good with it
  Phase phase = Phase::done;
  bool operator==(const ScheduleRow&) const = default;
};

/// "done", "listing", "filling".
std::string_view to_text(ScheduleRow::Phase);
/// The inverse of to_text.
std::optional<ScheduleRow::Phase> parse_schedule_phase(std::string_view);

}  // namespace upkeep
