// An HTTP/1.1 server on addresses and unix sockets, with a thread of its own.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "net/http_exchange.h"

namespace upkeep {

/// PEM files: the certificate with those that lead to its root, and its key without a passphrase.
struct HttpTls {
  std::string certificate;
  std::string key;
};

struct HttpListen {
  std::string address = "127.0.0.1";    ///< IPv4 or IPv6; 0.0.0.0 and :: are all of their kind
  std::uint16_t port = 0;               ///< 0: a free one
  std::optional<HttpTls> tls = {};      ///< TLS 1.2 or later
  std::vector<std::string> hosts = {};  ///< further names by which the server may be called
  std::string socket = {};              ///< path of a unix socket (0600), instead of an address
  Duration deadline = std::chrono::seconds{10};   ///< for a whole request, and for 64 KiB of answer
  Duration idle = std::chrono::minutes{1};        ///< between two requests
  Duration heartbeat = std::chrono::seconds{15};  ///< a comment in streams that say nothing
  std::size_t connections = 256;  ///< at once; the one that has waited longest gives way
  std::size_t header = 16 << 10;  ///< bytes, request line included
  std::size_t body = 1 << 20;     ///< bytes
  std::size_t events = 1 << 20;   ///< bytes of events that may wait for a client
};

/// Keeps connections, answers pipelined requests in order, and lets nobody in over TCP who names
/// another host or comes from another site (net/host_names.h): a page in a browser must not reach
/// what listens on the loopback.
class HttpServer {
 public:
  /// An error names the address or path, and the mend.
  static Result<std::unique_ptr<HttpServer>> start(std::vector<HttpListen>, HttpHandler);
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  /// Cuts off everybody and ends the thread. Not on the server's own thread.
  ~HttpServer();

  /// In the order of the listens; 0 for a unix socket.
  std::vector<std::uint16_t> ports() const;

 private:
  struct Parts;
  explicit HttpServer(std::unique_ptr<Parts>);
  std::unique_ptr<Parts> parts_;
};

}  // namespace upkeep
