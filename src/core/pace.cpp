#include "core/pace.h"

#include <algorithm>
#include <utility>

#include "core/rate_limit.h"

namespace upkeep {
namespace {

using namespace std::chrono;

// Rates are in thousandths of a request an hour.
constexpr std::uint64_t a_second = 3'600'000;
constexpr std::uint64_t most = 1000 * a_second;
constexpr std::uint64_t least = 6'000;  // one in ten minutes
/// Nothing was throttled yet: each request adds a twentieth of a request a second, so that the
/// rate doubles every 14 s. What it lets through in a minute is passed at three times that rate.
constexpr std::uint64_t first_step = a_second / 20;
/// After a throttle, so many requests lead back to the rate at which it happened: a hundred, or
/// those of ten seconds.
std::uint64_t requests_to_return(std::uint64_t rate) {
  return std::max<std::uint64_t>(100, 10 * rate / a_second);
}
/// So many pauses in a row show an upstream that counts by the minute and lets nothing through
/// until that is over: what it let through before is what it allows. Each time costs half a
/// minute, so that what it allows now is found out four times as slowly.
constexpr int pauses_of_a_block = 3;
constexpr std::uint64_t care_after_a_block = 4;

std::uint64_t rate_of(const Rate& rate) {
  const auto per = static_cast<std::uint64_t>(rate.per.count());
  return rate.count * a_second / per * 1000 + rate.count * a_second % per * 1000 / per;
}

/// A second, or the time of ten requests.
Duration first_pause(const UpstreamRow& row) {
  const Duration ten{static_cast<Duration::rep>(10'000 * a_second / row.allowed)};
  return std::min<Duration>(seconds{1}, ten);
}

/// Doubled with each in a row.
Duration pause(const UpstreamRow& row) {
  return std::min<Duration>(first_pause(row) * (1 << std::min(row.throttles - 1, 16)),
                            throttle_pause_max);
}

const Window& minute() {
  static constexpr Window window{Budget::minute, std::uint64_t{1} << 40, minutes{1}, {}};
  return window;
}

}  // namespace

UpstreamRow new_row(const Upstream& upstream) {
  UpstreamRow row;
  row.name = upstream.name;
  if (!upstream.rate) row.allowed = a_second;
  return row;
}

void note_granted(UpstreamRow& row, const Upstream& upstream, std::uint64_t count, Time now) {
  row.granted += count;
  row.tried += count;
  if (row.allowed == 0) return;
  // Only a rate that is used can be found to be harmless.
  const Window window = learnt_window(row.allowed);
  const bool is_used = row.last + 2 * window.per > now || used(window, row.spent, now) > 0;
  if (!is_used) return;
  // Well above the rate that was too much, it has become faster.
  const bool is_known = row.ceiling > 0 && row.allowed < row.ceiling / 8 * 9;
  const std::uint64_t care = row.throttles >= pauses_of_a_block ? care_after_a_block : 1;
  const std::uint64_t step =
      is_known
          ? std::max<std::uint64_t>(1, row.ceiling / 8 / requests_to_return(row.ceiling) / care)
          : std::min(row.allowed / 20, first_step);
  row.allowed = std::min(most, row.allowed + step * count);
  if (upstream.rate && row.allowed >= rate_of(*upstream.rate)) {
    row.allowed = row.ceiling = 0;  // what is declared holds again
  }
}

bool note_throttled(UpstreamRow& row, const Upstream& upstream, std::uint64_t count, Time now) {
  row.throttled += count;
  if (count == 0) return false;
  if (now < row.hold_until) {
    row.refused_before += count;
    return false;
  }
  const bool in_a_row = row.throttles > 0 && row.allowed > 0 &&
                        4 * row.refused_before > row.tried_before &&
                        now < row.hold_until + std::max<Duration>(pause(row), seconds{5});
  row.tried_before = std::exchange(row.tried, 0);
  row.refused_before = count;
  row.throttles = in_a_row ? row.throttles + 1 : 1;
  if (row.allowed == 0) row.allowed = upstream.rate ? rate_of(*upstream.rate) : a_second;
  if (!in_a_row) {
    const std::uint64_t asked = used(minute(), row.spent, now);
    row.measured = asked - std::min(asked, count);
    row.ceiling = row.allowed;
    row.allowed = row.allowed / 16 * (upstream.rate ? 15 : 14);
  } else if (row.throttles == pauses_of_a_block) {
    const std::uint64_t seen = std::max(row.measured * 60'000, least);
    row.ceiling = std::min(row.ceiling, seen);
    row.allowed = std::min(row.ceiling, seen / 20 * 19);
  } else if (row.throttles < pauses_of_a_block) {
    row.ceiling = row.allowed;
    row.allowed = row.allowed / 4 * 3;
  }
  row.allowed = std::max(row.allowed, least);
  row.ceiling = std::max(row.ceiling, row.allowed);
  hold(row, now + pause(row), "it refused requests because there were too many");
  return true;
}

Time opens_after_pause(const UpstreamRow& row) {
  const bool is_tried = row.throttles > 1 && row.allowed > 0 && row.tried > 0;
  return is_tried ? row.hold_until + first_pause(row) : row.hold_until;
}

void hold(UpstreamRow& row, Time until, std::string why) {
  if (until <= row.hold_until) return;
  row.hold_until = until;
  row.hold = std::move(why);
}

void take_attempts_back(UpstreamRow& row, std::uint64_t running) {
  const std::uint64_t before = row.attempts == 0 ? running : row.attempts;
  row.attempts =
      std::max<std::uint64_t>(1, std::min(before, std::max<std::uint64_t>(1, running)) * 3 / 4);
  row.unthrottled = 0;
}

void allow_more_attempts(UpstreamRow& row, std::uint64_t most_attempts) {
  if (row.attempts == 0) return;
  if (++row.unthrottled < row.attempts) return;
  row.unthrottled = 0;
  if (++row.attempts >= most_attempts) row.attempts = 0;
}

}  // namespace upkeep
