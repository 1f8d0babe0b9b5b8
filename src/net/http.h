// Requests and answers of HTTP, as values. Who sends them is in http_client.h.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace upkeep {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string method = "GET";
  std::string url = {};  ///< http: or https:; goes over the wire as it is written
  HttpHeaders headers = {};
  std::string body = {};
  Duration timeout = std::chrono::minutes{1};  ///< for all of it; 0: none
  std::string ca_file = {};                    ///< PEM; the system's authorities when empty
  bool direct = false;                         ///< never through a proxy
};

struct HttpAnswer {
  int status = 0;
  HttpHeaders headers;  ///< lower-case names, in the order in which they came
  std::string body;

  /// The first of that name, which is lower-case; nothing when there is none.
  std::optional<std::string_view> header(std::string_view name) const {
    for (const auto& [known, value] : headers) {
      if (known == name) return value;
    }
    return {};
  }
};

/// Why there is no answer.
struct HttpFailure {
  Error error;           ///< names the URL without its query
  bool may_pass = true;  ///< might the same request succeed later?
};

using HttpResult = std::expected<HttpAnswer, HttpFailure>;

/// Sends one request and waits for its answer, whatever its status is.
using HttpFetch = std::function<Result<HttpAnswer>(const HttpRequest&)>;

}  // namespace upkeep
