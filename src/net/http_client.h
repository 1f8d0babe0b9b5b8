// Sends HTTP requests, many at once: libcurl's multi interface on a thread of its own.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "net/http.h"

namespace upkeep {

struct HttpLimits {
  std::size_t connections = 64;          ///< at once; further requests wait for their turn
  std::uint64_t body_max = 64ull << 20;  ///< bytes; a larger answer is a failure
  Duration connect = std::chrono::seconds{10};
  /// An answer that stays below `slow_bytes` a second for so long is given up; 0: never.
  Duration slow = std::chrono::seconds{20};
  std::uint64_t slow_bytes = 100;
};

/// HTTP/1.1 over connections that are kept. Redirects are answers, not followed; paths are sent
/// as they are; answers are not unpacked. The proxies of the usual variables (https_proxy,
/// no_proxy …) are used. May be called from any thread.
class HttpClient {
 public:
  explicit HttpClient(HttpLimits = {});
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  /// What is under way is answered by a failure first.
  ~HttpClient();

  /// Exactly once for each start(), from the client's thread; it must not wait for anything.
  using Done = std::function<void(HttpResult)>;
  void start(HttpRequest, Done);

  HttpResult fetch(HttpRequest);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace upkeep
