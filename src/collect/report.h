// The lines that a collector appends to the file $UPKEEP_REPORT, and what its end means.
#pragma once
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"
#include "base/time.h"
#include "coverage/space.h"
#include "model/failure.h"

namespace upkeep {

struct Progress {
  double done = 0;
};  ///< {"progress": 0.4}
/// {"retry_after": 120}, in seconds, or {"retry_after": "Wed, 21 Oct 2026 07:28:00 GMT"}
struct RetryAfter {
  Duration wait{};
  std::optional<Time> at{};  ///< counts instead of `wait` when it is set
  Duration from(Time now) const { return at ? std::max(*at - now, Duration{}) : wait; }
};
/// {"requests": 40}: so many requests were made that upkeep did not grant.
struct RequestsMade {
  std::uint64_t count = 0;
};
/// {"throttled": 1}: so many requests were refused because there were too many (HTTP 429).
struct Throttled {
  std::uint64_t count = 0;
};
struct GoneLine {
  Partition partition;
};  ///< {"gone": {"date": "2025-10-21", …}}
using ReportLine = std::variant<Progress, RetryAfter, RequestsMade, Throttled, GoneLine>;

/// An error says what is wrong with the line; other lines count all the same.
Result<ReportLine> parse_report_line(std::string_view);

/// How a process ended.
struct Ending {
  enum class Kind : std::uint8_t { exited, signalled, timed_out, not_started, interrupted };
  Kind kind = Kind::exited;
  int number = 0;    ///< exit code or signal; for not_started the errno, 0 for a bad value
  std::string text;  ///< last lines of its output, or why it did not start
};

/// What the end of an attempt means (see docs/collectors.md).
enum class Claim : std::uint8_t { success, later, gone, failed };
struct Outcome {
  Claim claim = Claim::failed;
  FailureClass why = FailureClass::none;
  bool final = false;  ///< no retry would help: rest at once
  std::string text;    ///< one line for people
};
Outcome outcome_of(const Ending&);

}  // namespace upkeep
