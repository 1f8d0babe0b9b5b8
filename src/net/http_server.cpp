#include "net/http_server.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <optional>
#include <set>
#include <string_view>
#include <thread>
#include <utility>

#include "base/assert.h"
#include "net/byte_stream.h"
#include "net/http_connection.h"
#include "net/listening_socket.h"
#include "net/response_text.h"

namespace upkeep {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using std::chrono::milliseconds;

constexpr milliseconds breath{100};  ///< until a machine that has no room is asked again

/// Accepts connections and knows those that are there.
class Listener {
 public:
  Listener(std::shared_ptr<const ConnectionRules> rules, std::shared_ptr<TlsStreams> tls,
           ListeningSocket socket)
      : rules_(std::move(rules)),
        tls_(std::move(tls)),
        socket_(std::move(socket)),
        wait_(*rules_->io, socket_.number()),
        pause_(*rules_->io) {}
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener() { wait_.release(); }  // the socket closes itself

  std::uint16_t port() const { return socket_.port(); }

  void accept() {
    wait_.async_wait(asio::posix::stream_descriptor::wait_read, [this](const error_code& error) {
      if (!error) accept_all();
    });
  }

  void close() {
    error_code ignored;
    wait_.cancel(ignored);
    pause_.cancel();
    ends_ = true;
    while (!connections_.empty()) {
      const auto connection = *connections_.begin();
      connection->close(true);
    }
  }

 private:
  void accept_all() {
    while (!ends_) {
      const int number =
          ::accept4(socket_.number(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
      if (number >= 0) {
        take(number);
      } else if (errno == EMFILE && make_room()) {
        continue;
      } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
        pause_.expires_after(breath);
        pause_.async_wait([this](const error_code& error) {
          if (!error) accept_all();
        });
        return;
      } else if (errno == EAGAIN) {
        return accept();
      }
    }
  }

  void take(int number) {
    if (connections_.size() >= rules_->listen.connections && !make_room()) {
      return turn_away(number);
    }
    const bool is_local = rules_->is_local;
    if (!is_local) {
      const int yes = 1;
      ::setsockopt(number, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    }
    StreamSocket socket(*rules_->io);
    error_code error;
    socket.assign({is_local ? AF_UNIX : AF_INET, 0}, number, error);
    if (error) {
      ::close(number);
      return;
    }
    auto stream = tls_ ? tls_->stream(std::move(socket)) : plain_stream(std::move(socket));
    const auto connection = std::make_shared<HttpConnection>(
        rules_, std::move(stream),
        [this](const std::shared_ptr<HttpConnection>& ended) { connections_.erase(ended); });
    connections_.insert(connection);
    connection->start();
  }

  /// Ends the connection that has waited longest for its client; false when all are answered.
  bool make_room() {
    std::optional<HttpConnection::Clock::time_point> oldest;
    std::shared_ptr<HttpConnection> last;
    for (const auto& connection : connections_) {
      const auto since = connection->waits_since();
      if (!since || (oldest && *since >= *oldest)) continue;
      oldest = since;
      last = connection;
    }
    if (last) last->close();
    return last != nullptr;
  }

  void turn_away(int number) const {
    if (!tls_) {
      const std::string text = response_text(
          error_response(503, "all connections of the server are in use; ask again later"),
          {.keeps_alive = false,
           .now = std::chrono::floor<Duration>(std::chrono::system_clock::now())});
      (void)::send(number, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      ::shutdown(number, SHUT_WR);
    }
    ::close(number);
  }

  std::shared_ptr<const ConnectionRules> rules_;
  std::shared_ptr<TlsStreams> tls_;
  ListeningSocket socket_;
  asio::posix::stream_descriptor wait_;
  asio::steady_timer pause_;
  std::set<std::shared_ptr<HttpConnection>> connections_;
  bool ends_ = false;
};

}  // namespace

struct HttpServer::Parts {
  std::shared_ptr<asio::io_context> io = std::make_shared<asio::io_context>(1);
  std::vector<std::unique_ptr<Listener>> listeners;
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work;
  std::jthread thread;
};

HttpServer::HttpServer(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {
  parts_->work.emplace(parts_->io->get_executor());
  for (const auto& listener : parts_->listeners) listener->accept();
  parts_->thread = std::jthread([io = parts_->io.get()] { io->run(); });
}

Result<std::unique_ptr<HttpServer>> HttpServer::start(std::vector<HttpListen> listens,
                                                      HttpHandler handler) {
  auto parts = std::make_unique<Parts>();
  for (HttpListen& listen : listens) {
    std::shared_ptr<TlsStreams> tls;
    if (listen.tls) {
      UPKEEP_TRY(tls, TlsStreams::make(*listen.tls));
    }
    UPKEEP_TRY(ListeningSocket socket, ListeningSocket::open(listen));
    HostNames names(listen.address, listen.hosts);
    const bool is_local = !listen.socket.empty();
    const auto rules = std::make_shared<const ConnectionRules>(std::move(listen), std::move(names),
                                                               handler, is_local, parts->io);
    parts->listeners.push_back(
        std::make_unique<Listener>(rules, std::move(tls), std::move(socket)));
  }
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(parts)));
}

/// The loop ends by itself when all is closed, so that nothing of a connection outlives it.
HttpServer::~HttpServer() {
  UPKEEP_ASSERT(std::this_thread::get_id() != parts_->thread.get_id());
  asio::post(*parts_->io, [parts = parts_.get()] {
    for (const auto& listener : parts->listeners) listener->close();
    parts->work.reset();
  });
  parts_->thread.join();
}

std::vector<std::uint16_t> HttpServer::ports() const {
  std::vector<std::uint16_t> ports;
  for (const auto& listener : parts_->listeners) ports.push_back(listener->port());
  return ports;
}

}  // namespace upkeep
