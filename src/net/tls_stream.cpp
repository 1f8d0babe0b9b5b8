// A connection with TLS. The only file that reads Asio's headers for OpenSSL, and their source.
#include <fmt/format.h>
#include <openssl/ssl.h>

#include <boost/asio/ssl.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/asio/write.hpp>
#include <utility>

#include "net/byte_stream.h"

namespace upkeep {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

class TlsStream final : public ByteStream {
 public:
  using Stream = asio::ssl::stream<StreamSocket>;
  TlsStream(StreamSocket socket, std::shared_ptr<asio::ssl::context> context)
      : context_(std::move(context)),
        stream_(std::make_shared<Stream>(std::move(socket), *context_)) {}

  void open(When when) override {
    stream_->async_handshake(Stream::server, [stream = stream_, when = std::move(when)](
                                                 const error_code& error) { when(!error); });
  }
  void read(std::span<char> space, WhenRead when) override {
    stream_->async_read_some(
        asio::buffer(space.data(), space.size()),
        [stream = stream_, when = std::move(when)](const error_code& error, std::size_t size) {
          const bool is_end =
              error == asio::error::eof || error == asio::ssl::error::stream_truncated;
          if (!error || is_end) return when(error ? 0 : size);
          when({});
        });
  }
  void write(std::string_view text, When when) override {
    asio::async_write(*stream_, asio::buffer(text.data(), text.size()),
                      [stream = stream_, when = std::move(when)](const error_code& error,
                                                                 std::size_t) { when(!error); });
  }
  void finish() override {
    stream_->async_shutdown([stream = stream_](const error_code&) {
      error_code ignored;
      stream->next_layer().shutdown(StreamSocket::shutdown_send, ignored);
    });
  }
  void close() override {
    error_code ignored;
    stream_->next_layer().close(ignored);
  }

 private:
  std::shared_ptr<asio::ssl::context> context_;
  std::shared_ptr<Stream> stream_;
};

class OpenSslStreams final : public TlsStreams {
 public:
  explicit OpenSslStreams(std::shared_ptr<asio::ssl::context> context)
      : context_(std::move(context)) {}
  std::unique_ptr<ByteStream> stream(StreamSocket socket) override {
    return std::make_unique<TlsStream>(std::move(socket), context_);
  }

 private:
  std::shared_ptr<asio::ssl::context> context_;
};

}  // namespace

Result<std::shared_ptr<TlsStreams>> TlsStreams::make(const HttpTls& files) {
  const auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
  ::SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  error_code error;
  // Without this, OpenSSL would ask the terminal for the passphrase of a key.
  context->set_password_callback(
      [](std::size_t, asio::ssl::context::password_purpose) { return std::string(); }, error);
  context->use_certificate_chain_file(files.certificate, error);
  if (error) {
    return fail(
        fmt::format("{} is no certificate that can be used ({}); it must be a readable PEM "
                    "file, the server's certificate first",
                    files.certificate, error.message()));
  }
  context->use_private_key_file(files.key, asio::ssl::context::pem, error);
  if (error) {
    return fail(
        fmt::format("{} is no key that can be used ({}); it must be a readable PEM file "
                    "without a passphrase, the key of {}",
                    files.key, error.message(), files.certificate));
  }
  return std::make_shared<OpenSslStreams>(context);
}

}  // namespace upkeep
