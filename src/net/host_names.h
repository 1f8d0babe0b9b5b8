// Who may ask over TCP. A page of another site can make a browser send requests to the loopback,
// by its address or by a name of its own that leads there (DNS rebinding); what such requests
// carry in Host, Origin and Sec-Fetch-Site gives them away.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/http_exchange.h"

namespace upkeep {

/// The names by which a server may be called, each with any port.
class HostNames {
 public:
  /// Besides these: localhost, 127.0.0.1 and [::1].
  HostNames(std::string_view listen_address, const std::vector<std::string>& more);

  /// Is it one of the names? `authority` is HOST or HOST:PORT.
  bool know(std::string_view authority) const;
  /// Why the request is refused, with the mend; nothing when it may pass.
  std::optional<std::string> objection(const IncomingRequest&) const;

 private:
  std::vector<std::string> names_;  ///< lower case, IPv6 addresses without brackets
};

}  // namespace upkeep
