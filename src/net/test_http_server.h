// For tests: a small HTTP server of its own, whose answers are the bytes that the test says.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace upkeep {

/// What came over the wire.
struct SeenRequest {
  std::string method, target;
  std::vector<std::pair<std::string, std::string>> headers;  ///< lower-case names
  std::string body;

  std::string header(std::string_view name) const {
    for (const auto& [known, value] : headers) {
      if (known == name) return value;
    }
    return {};
  }
};

/// What goes over the wire, and what is done then.
struct ToldAnswer {
  enum class Then : unsigned char { keep, close, reset, hang };
  std::string bytes;  ///< status line, headers and body
  Then then = Then::keep;
};

/// "HTTP/1.1 200 OK" with this body and its length.
ToldAnswer answer_of(int status, std::string_view body, std::string_view more_headers = {});

/// Listens on a free port of 127.0.0.1; each connection has a thread. `handle` is called by
/// several of them at once.
class TestHttpServer {
 public:
  using Handle = std::function<ToldAnswer(const SeenRequest&)>;
  explicit TestHttpServer(Handle);
  TestHttpServer(const TestHttpServer&) = delete;
  TestHttpServer& operator=(const TestHttpServer&) = delete;
  ~TestHttpServer();

  std::string url(std::string_view target = "") const;  ///< http://127.0.0.1:PORT + target
  int connections() const;                              ///< that were made so far

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace upkeep
