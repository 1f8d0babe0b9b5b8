// What a request to our server is, and how it is answered. Who listens is in http_server.h.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace upkeep {

/// A whole request that was let in. HEAD arrives as GET: its answer goes out without the body.
struct IncomingRequest {
  std::string method = {};                        ///< "GET"
  std::string path = {};                          ///< decoded, without the query: "/health"
  std::map<std::string, std::string> query = {};  ///< decoded; of a repeated name the last
  std::map<std::string, std::string> headers =
      {};  ///< lower-case names; repeated ones joined by ", "
  std::string body = {};
  bool is_local = false;  ///< came through a unix socket
};

struct HttpResponse {
  int status = 200;
  std::string type = "application/json";  ///< goes out as Content-Type
  std::string body = {};
  /// Added to the usual ones, or in place of one of the same name.
  std::vector<std::pair<std::string, std::string>> headers = {};
};

/// {"error": text}
HttpResponse error_response(int status, std::string_view text);

/// The way back to one client. May be used from any thread; once the client is gone, everything
/// here does nothing. Whoever lets go of the last reference unanswered answers 500; letting go of
/// a stream of events ends it.
class HttpReply {
 public:
  virtual ~HttpReply() = default;
  /// Once; what is sent after that, or after begin_events(), is dropped.
  virtual void send(HttpResponse) = 0;
  /// From now on a stream of server-sent events (text/event-stream).
  virtual void begin_events() = 0;
  /// A client that does not read is cut off when HttpListen::events bytes wait for it.
  virtual void event(std::string_view name, std::string_view data) = 0;
  /// Called once, on the server's thread, when the client leaves before it was answered, or leaves
  /// its stream of events; not when the server ends.
  virtual void when_gone(std::function<void()>) = 0;
};

/// Called on the server's thread, so it must not block; what it throws is answered by 500.
using HttpHandler = std::function<void(const IncomingRequest&, std::shared_ptr<HttpReply>)>;

}  // namespace upkeep
