#include "net/listening_socket.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>
#include <system_error>
#include <utility>

namespace upkeep {
namespace {

constexpr int waiting_max = 512;  ///< connections that the kernel holds until they are accepted

std::string error_text(int number) { return std::generic_category().message(number); }

int new_socket(int family) {
  return ::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

std::string mend_of(int number, std::uint16_t port) {
  switch (number) {
    case EADDRINUSE:
      return "another program listens there; end it, or choose another port (0 takes a free one)";
    case EACCES:
      return fmt::format(
          "this user may not use port {}; choose one from 1024 on, or grant "
          "CAP_NET_BIND_SERVICE",
          port);
    case EADDRNOTAVAIL:
      return "the machine has no such address; 127.0.0.1 and ::1 are its own, 0.0.0.0 and :: are "
             "all of them";
    case EAFNOSUPPORT:
      return "the machine has no IPv6; choose an IPv4 address";
    default:
      return error_text(number);
  }
}

struct Address {
  sockaddr_storage bytes{};
  socklen_t size = 0;
  int family = AF_INET;
};

Result<Address> parse_address(std::string_view text, std::uint16_t port) {
  std::string name(text);
  if (name.size() > 2 && name.front() == '[' && name.back() == ']') {
    name = name.substr(1, name.size() - 2);
  }
  Address address;
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  if (::inet_pton(AF_INET, name.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    address.size = sizeof v4;
    std::memcpy(&address.bytes, &v4, sizeof v4);
    return address;
  }
  if (::inet_pton(AF_INET6, name.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    address.family = AF_INET6;
    address.size = sizeof v6;
    std::memcpy(&address.bytes, &v6, sizeof v6);
    return address;
  }
  return fail(
      fmt::format("`{}` is no IP address to listen on; write one such as 127.0.0.1, ::1 or "
                  "0.0.0.0",
                  text));
}

std::uint16_t port_of(int number) {
  sockaddr_storage bytes{};
  socklen_t size = sizeof bytes;
  ::getsockname(number, reinterpret_cast<sockaddr*>(&bytes), &size);
  // sin_port and sin6_port stand in the same place.
  return ntohs(reinterpret_cast<const sockaddr_in*>(&bytes)->sin_port);
}

/// Removes a socket on which nobody listens any more. What is anything else stays.
Result<void> clear_way(const std::string& path, const sockaddr_un& address) {
  struct stat found{};
  if (::lstat(path.c_str(), &found) != 0) return {};
  if (!S_ISSOCK(found.st_mode)) {
    return fail(
        fmt::format("{} is in the way of the control socket and is none; move it away", path));
  }
  const int probe = new_socket(AF_UNIX);
  const bool answers =
      ::connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  const int why = errno;
  ::close(probe);
  if (answers || why == EAGAIN) {
    return fail(fmt::format("another program listens on {}; end it first", path));
  }
  if (why != ECONNREFUSED || ::unlink(path.c_str()) != 0) {
    return fail(fmt::format("{} is left from an earlier program and cannot be removed: {}", path,
                            error_text(why == ECONNREFUSED ? errno : why)));
  }
  return {};
}

}  // namespace

Result<ListeningSocket> ListeningSocket::open(const HttpListen& listen) {
  return listen.socket.empty() ? open_tcp(listen) : open_unix(listen.socket);
}

Result<ListeningSocket> ListeningSocket::open_tcp(const HttpListen& listen) {
  UPKEEP_TRY(const Address address, parse_address(listen.address, listen.port));
  ListeningSocket opened(new_socket(address.family));
  const int yes = 1;
  const auto refuse = [&] {
    const int why = errno;
    const bool is_v6 = address.family == AF_INET6 && !listen.address.starts_with('[');
    return fail(fmt::format("{}:{} cannot be listened on: {}",
                            is_v6 ? fmt::format("[{}]", listen.address) : listen.address,
                            listen.port, mend_of(why, listen.port)));
  };
  if (opened.number_ < 0) return refuse();
  // A port that an earlier life of the program used a moment ago is free.
  ::setsockopt(opened.number_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (address.family == AF_INET6) {
    ::setsockopt(opened.number_, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes);
  }
  if (::bind(opened.number_, reinterpret_cast<const sockaddr*>(&address.bytes), address.size) !=
          0 ||
      ::listen(opened.number_, waiting_max) != 0) {
    return refuse();
  }
  opened.port_ = port_of(opened.number_);
  return opened;
}

Result<ListeningSocket> ListeningSocket::open_unix(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    return fail(
        fmt::format("the path of the control socket is {} bytes long, at most {} fit: {}; "
                    "choose a shorter folder",
                    path.size(), sizeof address.sun_path - 1, path));
  }
  std::memcpy(address.sun_path, path.c_str(), path.size());
  UPKEEP_CHECK(clear_way(path, address));
  ListeningSocket opened(new_socket(AF_UNIX));
  const auto refuse = [&] {
    const int why = errno;
    const std::string_view mend =
        why == ENOENT ? "; make its folder first"
                      : (why == EACCES ? "; this user must be able to write to its folder" : "");
    return fail(
        fmt::format("the control socket {} cannot be made: {}{}", path, error_text(why), mend));
  };
  if (opened.number_ < 0) return refuse();
  if (::bind(opened.number_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return refuse();
  }
  opened.path_ = path;
  struct stat made{};
  if (::lstat(path.c_str(), &made) != 0) return refuse();
  opened.device_ = made.st_dev;
  opened.file_ = made.st_ino;
  // Nobody can connect before listen(), so the wider mode of a moment lets nobody in.
  if (::chmod(path.c_str(), 0600) != 0 || ::listen(opened.number_, waiting_max) != 0) {
    return refuse();
  }
  return opened;
}

ListeningSocket::ListeningSocket(ListeningSocket&& other) noexcept
    : number_(std::exchange(other.number_, -1)),
      port_(other.port_),
      path_(std::exchange(other.path_, {})),
      device_(other.device_),
      file_(other.file_) {}

ListeningSocket::~ListeningSocket() {
  struct stat found{};
  if (!path_.empty() && ::lstat(path_.c_str(), &found) == 0 && found.st_dev == device_ &&
      found.st_ino == file_) {
    ::unlink(path_.c_str());
  }
  if (number_ >= 0) ::close(number_);
}

}  // namespace upkeep
