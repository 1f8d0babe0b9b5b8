// How the answer of any thread reaches its connection.
#pragma once
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "net/http_exchange.h"

namespace upkeep {

class HttpConnection;

/// Touches the connection on the loop's thread only; both may be gone by then.
class ConnectionReply final : public HttpReply,
                              public std::enable_shared_from_this<ConnectionReply> {
 public:
  ConnectionReply(const std::shared_ptr<boost::asio::io_context>& io,
                  std::weak_ptr<HttpConnection> connection, std::uint64_t serial,
                  std::size_t events_max)
      : io_(io), connection_(std::move(connection)), serial_(serial), events_max_(events_max) {}
  ~ConnectionReply() override;

  void send(HttpResponse) override;
  void begin_events() override;
  void event(std::string_view name, std::string_view data) override;
  void when_gone(std::function<void()>) override;

  // On the loop's thread.
  std::string take_events();
  void gone();
  void forget();

 private:
  enum class Stage : unsigned char { open, events, done };
  using Act = std::function<void(HttpConnection&)>;
  void post(Act) const;

  const std::weak_ptr<boost::asio::io_context> io_;
  const std::weak_ptr<HttpConnection> connection_;
  const std::uint64_t serial_;
  const std::size_t events_max_;

  std::mutex mutex_;  ///< guards what follows
  Stage stage_ = Stage::open;
  bool is_gone_ = false;
  bool is_awaited_ = false;  ///< was the loop told that events wait?
  std::string events_;
  std::function<void()> when_gone_;
};

}  // namespace upkeep
