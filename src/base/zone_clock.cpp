#include "base/zone_clock.h"

#include <absl/time/time.h>

#include "base/assert.h"

namespace upkeep {
namespace {

absl::Time instant_of(Time time) { return absl::FromUnixMillis(time.time_since_epoch().count()); }

Time time_of(absl::Time instant) { return Time{Duration{absl::ToUnixMillis(instant)}}; }

}  // namespace

struct ZoneClock::Rules {
  absl::TimeZone zone;
};

ZoneClock::ZoneClock(const Zone& zone) {
  absl::TimeZone found;
  const bool is_known = absl::LoadTimeZone(zone.name(), &found);  // keeps what it loaded once
  UPKEEP_ASSERT(is_known);
  rules_ = std::make_shared<const Rules>(Rules{found});
}

LocalTime ZoneClock::at(Time time) const {
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  const auto shown = rules_->zone.At(instant_of(second));
  const std::chrono::seconds since_epoch{shown.cs - absl::CivilSecond(1970, 1, 1)};
  return LocalTime{since_epoch} + (time - second);
}

Time ZoneClock::first_time(LocalTime local) const {
  const auto second = std::chrono::floor<std::chrono::seconds>(local);
  const auto civil = absl::CivilSecond(1970, 1, 1) + second.time_since_epoch().count();
  const auto info = rules_->zone.At(civil);
  if (info.kind == absl::TimeZone::TimeInfo::SKIPPED) return time_of(info.trans);
  return time_of(info.pre) + (local - second);
}

std::optional<Time> ZoneClock::next_turn(Time after) const {
  absl::TimeZone::CivilTransition turn;
  if (!rules_->zone.NextTransition(instant_of(after), &turn)) return {};
  return time_of(rules_->zone.At(turn.to).trans);
}

std::optional<Time> ZoneClock::last_turn(Time until) const {
  absl::TimeZone::CivilTransition turn;
  // It looks before a whole second.
  const Time behind = std::chrono::floor<std::chrono::seconds>(until) + std::chrono::seconds{1};
  if (!rules_->zone.PrevTransition(instant_of(behind), &turn)) return {};
  return time_of(rules_->zone.At(turn.to).trans);
}

}  // namespace upkeep
