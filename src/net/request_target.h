// The target of a request, "/tasks?limit=5", taken apart (RFC 9112 3.2, RFC 3986).
#pragma once
#include <string_view>

#include "base/result.h"
#include "net/http_exchange.h"

namespace upkeep {

/// Sets path and query, and for http://HOST/PATH the Host header. An error says what is wrong with
/// the target: control characters and what is not UTF-8 are refused, encoded or not.
Result<void> take_target(IncomingRequest&, std::string_view target);

}  // namespace upkeep
