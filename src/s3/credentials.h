// With what requests to S3 are signed.
#pragma once
#include <optional>
#include <string>

#include "base/time.h"

namespace upkeep::s3 {

/// All but `id` and `expires` is secret and never shown. Without an `id`, requests are anonymous.
struct Credentials {
  std::string id = {};
  std::string secret = {};
  std::string token = {};            ///< of a session; empty for keys that last
  std::optional<Time> expires = {};  ///< nothing for keys that last
  bool operator==(const Credentials&) const = default;
};

}  // namespace upkeep::s3
