// AWS Signature Version 4 as S3 has it: a path is encoded once and never normalised, so that the
// keys `a//b` and `a/../b` keep their names.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
#pragma once
#include <string>
#include <string_view>

#include "base/time.h"
#include "s3/credentials.h"
#include "s3/request.h"

namespace upkeep::s3 {

/// Signs for one region and one service. Remembers the key of the day; one thread at a time.
class Signer {
 public:
  explicit Signer(std::string region, std::string service = "s3");

  /// All headers are signed; runs of white space in their values become one space. For S3,
  /// x-amz-content-sha256 is added. Anonymous credentials sign nothing.
  SignedRequest sign(const Request&, const Credentials&, Time now);

 private:
  const std::string& key_of(std::string_view secret, std::string_view day);

  std::string region_, service_;
  std::string secret_, day_, key_;  ///< the key for this secret and day
};

/// One request alone.
SignedRequest sign(const Request&, const Credentials&, std::string_view region, Time now,
                   std::string_view service = "s3");

/// 64 lower-case hexadecimal digits.
std::string sha256(std::string_view);

}  // namespace upkeep::s3
