// One client of our server: its requests one after another, each with one deadline.
#pragma once
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "net/byte_stream.h"
#include "net/host_names.h"
#include "net/http_server.h"
#include "net/request_parser.h"

namespace upkeep {

class ConnectionReply;

/// What all connections of one listening socket share.
struct ConnectionRules {
  HttpListen listen;
  HostNames names;
  HttpHandler handler;
  bool is_local = false;
  std::shared_ptr<boost::asio::io_context> io;
};

/// Everything happens on the loop's thread.
class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
 public:
  using Clock = std::chrono::steady_clock;
  using Ended = std::function<void(const std::shared_ptr<HttpConnection>&)>;

  HttpConnection(std::shared_ptr<const ConnectionRules>, std::unique_ptr<ByteStream>, Ended);
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;
  ~HttpConnection();

  void start();
  /// At once. Whoever waits for when_gone() is told, unless the server ends.
  void close(bool server_ends = false);

  /// Since when it has waited for a request to be whole, or for the client to end; nothing while
  /// a request is answered.
  std::optional<Clock::time_point> waits_since() const {
    if (stage_ == Stage::answering || stage_ == Stage::events) return {};
    return since_;
  }

  // Of ConnectionReply; `serial` is the request that is answered.
  void answer(std::uint64_t serial, const HttpResponse&);
  void begin_events(std::uint64_t serial);
  void take_events(std::uint64_t serial);
  void end_events(std::uint64_t serial, std::string_view last);
  void cut_off(std::uint64_t serial);

 private:
  enum class Stage : unsigned char { opening, idle, reading, answering, events, ending, closed };

  void expect_request();
  void advance();
  bool let_in();
  void hand_over();
  void refuse(const Refusal&);
  void read();
  void take_input(std::size_t);
  void swallow(std::size_t);
  void take_end(bool is_broken);
  void write(std::string text, void (HttpConnection::*then)());
  void write_piece(std::size_t at, void (HttpConnection::*then)());
  void answered();
  void events_written();
  void heartbeat();
  void finish();
  void tell_gone();
  void limit(Duration, void (HttpConnection::*then)());
  void no_limit();
  void late();
  void cut() { close(); }

  std::shared_ptr<const ConnectionRules> rules_;
  std::unique_ptr<ByteStream> stream_;
  Ended ended_;
  boost::asio::steady_timer timer_;
  std::uint64_t timer_round_ = 0;  ///< an expiry that is already queued belongs to an older one

  Stage stage_ = Stage::opening;
  Clock::time_point since_ = Clock::now();
  bool is_reading_ = false, is_writing_ = false;
  bool has_ended_ = false;   ///< the client sends no more
  bool keeps_alive_ = true;  ///< after this answer
  bool stream_ends_ = false;
  std::size_t swallowed_ = 0;  ///< bytes that were no requests
  std::string input_, output_, last_events_;
  std::array<char, 16384> space_;
  std::unique_ptr<RequestParser> parser_;
  std::uint64_t serial_ = 0;
  std::weak_ptr<ConnectionReply> reply_;
};

}  // namespace upkeep
