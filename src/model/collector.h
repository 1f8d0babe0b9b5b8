// The user's command that fills gaps, and how it is run.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "model/calendar.h"
#include "model/isolation.h"
#include "model/upstream.h"

namespace upkeep {

/// Several gaps in one run: those that share the values of `by`, at most `max` at once.
struct Batch {
  std::vector<std::string> by;
  std::uint64_t max = 100;
};

/// Full jitter: after the n-th failed attempt, a random wait up to min(cap, base × 2ⁿ⁻¹).
/// After 1 + max attempts the partition rests, doubling up to 7 days, then gets one attempt.
struct Retries {
  int max = 3;
  Duration base = std::chrono::minutes{1};
  Duration cap = std::chrono::hours{1};
  Duration rest = std::chrono::hours{6};
};

struct Collector {
  std::string name;
  std::vector<std::string> command;                ///< as written; placeholders in braces
  std::map<std::string, std::string> environment;  ///< values may name ${env:…} and ${file:…}
  std::optional<Batch> batch;
  Duration gone_for = std::chrono::days{30};
  Duration timeout = std::chrono::hours{1};
  Duration grace = std::chrono::seconds{10};  ///< between SIGTERM and SIGKILL
  Retries retries;
  Isolation isolation;
  Duration estimate = std::chrono::minutes{1};  ///< of one partition, until there is a better one
  Schedule schedule;                            ///< runs also at these times
  std::optional<UpstreamId> upstream;           ///< what it calls
  /// Requests that an attempt costs when it is started; 0: it asks for each of them.
  std::uint64_t requests = 1;
};

}  // namespace upkeep
