// Bytes of a connection → requests, without a socket.
#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "net/body_reader.h"
#include "net/http_exchange.h"

namespace upkeep {

/// Reads one request. Boost.Beast reads its head; the body is ours, with limits for each part.
class RequestParser {
 public:
  struct Limits {
    std::size_t header = 16 << 10;  ///< bytes, request line included
    std::size_t body = 1 << 20;     ///< bytes
  };
  enum class Stage : unsigned char { nothing, head, body, whole, refused };

  explicit RequestParser(Limits);
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;
  ~RequestParser();

  /// Takes bytes off the front of `input`, as far as they go. Stops once after the head, before
  /// any of the body is taken, so that the request can be refused by then.
  Stage take(std::string& input);

  Stage stage() const;
  const Refusal& refusal() const;  ///< once refused
  /// From the end of the head on; its body grows.
  const IncomingRequest& request() const;
  IncomingRequest release();  ///< once, when it is whole
  bool is_head() const;       ///< HEAD, which request() calls GET
  bool keeps_alive() const;   ///< does the client want the connection to stay?
  bool awaits_leave() const;  ///< Expect: 100-continue
  bool is_version_1_0() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace upkeep
