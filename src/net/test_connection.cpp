// For tests: a client that sends what it likes, byte for byte.
#include "net/test_connection.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <utility>

#include "base/assert.h"
#include "base/text.h"

namespace upkeep {
namespace {

constexpr int patience = 10'000;  ///< milliseconds

}  // namespace

TestConnection TestConnection::to_port(std::uint16_t port, bool is_v6) {
  if (!is_v6) {
    TestConnection made = unconnected();
    made.connect(port);
    return made;
  }
  TestConnection made(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(port);
  address.sin6_addr = in6addr_loopback;
  UPKEEP_ASSERT(
      ::connect(made.number_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  return made;
}

TestConnection TestConnection::unconnected() {
  TestConnection made(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  UPKEEP_ASSERT(made.number_ >= 0);
  return made;
}

void TestConnection::connect(std::uint16_t port) const {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  UPKEEP_ASSERT(::connect(number_, reinterpret_cast<const sockaddr*>(&address), sizeof address) ==
                0);
}

TestConnection TestConnection::to_socket(const std::string& path) {
  TestConnection made(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  UPKEEP_ASSERT(path.size() < sizeof address.sun_path);
  std::memcpy(address.sun_path, path.c_str(), path.size());
  UPKEEP_ASSERT(
      ::connect(made.number_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  return made;
}

TestConnection::TestConnection(TestConnection&& other) noexcept
    : number_(std::exchange(other.number_, -1)), bytes_(std::move(other.bytes_)) {}

TestConnection::~TestConnection() {
  if (number_ >= 0) ::close(number_);
}

void TestConnection::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(number_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;  // the server has closed it
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

bool TestConnection::read_more() {
  pollfd wait{number_, POLLIN, 0};
  const int ready = ::poll(&wait, 1, patience);
  UPKEEP_ASSERT(ready == 1);
  char buffer[16384];
  const ssize_t size = ::read(number_, buffer, sizeof buffer);
  if (size <= 0) return false;
  bytes_.append(buffer, static_cast<std::size_t>(size));
  return true;
}

std::string TestConnection::read_to(std::string_view mark) {
  while (true) {
    const std::size_t at = bytes_.find(mark);
    if (at != std::string::npos) {
      std::string head = bytes_.substr(0, at + mark.size());
      bytes_.erase(0, at + mark.size());
      return head;
    }
    if (!read_more()) return std::exchange(bytes_, {});
  }
}

std::string TestConnection::read_answer() {
  std::string answer = read_to("\r\n\r\n");
  const std::size_t at = answer.find("Content-Length: ");
  if (at == std::string::npos) return answer;
  const std::string_view rest = std::string_view(answer).substr(at + 16);
  const std::size_t length = parse_number(rest.substr(0, rest.find('\r'))).value_or(0);
  while (bytes_.size() < length && read_more()) {}
  answer += bytes_.substr(0, length);
  bytes_.erase(0, std::min(length, bytes_.size()));
  return answer;
}

std::string TestConnection::read_to_end() {
  while (read_more()) {}
  return std::exchange(bytes_, {});
}

void TestConnection::send_no_more() const { ::shutdown(number_, SHUT_WR); }

void TestConnection::reset() {
  const linger at_once{1, 0};
  ::setsockopt(number_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(std::exchange(number_, -1));
}

int status_of(std::string_view answer) {
  if (!answer.starts_with("HTTP/1.1 ")) return 0;
  return static_cast<int>(parse_number(answer.substr(9, 3)).value_or(0));
}

std::string body_of(std::string_view answer) {
  const std::size_t at = answer.find("\r\n\r\n");
  return at == answer.npos ? "" : std::string(answer.substr(at + 4));
}

}  // namespace upkeep
