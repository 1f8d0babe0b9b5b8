// One connection as bytes, with or without TLS.
#pragma once
#include <boost/asio/generic/stream_protocol.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include "base/result.h"
#include "net/http_server.h"

namespace upkeep {

/// Whatever was begun ends with a call on the loop's thread, after close() too. At most one read
/// and one write at a time; what they point to must stay until then.
class ByteStream {
 public:
  /// The bytes that were read: 0 at the end. Or nothing, because the connection broke.
  using WhenRead = std::function<void(std::optional<std::size_t>)>;
  using When = std::function<void(bool good)>;

  virtual ~ByteStream() = default;
  virtual void open(When) = 0;
  virtual void read(std::span<char>, WhenRead) = 0;
  /// All of it.
  virtual void write(std::string_view, When) = 0;
  /// Says that nothing more will be written; what still comes can be read.
  virtual void finish() = 0;
  /// At once.
  virtual void close() = 0;
};

using StreamSocket = boost::asio::generic::stream_protocol::socket;

std::unique_ptr<ByteStream> plain_stream(StreamSocket);

/// Makes streams with TLS. Only its .cpp knows of OpenSSL.
class TlsStreams {
 public:
  virtual ~TlsStreams() = default;
  virtual std::unique_ptr<ByteStream> stream(StreamSocket) = 0;
  /// An error names the file and the mend.
  static Result<std::shared_ptr<TlsStreams>> make(const HttpTls&);
};

}  // namespace upkeep
