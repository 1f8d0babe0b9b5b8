// What helps against an answer that is none.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/random.h"
#include "base/time.h"
#include "s3/answers.h"

namespace upkeep::s3 {

enum class Remedy : std::uint8_t {
  none,    ///< the same request would be refused again
  again,   ///< after a while
  slower,  ///< after a while, and with fewer requests at once
  renew,   ///< with other credentials: these are over or unknown
  region,  ///< signed for the region that the answer names
  clock,   ///< signed with the server's time
};

/// For an answer with this status that holds this refusal, or an empty one.
Remedy remedy_for(int status, const Refusal&);

/// How often one request is sent, and how long is waited in between: a random part of a time that
/// doubles ("full jitter"), but at least what the server asks for.
struct Retries {
  int attempts = 10;
  Duration base = std::chrono::milliseconds{100};
  Duration cap = std::chrono::seconds{5};

  Duration wait(int attempts_made, std::optional<Duration> asked_for, Random&) const;
};

}  // namespace upkeep::s3
