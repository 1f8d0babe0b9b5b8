// Eight bytes as a time, the rest as a schedule: runs come one after another, and the last one is
// found again, in zones whose clocks are turned by an hour, by half an hour and by a day.
#include "base/cron.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/assert.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace upkeep;
  static const Zone zones[] = {Zone(), *Zone::load("America/Chicago"),
                               *Zone::load("Australia/Lord_Howe"), *Zone::load("Pacific/Apia")};
  constexpr std::int64_t from = -2'208'988'800'000, span = 15'778'800'000'000;  // 1900 to 2400
  std::uint64_t number = 0;
  if (size < sizeof number) return 0;
  std::memcpy(&number, data, sizeof number);
  const auto cron =
      Cron::parse({reinterpret_cast<const char*>(data) + sizeof number, size - sizeof number});
  if (!cron) {
    UPKEEP_ASSERT(!cron.error().text.empty());
    return 0;
  }
  UPKEEP_ASSERT(Cron::parse(cron->text()));
  const Time time{Duration{from + static_cast<std::int64_t>(number % span)}};
  for (const Zone& zone : zones) {
    const Time next = cron->next_after(time, zone);
    const Time last = cron->last_at(time, zone);
    UPKEEP_ASSERT(last <= time && time < next);
    UPKEEP_ASSERT(cron->next_after(last, zone) == next);
    UPKEEP_ASSERT(cron->last_at(next, zone) == next);
    UPKEEP_ASSERT(cron->last_at(next - Duration{1}, zone) == last);
  }
  return 0;
}
