// Opens the sockets on which a server listens.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <string>

#include "base/result.h"
#include "net/http_server.h"

namespace upkeep {

/// Closed, and its unix socket removed, with the object.
class ListeningSocket {
 public:
  /// Does not block. An error names the address or path, and the mend.
  static Result<ListeningSocket> open(const HttpListen&);
  ListeningSocket(ListeningSocket&&) noexcept;
  ListeningSocket& operator=(ListeningSocket&&) = delete;
  ~ListeningSocket();

  int number() const { return number_; }
  std::uint16_t port() const { return port_; }

 private:
  explicit ListeningSocket(int number) : number_(number) {}
  static Result<ListeningSocket> open_tcp(const HttpListen&);
  static Result<ListeningSocket> open_unix(const std::string& path);

  int number_;
  std::uint16_t port_ = 0;
  std::string path_ = {};  ///< of a unix socket that is there
  dev_t device_ = 0;       ///< with the next one: is it still ours?
  ino_t file_ = 0;
};

}  // namespace upkeep
