// An outside service that collectors call: how hard it may be asked, and what is remembered of it.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/result.h"
#include "base/time.h"

namespace upkeep {

/// The position of an upstream in Config::upstreams.
using UpstreamId = Id<struct UpstreamTag>;

/// At most so many requests in any stretch of this length.
struct Rate {
  std::uint64_t count = 1;
  Duration per = std::chrono::seconds{1};
  bool operator==(const Rate&) const = default;
};

/// "60/min", "10/s", "3000/h", "5/15s": a number from 1 to a million, and a length from 1s to 1d.
Result<Rate> parse_rate(std::string_view);
std::string to_text(const Rate&);

struct Upstream {
  std::string name;
  std::optional<Rate> rate;
  std::optional<std::uint64_t> hourly, daily;  ///< requests in any hour, in any 24 hours
  /// Requests at once; those of a quarter of a second at the rate when it is not set.
  std::optional<std::uint64_t> burst;
  Duration min_interval{};                   ///< between two requests
  std::optional<std::uint64_t> concurrency;  ///< attempts at once
  double slow_down_at = 0.8;  ///< of `hourly` and `daily`: what is left then is spread out
};

/// What a request is counted against.
enum class Budget : std::uint8_t {
  interval,  ///< min_interval
  burst,
  rate,
  hour,
  day,
  learnt,  ///< the rate that throttling taught
  minute,  ///< limits nothing: how much was asked of late
};
inline constexpr std::size_t budget_count = 7;

/// Requests that were granted by then.
struct Spent {
  Time at;
  std::uint64_t count = 0;
  bool operator==(const Spent&) const = default;
};
/// Of each budget, ascending; no more than its window needs.
using Spending = std::array<std::vector<Spent>, budget_count>;

/// "1:1732286400000*5 …": the budget, the time in milliseconds since 1970, and the number.
std::string encode_spending(const Spending&);
/// The inverse; nothing for a text that encode_spending() does not write.
std::optional<Spending> decode_spending(std::string_view);

/// What is remembered of an upstream. The row named "" is that of all requests together.
struct UpstreamRow {
  std::string name;
  Time changed;  ///< times below are to be read against this clock
  Time last;     ///< when requests were granted last
  Spending spent;
  std::uint64_t granted = 0, throttled = 0;  ///< ever, for people

  Time hold_until;   ///< nothing is granted before: it was throttled, or asked for a pause
  std::string hold;  ///< why, for people
  // What throttling taught. Rates are in thousandths of a request an hour.
  std::uint64_t allowed = 0;   ///< 0: nothing was learnt, only what is configured counts
  std::uint64_t ceiling = 0;   ///< the rate at which it was throttled last; 0: never
  std::uint64_t measured = 0;  ///< requests in the minute before the trouble began
  int throttles = 0;           ///< in a row: nearly all was refused after each pause
  std::uint64_t tried = 0;     ///< requests since the last pause began
  std::uint64_t tried_before = 0, refused_before = 0;  ///< between the two pauses before
  std::uint64_t attempts = 0;                          ///< attempts at once; 0: nothing was learnt
  std::uint64_t unthrottled = 0;                       ///< attempts since that number changed

  // The circuit breaker.
  int failures = 0;            ///< of attempts, in a row
  std::uint64_t outcomes = 1;  ///< of the last ten, a bit each, 1: failed; behind a leading 1
  int opened = 0;              ///< times in a row that it opened; 0: it is closed
  Time open_until;             ///< then one attempt is tried
  std::string failure;         ///< of the last failure, for people
  bool operator==(const UpstreamRow&) const = default;
};

}  // namespace upkeep
