// For tests: a small HTTP server of its own.
#include "net/test_http_server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <list>
#include <optional>
#include <thread>

#include "base/assert.h"
#include "base/text.h"

namespace upkeep {
namespace {

/// Reads one request from a connection; nothing when the other side has closed it.
class RequestReader {
 public:
  RequestReader(int connection, int end) : connection_(connection), end_(end) {}

  std::optional<SeenRequest> next() {
    std::size_t head_end;
    while ((head_end = bytes_.find("\r\n\r\n")) == std::string::npos) {
      if (!more()) return {};
    }
    SeenRequest request = parse_head(std::string_view(bytes_).substr(0, head_end));
    bytes_.erase(0, head_end + 4);
    const auto length = parse_number(request.header("content-length")).value_or(0);
    while (bytes_.size() < length) {
      if (!more()) return {};
    }
    request.body = bytes_.substr(0, length);
    bytes_.erase(0, length);
    return request;
  }

  /// False when there is no more, or the server ends.
  bool more() {
    pollfd waits[2] = {{connection_, POLLIN, 0}, {end_, POLLIN, 0}};
    ::poll(waits, 2, -1);
    if (waits[1].revents != 0) return false;
    char buffer[4096];
    const ssize_t size = ::read(connection_, buffer, sizeof buffer);
    if (size <= 0) return false;
    bytes_.append(buffer, static_cast<std::size_t>(size));
    return true;
  }

 private:
  static SeenRequest parse_head(std::string_view head) {
    SeenRequest request;
    for (const std::string_view line : split(head, '\n')) {
      if (request.method.empty()) {
        const auto words = split(trim(line), ' ');
        request.method = words.at(0);
        request.target = words.at(1);
        continue;
      }
      const std::size_t colon = line.find(':');
      std::string name(line.substr(0, colon));
      std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
      request.headers.emplace_back(std::move(name), trim(line.substr(colon + 1)));
    }
    return request;
  }

  int connection_, end_;
  std::string bytes_;
};

}  // namespace

ToldAnswer answer_of(int status, std::string_view body, std::string_view more_headers) {
  return {fmt::format("HTTP/1.1 {} Said\r\nContent-Length: {}\r\n{}\r\n{}", status, body.size(),
                      more_headers, body)};
}

struct TestHttpServer::Parts {
  explicit Parts(Handle handle_) : handle(std::move(handle_)) {
    listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    UPKEEP_ASSERT(::bind(listener, reinterpret_cast<sockaddr*>(&address), size) == 0);
    UPKEEP_ASSERT(::listen(listener, 128) == 0);
    ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
    port = ntohs(address.sin_port);
    UPKEEP_ASSERT(::pipe(end) == 0);
    acceptor = std::jthread([this] { accept(); });
  }
  ~Parts() {
    ::close(end[1]);  // wakes everybody
    acceptor.join();
    for (std::jthread& thread : threads) thread.join();
    ::close(listener);
    ::close(end[0]);
  }

  void accept() {
    while (true) {
      pollfd waits[2] = {{listener, POLLIN, 0}, {end[0], POLLIN, 0}};
      ::poll(waits, 2, -1);
      if (waits[1].revents != 0) return;
      const int connection = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
      if (connection < 0) continue;
      ++connections;
      threads.emplace_back([this, connection] { serve(connection); });
    }
  }

  void serve(int connection) {
    RequestReader reader(connection, end[0]);
    auto then = ToldAnswer::Then::keep;
    while (then == ToldAnswer::Then::keep) {
      const auto request = reader.next();
      if (!request) break;
      const ToldAnswer answer = handle(*request);
      for (std::size_t at = 0; at < answer.bytes.size();) {
        const ssize_t sent =
            ::send(connection, answer.bytes.data() + at, answer.bytes.size() - at, MSG_NOSIGNAL);
        if (sent <= 0) break;
        at += static_cast<std::size_t>(sent);
      }
      then = answer.then;
    }
    if (then == ToldAnswer::Then::hang) {
      while (reader.more()) {}
    }
    if (then == ToldAnswer::Then::reset) {
      const linger at_once{1, 0};
      ::setsockopt(connection, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }
    ::close(connection);
  }

  Handle handle;
  int listener = -1;
  int port = 0;
  int end[2] = {-1, -1};
  std::atomic<int> connections = 0;
  std::list<std::jthread> threads;  ///< of the acceptor
  std::jthread acceptor;
};

TestHttpServer::TestHttpServer(Handle handle)
    : parts_(std::make_unique<Parts>(std::move(handle))) {}
TestHttpServer::~TestHttpServer() = default;

std::string TestHttpServer::url(std::string_view target) const {
  return fmt::format("http://127.0.0.1:{}{}", parts_->port, target);
}

int TestHttpServer::connections() const { return parts_->connections; }

}  // namespace upkeep
