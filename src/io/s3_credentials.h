// The credentials of one store, looked up once and renewed before they expire.
#pragma once
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "io/s3_credential_chain.h"
#include "s3/credentials.h"

namespace upkeep {

/// May be called from any thread. One of them looks up or renews; the others go on with what is
/// there while it is good, and else wait for that one.
class S3Credentials {
 public:
  explicit S3Credentials(S3CredentialSources);

  /// Those of today; anonymous ones have no id. Renewed ten minutes before they expire, or after
  /// half of their time when that is less. A renewal that fails is no error while they are good.
  Result<s3::Credentials> get();

  /// A server said that they are over or unknown: the next get() looks them up anew, unless that
  /// was done less than two seconds ago. Then the answer is to those before, or others would be no
  /// better.
  void refused();

  /// As the environment or the profile says it.
  std::optional<std::string> region() const;

 private:
  void keep(const Result<s3::Credentials>&, Time now);

  const S3CredentialSources sources_;
  S3CredentialChain chain_;  ///< of the thread that has set `busy_`

  mutable std::mutex mutex_;
  std::condition_variable done_;
  bool busy_ = false;
  std::uint64_t lookups_ = 0;  ///< that have ended
  std::optional<s3::Credentials> current_;
  Time obtained_;
  std::optional<Time> renew_at_;  ///< nothing: they last
  Error last_error_;
};

}  // namespace upkeep
