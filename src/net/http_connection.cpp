#include "net/http_connection.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "base/assert.h"
#include "net/connection_reply.h"
#include "net/response_text.h"

namespace upkeep {
namespace {

constexpr std::size_t piece = 64 << 10;          ///< bytes that must be taken within one deadline
constexpr std::size_t pipelined_max = 64 << 10;  ///< bytes read ahead while a request is answered
constexpr std::size_t swallowed_max = 16 << 20;  ///< bytes
constexpr Duration farewell = std::chrono::seconds{2};

Time now() { return std::chrono::floor<Duration>(std::chrono::system_clock::now()); }

}  // namespace

HttpConnection::HttpConnection(std::shared_ptr<const ConnectionRules> rules,
                               std::unique_ptr<ByteStream> stream, Ended ended)
    : rules_(std::move(rules)),
      stream_(std::move(stream)),
      ended_(std::move(ended)),
      timer_(*rules_->io) {}

HttpConnection::~HttpConnection() = default;

/// The deadline of the first request begins here: opening a connection is part of it.
void HttpConnection::start() {
  limit(rules_->listen.deadline, &HttpConnection::late);
  stream_->open([self = shared_from_this()](bool good) {
    if (self->stage_ == Stage::closed) return;
    if (!good) return self->close();
    self->expect_request();
  });
}

void HttpConnection::expect_request() {
  parser_ = std::make_unique<RequestParser>(
      RequestParser::Limits{rules_->listen.header, rules_->listen.body});
  stage_ = Stage::idle;
  since_ = Clock::now();
  if (serial_ > 0) limit(rules_->listen.idle, &HttpConnection::late);
  advance();
}

/// Goes on with the request as far as the bytes that came allow.
void HttpConnection::advance() {
  bool goes_on = stage_ == Stage::idle || stage_ == Stage::reading;
  while (goes_on) {
    const auto before = parser_->stage();
    const auto after = parser_->take(input_);
    if (stage_ == Stage::idle && after != RequestParser::Stage::nothing) {
      stage_ = Stage::reading;
      if (serial_ > 0) limit(rules_->listen.deadline, &HttpConnection::late);
    }
    if (after == RequestParser::Stage::refused) return refuse(parser_->refusal());
    if (after == RequestParser::Stage::whole) return hand_over();
    goes_on = after != before && after == RequestParser::Stage::body;
    if (goes_on && !let_in()) return;
  }
  if (stage_ != Stage::idle && stage_ != Stage::reading) return;
  if (has_ended_) return finish();
  read();
}

/// With the head alone known: false when the request goes no further now.
bool HttpConnection::let_in() {
  if (!rules_->is_local) {
    if (const auto why = rules_->names.objection(parser_->request())) {
      refuse({403, *why});
      return false;
    }
  }
  if (!parser_->awaits_leave() || !input_.empty()) return true;
  output_ = "HTTP/1.1 100 Continue\r\n\r\n";
  is_writing_ = true;
  stream_->write(output_, [self = shared_from_this()](bool good) {
    self->is_writing_ = false;
    if (self->stage_ == Stage::reading) good ? self->advance() : self->close();
  });
  return false;
}

void HttpConnection::hand_over() {
  no_limit();
  stage_ = Stage::answering;
  keeps_alive_ = parser_->keeps_alive();
  IncomingRequest request = parser_->release();
  request.is_local = rules_->is_local;
  const auto reply = std::make_shared<ConnectionReply>(rules_->io, weak_from_this(), ++serial_,
                                                       rules_->listen.events);
  reply_ = reply;
  try {
    rules_->handler(request, reply);
  } catch (const std::exception& thrown) {
    reply->send(error_response(500, fmt::format("the request failed: {}", thrown.what())));
  } catch (...) {
    reply->send(error_response(500, "the request failed"));
  }
  if (has_ended_) return tell_gone();
  read();
}

void HttpConnection::refuse(const Refusal& refusal) {
  stage_ = Stage::answering;
  keeps_alive_ = false;
  ++serial_;
  const ResponseForm form{.keeps_alive = false, .is_head = parser_->is_head(), .now = now()};
  write(response_text(error_response(refusal.status, refusal.text), form),
        &HttpConnection::answered);
}

/// While a request is answered too: that is how a client is seen to leave.
void HttpConnection::read() {
  if (is_reading_ || has_ended_ || input_.size() >= pipelined_max) return;
  is_reading_ = true;
  stream_->read(space_, [self = shared_from_this()](std::optional<std::size_t> size) {
    self->is_reading_ = false;
    if (self->stage_ == Stage::closed) return;
    if (!size || *size == 0) return self->take_end(!size);
    self->take_input(*size);
  });
}

void HttpConnection::take_input(std::size_t size) {
  if (stage_ >= Stage::events) return swallow(size);
  input_.append(space_.data(), size);
  if (stage_ == Stage::answering) return read();
  advance();
}

/// There is nothing to be asked in a stream, or after the end.
void HttpConnection::swallow(std::size_t size) {
  swallowed_ += size;
  if (swallowed_ > swallowed_max) return close();
  read();
}

/// A client that only sends no more may still wait for its answer; whether it does, nobody knows.
void HttpConnection::take_end(bool is_broken) {
  has_ended_ = true;
  if (is_broken || stage_ != Stage::answering) return close();
  tell_gone();
}

void HttpConnection::answer(std::uint64_t serial, const HttpResponse& response) {
  if (serial != serial_ || stage_ != Stage::answering || is_writing_) return;
  reply_.reset();
  const ResponseForm form{.keeps_alive = keeps_alive_, .is_head = parser_->is_head(), .now = now()};
  write(response_text(response, form), &HttpConnection::answered);
}

void HttpConnection::answered() {
  if (!keeps_alive_) return finish();
  expect_request();
}

void HttpConnection::begin_events(std::uint64_t serial) {
  if (serial != serial_ || stage_ != Stage::answering || is_writing_) return;
  if (has_ended_) return close();
  stage_ = Stage::events;
  input_.clear();
  stream_ends_ |= parser_->is_head();
  write(event_stream_head(now()), &HttpConnection::events_written);
  read();
}

void HttpConnection::take_events(std::uint64_t serial) {
  if (serial == serial_ && stage_ == Stage::events && !is_writing_) events_written();
}

void HttpConnection::end_events(std::uint64_t serial, std::string_view last) {
  if (serial != serial_ || stage_ != Stage::events) return;
  stream_ends_ = true;
  last_events_ = last;
  if (!is_writing_) events_written();
}

void HttpConnection::events_written() {
  std::string text = std::exchange(last_events_, {});
  if (const auto reply = reply_.lock()) text = reply->take_events();
  if (parser_->is_head()) text.clear();
  if (!text.empty()) return write(std::move(text), &HttpConnection::events_written);
  if (stream_ends_) return finish();
  limit(rules_->listen.heartbeat, &HttpConnection::heartbeat);
}

/// A comment; a peer that is gone is noticed by it.
void HttpConnection::heartbeat() { write(":\n\n", &HttpConnection::events_written); }

void HttpConnection::cut_off(std::uint64_t serial) {
  if (serial == serial_) close();
}

void HttpConnection::write(std::string text, void (HttpConnection::*then)()) {
  output_ = std::move(text);
  is_writing_ = true;
  write_piece(0, then);
}

void HttpConnection::write_piece(std::size_t at, void (HttpConnection::*then)()) {
  if (at >= output_.size()) {
    is_writing_ = false;
    output_ = {};
    no_limit();
    return (this->*then)();
  }
  limit(rules_->listen.deadline, &HttpConnection::cut);
  const auto part = std::string_view(output_).substr(at, piece);
  stream_->write(part, [self = shared_from_this(), at = at + part.size(), then](bool good) {
    if (self->stage_ == Stage::closed) return;
    if (!good) return self->close();
    self->write_piece(at, then);
  });
}

/// Swallows what still comes until the client ends, too: a connection that is closed with unread
/// bytes takes its last answer with it.
void HttpConnection::finish() {
  stage_ = Stage::ending;
  tell_gone();
  if (has_ended_) return close();
  limit(std::min(rules_->listen.deadline, farewell), &HttpConnection::cut);
  stream_->finish();
  input_.clear();
  read();
}

void HttpConnection::late() {
  if (stage_ != Stage::reading || is_writing_) return close();
  refuse({408, "the request did not come in time; the connection ends"});
}

void HttpConnection::tell_gone() {
  const auto reply = std::exchange(reply_, {}).lock();
  if (reply) reply->gone();
}

void HttpConnection::close(bool server_ends) {
  if (stage_ == Stage::closed) return;
  const auto self = shared_from_this();
  stage_ = Stage::closed;
  no_limit();
  stream_->close();
  const auto reply = std::exchange(reply_, {}).lock();
  if (reply) server_ends ? reply->forget() : reply->gone();
  ended_(self);
}

void HttpConnection::limit(Duration length, void (HttpConnection::*then)()) {
  timer_.expires_after(length);
  timer_.async_wait([weak = weak_from_this(), round = ++timer_round_,
                     then](const boost::system::error_code& error) {
    const auto self = weak.lock();
    if (!error && self && round == self->timer_round_) (self.get()->*then)();
  });
}

void HttpConnection::no_limit() {
  ++timer_round_;
  timer_.cancel();
}

}  // namespace upkeep
