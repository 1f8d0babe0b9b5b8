// What a running loop shows and writes: its pages and its log.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace upkeep {

/// Where pages are served, as `address:port`.
struct HttpAddress {
  std::string address = "127.0.0.1";  ///< an IPv4 or IPv6 address
  std::uint16_t port = 8080;          ///< 0: a free one
  bool operator==(const HttpAddress&) const = default;
};

struct HttpSettings {
  bool enabled = true;
  HttpAddress listen;
  std::vector<std::string> hosts;  ///< further names by which browsers may call it
  std::string token_sha256;        ///< of the bearer token for changes; empty: none over TCP
  std::string certificate, key;    ///< PEM files; TLS when set
  bool plain = false;              ///< beyond loopback without TLS all the same
};

enum class LogLevel : std::uint8_t { debug, info, warning, error };

/// "debug", "info", "warning", "error".
std::string_view to_text(LogLevel);
/// The inverse of to_text.
std::optional<LogLevel> parse_log_level(std::string_view);

/// Of single components, in place of the level of all.
struct LogLevels {
  std::optional<LogLevel> loop, reconciler, orchestrator, supervisor;
};

struct LogSettings {
  enum class Format : std::uint8_t { text, json };

  LogLevel level = LogLevel::info;  ///< what is below is not written
  LogLevels levels = {};
  std::uint64_t max_size = 100'000'000;  ///< bytes; a line that is longer stands alone in a file
  int keep = 5;                          ///< files besides the current one
  Format format = Format::text;
};

}  // namespace upkeep
