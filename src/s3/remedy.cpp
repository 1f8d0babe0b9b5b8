#include "s3/remedy.h"

#include <algorithm>
#include <array>

namespace upkeep::s3 {
namespace {

struct Known {
  std::string_view code;
  Remedy remedy;
};

/// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
constexpr std::array<Known, 24> known{{
    {"SlowDown", Remedy::slower},
    {"ServiceUnavailable", Remedy::slower},
    {"Throttling", Remedy::slower},
    {"ThrottlingException", Remedy::slower},
    {"RequestThrottled", Remedy::slower},
    {"TooManyRequests", Remedy::slower},
    {"RequestLimitExceeded", Remedy::slower},
    {"BandwidthLimitExceeded", Remedy::slower},
    {"InternalError", Remedy::again},
    {"InternalFailure", Remedy::again},
    {"RequestTimeout", Remedy::again},
    {"RequestTimeoutException", Remedy::again},
    {"OperationAborted", Remedy::again},
    {"ExpiredToken", Remedy::renew},
    {"ExpiredTokenException", Remedy::renew},
    {"TokenRefreshRequired", Remedy::renew},
    {"InvalidToken", Remedy::renew},
    {"RequestExpired", Remedy::renew},
    {"InvalidAccessKeyId", Remedy::renew},
    {"SignatureDoesNotMatch", Remedy::renew},
    {"PermanentRedirect", Remedy::region},
    {"TemporaryRedirect", Remedy::region},
    {"AuthorizationHeaderMalformed", Remedy::region},
    {"RequestTimeTooSkewed", Remedy::clock},
}};

constexpr Duration longest_asked_for = std::chrono::seconds{60};

}  // namespace

Remedy remedy_for(int status, const Refusal& refusal) {
  const auto* const found = std::ranges::find(known, refusal.code, &Known::code);
  if (found != known.end()) return found->remedy;
  switch (status) {
    case 301:
    case 307:
    case 308:
      return Remedy::region;
    case 400:
      return refusal.region.empty() ? Remedy::none : Remedy::region;
    case 429:
    case 503:
      return Remedy::slower;
    case 408:
    case 500:
    case 502:
    case 504:
      return Remedy::again;
    default:
      return Remedy::none;
  }
}

Duration Retries::wait(int attempts_made, std::optional<Duration> asked_for, Random& random) const {
  const Duration most =
      std::min<Duration>(cap, base * (1ll << std::clamp(attempts_made - 1, 0, 20)));
  const Duration wait{random.below(static_cast<std::uint64_t>(most.count()) + 1)};
  return std::max(wait, std::min(asked_for.value_or(Duration{}), longest_asked_for));
}

}  // namespace upkeep::s3
