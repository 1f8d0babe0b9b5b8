// Swallows what a client still sends after its last answer.
#pragma once
#include <array>
#include <boost/asio/buffer.hpp>
#include <functional>
#include <memory>
#include <utility>

#include "net/byte_stream.h"

namespace upkeep {

/// Reads until the other side ends, or sent 16 MiB; `owner` keeps the socket alive.
inline void drain(StreamSocket& socket, std::shared_ptr<void> owner, std::function<void()> done,
                  std::size_t left = 16 << 20) {
  const auto space = std::make_shared<std::array<char, 16384>>();
  socket.async_read_some(boost::asio::buffer(*space),
                         [&socket, space, owner = std::move(owner), done = std::move(done), left](
                             const boost::system::error_code& error, std::size_t size) {
                           if (error || size > left) return done();
                           drain(socket, owner, done, left - size);
                         });
}

}  // namespace upkeep
