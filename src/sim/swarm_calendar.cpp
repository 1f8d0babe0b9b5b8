// What installations say of the calendar: maintenance, and scheduled runs.
#include <fmt/format.h>

#include <string>

#include "sim/swarm.h"

namespace upkeep::sim {
namespace {

/// Each statement throws the dice once: compilers differ in the order of two calls.
std::string time_of_day(Random& dice) {
  const std::uint64_t minute = dice.below(60);
  const std::uint64_t hour = dice.below(24);
  return fmt::format("{} {}", minute, hour);
}

}  // namespace

std::string any_maintenance(Random& dice) {
  if (dice.chance(50)) return "[]";
  std::string out;
  for (std::uint64_t windows = 1 + dice.below(2); windows > 0; --windows) {
    const std::string at = time_of_day(dice);
    const std::uint64_t weekday = dice.below(7);
    const std::string days = dice.chance(50) ? "*" : fmt::format("{}", weekday);
    const std::uint64_t half_hours = 1 + dice.below(10);
    out += fmt::format("{}{{schedule: \"{} * * {}\", for: {}m}}", out.empty() ? "[" : ", ", at,
                       days, 30 * half_hours);
  }
  return out + "]";
}

std::string any_schedule(Random& dice) {
  const std::string at = time_of_day(dice);
  switch (dice.below(5)) {
    case 0:
      return "\"*/20 * * * *\"";
    case 1:
      return "[\"30 */6 * * *\", \"" + at + " * * 1-5\"]";
    case 2:
      return "\"" + at + " * * 0\"";
    default:
      return "[\"" + at + " * * *\"]";
  }
}

bool change_maintenance(Installation& installation, Random& dice) {
  const std::string before = value_of(installation.settings, "maintenance");
  set_value(installation.settings, "maintenance", any_maintenance(dice));
  return value_of(installation.settings, "maintenance") != before;
}

bool change_schedule(Installation& installation, Random& dice) {
  Settings& collector =
      installation.collectors[dice.below(installation.collectors.size())].settings;
  const std::string before = value_of(collector, "schedule");
  set_value(collector, "schedule", any_schedule(dice));
  return value_of(collector, "schedule") != before;
}

}  // namespace upkeep::sim
