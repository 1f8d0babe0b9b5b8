#include "core/rate_limit.h"

#include <algorithm>

namespace upkeep {
namespace {

using namespace std::chrono;

constexpr Duration late_max = seconds{5};
/// What counts over several stretches counts no longer: a mistake must not last for ever.
constexpr Duration spread_max = days{7};
/// Requests of one moment are counted together; a window remembers about so many moments.
constexpr std::uint64_t moments = 64;

/// per × part / whole, rounded up.
Duration share_of(Duration per, std::uint64_t part, std::uint64_t whole) {
  const auto product = static_cast<std::uint64_t>(per.count()) * part;
  return Duration{static_cast<Duration::rep>((product + whole - 1) / whole)};
}

Duration with_delay(Duration per) { return per + std::min(per / 32, late_max); }

std::vector<Spent>& of(Spending& spending, Budget budget) {
  return spending[static_cast<std::size_t>(budget)];
}
const std::vector<Spent>& of(const Spending& spending, Budget budget) {
  return spending[static_cast<std::size_t>(budget)];
}

void add_rate(std::vector<Window>& windows, const Rate& rate, std::optional<std::uint64_t> burst) {
  // The clock ticks in milliseconds: a burst of less than 20 of them would be inexact.
  const auto per = static_cast<std::uint64_t>(rate.per.count());
  const std::uint64_t quarter = std::max<std::uint64_t>(1, rate.count * 250 / per);
  const std::uint64_t ticks = (20 * rate.count + per - 1) / per;
  const std::uint64_t at_once = std::max(burst.value_or(quarter), ticks);
  if (at_once < rate.count) {
    const Duration length = share_of(rate.per, at_once, rate.count);
    windows.push_back({Budget::burst, at_once, with_delay(length), {}});
  }
  windows.push_back({Budget::rate, rate.count, with_delay(rate.per), {}});
}

/// When the n oldest of them count no more.
Time freed_at(const Window& window, const std::vector<Spent>& spent, std::uint64_t n, Time now) {
  for (const Spent& one : spent) {
    if (one.at + window.per <= now) continue;
    if (one.count >= n) return one.at + window.per;
    n -= one.count;
  }
  return now;
}

Time opening_of(const Window& window, const std::vector<Spent>& spent, Time last,
                std::uint64_t count, Time now, std::uint64_t in_use) {
  const std::uint64_t at_once = std::min(count, window.count);
  if (in_use + at_once > window.count) {
    return freed_at(window, spent, in_use + at_once - window.count, now);
  }
  if (!window.slow_from || in_use < *window.slow_from) return now;
  const Duration rest = freed_at(window, spent, 1, now) - now;
  return std::max(now, last + rest / static_cast<Duration::rep>(window.count - in_use + 1));
}

}  // namespace

std::vector<Window> windows_of(const Upstream& upstream) {
  std::vector<Window> windows;
  if (upstream.min_interval > Duration{}) {
    windows.push_back({Budget::interval, 1, upstream.min_interval, {}});
  }
  if (upstream.rate) add_rate(windows, *upstream.rate, upstream.burst);
  const auto add_long = [&](Budget budget, std::optional<std::uint64_t> count, Duration per) {
    if (!count) return;
    const auto permille = static_cast<std::uint64_t>(upstream.slow_down_at * 1000 + 0.5);
    windows.push_back({budget, *count, with_delay(per), *count * permille / 1000});
  };
  add_long(Budget::hour, upstream.hourly, hours{1});
  add_long(Budget::day, upstream.daily, days{1});
  return windows;
}

std::vector<Window> windows_of(const Rate& rate) {
  std::vector<Window> windows;
  add_rate(windows, rate, {});
  return windows;
}

Window learnt_window(std::uint64_t allowed) {
  constexpr std::uint64_t a_second = 3'600'000;  // one request a second, in thousandths an hour
  const std::uint64_t count = std::max<std::uint64_t>(1, allowed / (10 * a_second));
  return {Budget::learnt, count, share_of(seconds{1}, count * a_second, allowed), {}};
}

std::uint64_t used(const Window& window, const Spending& spending, Time now) {
  std::uint64_t sum = 0;
  for (const Spent& one : of(spending, window.budget)) {
    if (one.at + window.per > now) sum += one.count;
  }
  return sum;
}

Opening opening(const std::vector<Window>& windows, const Spending& spending, Time last,
                std::uint64_t count, Time now) {
  Opening first{now, {}};
  for (const Window& window : windows) {
    const Time at = opening_of(window, of(spending, window.budget), last, count, now,
                               used(window, spending, now));
    if (at > first.at) first = {at, window.budget};
  }
  return first;
}

void spend(const std::vector<Window>& windows, Spending& spending, std::uint64_t count, Time now) {
  for (const Window& window : windows) {
    std::vector<Spent>& spent = of(spending, window.budget);
    std::erase_if(spent, [&](const Spent& one) { return one.at + window.per <= now; });
    const Duration moment{
        window.count <= moments ? 1 : std::max<Duration::rep>(1, window.per.count() / moments)};
    const auto ticks = now.time_since_epoch().count();
    Time at{Duration{(ticks + moment.count() - 1) / moment.count() * moment.count()}};
    std::uint64_t left = count;
    if (count > window.count) {
      const auto stretches = static_cast<std::uint64_t>(spread_max / window.per);
      at +=
          window.per * static_cast<Duration::rep>(std::min((count - 1) / window.count, stretches));
      left = window.count;
    }
    const auto behind = std::ranges::upper_bound(spent, at, {}, &Spent::at);
    if (behind != spent.begin() && (behind - 1)->at == at) {
      (behind - 1)->count += left;
    } else {
      spent.insert(behind, {at, left});
    }
  }
}

}  // namespace upkeep
