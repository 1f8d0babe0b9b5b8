// A connection without TLS.
#include <boost/asio/write.hpp>
#include <utility>

#include "net/byte_stream.h"

namespace upkeep {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

class PlainStream final : public ByteStream {
 public:
  explicit PlainStream(StreamSocket socket)
      : socket_(std::make_shared<StreamSocket>(std::move(socket))) {}

  void open(When when) override {
    asio::post(socket_->get_executor(), [when = std::move(when)] { when(true); });
  }
  void read(std::span<char> space, WhenRead when) override {
    socket_->async_read_some(
        asio::buffer(space.data(), space.size()),
        [socket = socket_, when = std::move(when)](const error_code& error, std::size_t size) {
          if (!error || error == asio::error::eof) return when(error ? 0 : size);
          when({});
        });
  }
  void write(std::string_view text, When when) override {
    asio::async_write(*socket_, asio::buffer(text.data(), text.size()),
                      [socket = socket_, when = std::move(when)](const error_code& error,
                                                                 std::size_t) { when(!error); });
  }
  void finish() override {
    error_code ignored;
    socket_->shutdown(StreamSocket::shutdown_send, ignored);
  }
  void close() override {
    error_code ignored;
    socket_->close(ignored);
  }

 private:
  std::shared_ptr<StreamSocket> socket_;
};

}  // namespace

std::unique_ptr<ByteStream> plain_stream(StreamSocket socket) {
  return std::make_unique<PlainStream>(std::move(socket));
}

}  // namespace upkeep
