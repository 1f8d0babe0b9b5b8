// What our server writes: the heads of answers, and events (WHATWG HTML, server-sent events).
#pragma once
#include <string>
#include <string_view>

#include "base/time.h"
#include "net/http_exchange.h"

namespace upkeep {

struct ResponseForm {
  bool keeps_alive = true;
  bool is_head = false;  ///< the length stays, the body goes
  Time now = {};         ///< for the header Date
};

/// Status line, headers and body. Line ends inside of headers become blanks.
std::string response_text(const HttpResponse&, ResponseForm);
/// The head of a stream of events, which ends with its connection.
std::string event_stream_head(Time now);
std::string event_text(std::string_view name, std::string_view data);

}  // namespace upkeep
