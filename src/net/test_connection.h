// For tests: a client that sends what it likes, byte for byte.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace upkeep {

/// Reading fails the test after ten seconds instead of waiting for ever.
class TestConnection {
 public:
  static TestConnection to_port(std::uint16_t port, bool is_v6 = false);
  static TestConnection to_socket(const std::string& path);
  static TestConnection unconnected();  ///< of IPv4
  void connect(std::uint16_t port) const;
  TestConnection(TestConnection&&) noexcept;
  ~TestConnection();

  int number() const { return number_; }
  /// What the server takes of it.
  void send(std::string_view bytes) const;
  /// Up to and with `mark`; what came when the server ended before.
  std::string read_to(std::string_view mark);
  /// One whole answer with its head, by its Content-Length.
  std::string read_answer();
  std::string read_to_end();
  void send_no_more() const;
  /// Ends the connection with a reset, as a client that dies.
  void reset();

 private:
  explicit TestConnection(int number) : number_(number) {}
  bool read_more();
  int number_;
  std::string bytes_;
};

/// "200" of "HTTP/1.1 200 OK…"; 0 when there is no answer.
int status_of(std::string_view answer);
std::string body_of(std::string_view answer);

}  // namespace upkeep
