#include "net/connection_reply.h"

#include <boost/asio/post.hpp>
#include <utility>

#include "net/http_connection.h"
#include "net/response_text.h"

namespace upkeep {

/// The connection is locked where it lives: the last reference to it must not end elsewhere.
void ConnectionReply::post(Act act) const {
  const auto io = io_.lock();
  if (!io) return;
  boost::asio::post(*io, [connection = connection_, act = std::move(act)] {
    if (const auto alive = connection.lock()) act(*alive);
  });
}

ConnectionReply::~ConnectionReply() {
  if (stage_ == Stage::done) return;
  if (stage_ == Stage::open) {
    post([serial = serial_](HttpConnection& connection) {
      connection.answer(serial, error_response(500, "the request was not answered"));
    });
    return;
  }
  post([serial = serial_, last = std::move(events_)](HttpConnection& connection) {
    connection.end_events(serial, last);
  });
}

void ConnectionReply::send(HttpResponse response) {
  std::function<void()> dropped;  // outside of the lock: it may hold the last of anything
  const std::lock_guard lock(mutex_);
  if (stage_ != Stage::open) return;
  stage_ = Stage::done;
  dropped = std::exchange(when_gone_, nullptr);
  post([serial = serial_, response = std::move(response)](HttpConnection& connection) {
    connection.answer(serial, response);
  });
}

void ConnectionReply::begin_events() {
  const std::lock_guard lock(mutex_);
  if (stage_ != Stage::open) return;
  stage_ = Stage::events;
  post([serial = serial_](HttpConnection& connection) { connection.begin_events(serial); });
}

void ConnectionReply::event(std::string_view name, std::string_view data) {
  std::string text = event_text(name, data);
  const std::lock_guard lock(mutex_);
  if (stage_ != Stage::events || is_gone_) return;
  if (events_.size() + text.size() > events_max_) {
    is_gone_ = true;
    events_.clear();
    post([serial = serial_](HttpConnection& connection) { connection.cut_off(serial); });
    return;
  }
  events_ += text;
  if (std::exchange(is_awaited_, true)) return;
  post([serial = serial_](HttpConnection& connection) { connection.take_events(serial); });
}

void ConnectionReply::when_gone(std::function<void()> call) {
  const std::lock_guard lock(mutex_);
  if (stage_ == Stage::done) return;
  if (!is_gone_) {
    when_gone_ = std::move(call);
  } else if (const auto io = io_.lock()) {
    boost::asio::post(*io, std::move(call));
  }
}

std::string ConnectionReply::take_events() {
  const std::lock_guard lock(mutex_);
  is_awaited_ = false;
  return std::exchange(events_, {});
}

void ConnectionReply::gone() {
  std::function<void()> call;
  {
    const std::lock_guard lock(mutex_);
    is_gone_ = true;
    events_.clear();
    call = std::exchange(when_gone_, nullptr);
  }
  if (call) call();
}

void ConnectionReply::forget() {
  std::function<void()> dropped;
  const std::lock_guard lock(mutex_);
  is_gone_ = true;
  dropped = std::exchange(when_gone_, nullptr);
}

}  // namespace upkeep
