#include "base/zone.h"

#include <absl/time/time.h>
#include <fmt/format.h>

namespace upkeep {

struct Zone::Rules {
  absl::TimeZone zone;
};

Zone::Zone() : rules_(std::make_shared<const Rules>(Rules{absl::UTCTimeZone()})) {}

Result<Zone> Zone::load(std::string_view name) {
  absl::TimeZone found;
  // Abseil also takes paths and "localtime", which name no zone that a reader could check.
  if (name.empty() || name.front() == '/' || name.find("..") != std::string_view::npos ||
      name == "localtime" || !absl::LoadTimeZone(std::string(name), &found)) {
    return fail(
        fmt::format("`{}` is not a time zone that this machine knows; write an IANA name "
                    "such as UTC or America/Chicago (package tzdata)",
                    name));
  }
  Zone zone;
  zone.name_ = std::string(name);
  zone.rules_ = std::make_shared<const Rules>(Rules{found});
  return zone;
}

Day Zone::day_at(Time time) const {
  const absl::Time instant = absl::FromUnixMillis(time.time_since_epoch().count());
  const absl::CivilDay day{rules_->zone.At(instant).cs};
  return Day{std::chrono::days{day - absl::CivilDay(1970, 1, 1)}};
}

Time Zone::start_of(Day day) const {
  const absl::CivilDay civil = absl::CivilDay(1970, 1, 1) + day.time_since_epoch().count();
  const auto info = rules_->zone.At(absl::CivilSecond(civil));
  // A midnight that is skipped begins with the jump; one that comes twice, with its first.
  const absl::Time instant = info.kind == absl::TimeZone::TimeInfo::SKIPPED ? info.trans : info.pre;
  return Time{Duration{absl::ToUnixMillis(instant)}};
}

}  // namespace upkeep
