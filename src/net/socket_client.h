// Asks a server that listens on a unix socket, and waits for what it says.
#pragma once
#include <expected>
#include <functional>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "net/event_reader.h"
#include "net/http.h"

namespace upkeep {

struct SocketRequest {
  std::string socket;  ///< path of the unix socket
  std::string method = "GET";
  std::string target = "/";                     ///< "/tasks?limit=5", encoded
  std::string body = {};                        ///< application/json
  Duration timeout = std::chrono::seconds{30};  ///< for all of it; 0: none
};

/// Why there is no answer.
struct SocketFailure {
  Error error;
  bool is_absent = false;  ///< nobody listens there
};

/// Whatever the status is.
std::expected<HttpAnswer, SocketFailure> ask_over_socket(const SocketRequest&);

/// Calls with each event of a stream until it ends or `take` returns false; both are good. An
/// answer that is no stream of events has its body in the answer. `take` may be called as long as
/// the timeout allows.
std::expected<HttpAnswer, SocketFailure> follow_over_socket(
    const SocketRequest&, const std::function<bool(const ServerEvent&)>& take);

}  // namespace upkeep
