#include "config/service.h"

#include <arpa/inet.h>

#include <algorithm>

#include "config/forms.h"

namespace upkeep {
namespace {

bool is_address(const std::string& text) {
  unsigned char bytes[sizeof(in6_addr)];
  return ::inet_pton(AF_INET, text.c_str(), bytes) == 1 ||
         ::inet_pton(AF_INET6, text.c_str(), bytes) == 1;
}

bool is_loopback(const std::string& address) {
  return address.starts_with("127.") || address == "::1";
}

/// "127.0.0.1:8080", "[::1]:8080", ":8080" for loopback, or a port alone.
Result<HttpAddress> parse_address(std::string_view text) {
  HttpAddress address;
  const std::size_t colon = text.rfind(':');
  const std::string_view port = colon == text.npos ? text : text.substr(colon + 1);
  const auto number = parse_number(port);
  if (!number || *number > 65535) {
    return fail(
        fmt::format("`{}` has no port; write `127.0.0.1:8080`, with port 0 for a free one", text));
  }
  address.port = static_cast<std::uint16_t>(*number);
  std::string host(colon == text.npos ? "" : text.substr(0, colon));
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host == "localhost") host = "127.0.0.1";
  if (host.empty()) return address;
  if (!is_address(host)) {
    return fail(fmt::format("`{}` is no IP address; write `127.0.0.1:8080` or `[::1]:8080`", host));
  }
  address.address = host;
  return address;
}

Form<HttpAddress> address() {
  Form<HttpAddress> form =
      parsed<HttpAddress>("an address and a port like `127.0.0.1:8080`", {}, parse_address);
  form.show = [](const HttpAddress& value) {
    return fmt::format("\"{}:{}\"", value.address, value.port);
  };
  return form;
}

Result<std::string> parse_hash(std::string_view text) {
  const bool fits = text.size() == 64 && std::ranges::all_of(text, [](char c) {
                      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
                    });
  if (fits) return std::string(text);
  return fail("that is no SHA-256; make one: printf %s TOKEN | sha256sum");
}

void check_http(Reader& reader, const Place& place, HttpSettings& http) {
  if (http.certificate.empty() != http.key.empty()) {
    reader.error(place, "`certificate` and `key` go together; set both, or neither");
  }
  if (is_loopback(http.listen.address) || !http.certificate.empty() || http.plain) return;
  reader.error(place, fmt::format("`{}` can be reached by others, and nothing is encrypted; set "
                                  "`certificate` and `key`, or `plain: true` if another program "
                                  "encrypts in front of it",
                                  http.listen.address));
}

}  // namespace

Form<HttpSettings> http() {
  return checked<HttpSettings>(
      record<HttpSettings>(
          "a map like `{listen: \"127.0.0.1:8080\"}`",
          {
              key("enabled", &HttpSettings::enabled, flag(), "false: there are no pages."),
              key("listen", &HttpSettings::listen, address(),
                  "Address and port; port 0 takes a free one, which `upkeep status` shows."),
              key("hosts", &HttpSettings::hosts,
                  list_of("a list of names like `[upkeep.example.com]`",
                          text("a host name like `upkeep.example.com`")),
                  "Names by which it may be called beside localhost and the address."),
              key("token_sha256", &HttpSettings::token_sha256,
                  parsed<std::string>("64 hexadecimal digits", "^[0-9a-f]{64}$", parse_hash),
                  "The SHA-256 of the token that requests must bear which change something. "
                  "Without it they go over the control socket only."),
              key("certificate", &HttpSettings::certificate, path("a path like `tls/cert.pem`"),
                  "A PEM file; makes it HTTPS."),
              key("key", &HttpSettings::key, path("a path like `tls/key.pem`"),
                  "The key of the certificate, a PEM file."),
              key("plain", &HttpSettings::plain, flag(),
                  "true: an address that others can reach may do without TLS."),
          }),
      check_http);
}

namespace {

Form<LogLevel> level() {
  using Level = LogLevel;
  Form<Level> form = word<Level>("debug, info, warning or error", {{"debug", Level::debug},
                                                                   {"info", Level::info},
                                                                   {"warning", Level::warning},
                                                                   {"error", Level::error}});
  form.show = [](const Level&) { return std::string("\"info\""); };
  return form;
}

Form<LogLevels> levels() {
  return record<LogLevels>(
      "a map like `{orchestrator: warning}`",
      {
          key("loop", &LogLevels::loop, level(), "Starts, stops, reloads and troubles of its own."),
          key("reconciler", &LogLevels::reconciler, level(), "Listings of stores."),
          key("orchestrator", &LogLevels::orchestrator, level(), "Attempts, incidents, schedules."),
          key("supervisor", &LogLevels::supervisor, level(), "Deaths of the daemon."),
      });
}

}  // namespace

Form<LogSettings> log() {
  using Format = LogSettings::Format;
  Form<Format> format =
      word<Format>("text or json", {{"text", Format::text}, {"json", Format::json}});
  format.show = [](const Format&) { return std::string("\"text\""); };
  return record<LogSettings>(
      "a map like `{level: info}`",
      {
          key("level", &LogSettings::level, level(), "What is worth a line, at least."),
          key("levels", &LogSettings::levels, levels(), "The same for single components."),
          key("max_size", &LogSettings::max_size, size(),
              "A log file that is larger is put aside and a new one begun."),
          key("keep", &LogSettings::keep, small_number(0, 1000), "How many older files are kept."),
          key("format", &LogSettings::format, std::move(format),
              "Lines for people, or one JSON a line."),
      });
}

}  // namespace upkeep
