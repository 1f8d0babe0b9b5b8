#include "net/response_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "base/json_text.h"

namespace upkeep {
namespace {

using Header = std::pair<std::string, std::string>;

std::string_view phrase_of(int status) {
  static constexpr std::array<std::pair<int, std::string_view>, 32> phrases{
      {{200, "OK"},
       {201, "Created"},
       {202, "Accepted"},
       {204, "No Content"},
       {301, "Moved Permanently"},
       {302, "Found"},
       {303, "See Other"},
       {304, "Not Modified"},
       {307, "Temporary Redirect"},
       {308, "Permanent Redirect"},
       {400, "Bad Request"},
       {401, "Unauthorized"},
       {403, "Forbidden"},
       {404, "Not Found"},
       {405, "Method Not Allowed"},
       {406, "Not Acceptable"},
       {408, "Request Timeout"},
       {409, "Conflict"},
       {410, "Gone"},
       {413, "Content Too Large"},
       {414, "URI Too Long"},
       {415, "Unsupported Media Type"},
       {417, "Expectation Failed"},
       {422, "Unprocessable Content"},
       {429, "Too Many Requests"},
       {431, "Request Header Fields Too Large"},
       {500, "Internal Server Error"},
       {501, "Not Implemented"},
       {502, "Bad Gateway"},
       {503, "Service Unavailable"},
       {504, "Gateway Timeout"},
       {505, "HTTP Version Not Supported"}}};
  const auto* const found =
      std::ranges::find(phrases, status, &std::pair<int, std::string_view>::first);
  return found == phrases.end() ? "Unnamed" : found->second;
}

/// "Tue, 21 Oct 2025 20:30:15 GMT" (RFC 9110 5.6.7).
std::string http_date(Time now) {
  static constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(now);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(now - day));
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT",
                     days.at(std::chrono::weekday(day).c_encoding()), unsigned(date.day()),
                     months.at(unsigned(date.month()) - 1), int(date.year()), time.hours().count(),
                     time.minutes().count(), time.seconds().count());
}

std::vector<Header> usual_headers(std::string_view type, Time now) {
  return {{"Date", http_date(now)},
          {"Content-Type", std::string(type)},
          {"Cache-Control", "no-store"},
          {"X-Content-Type-Options", "nosniff"},
          {"Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'"}};
}

bool is_same_name(std::string_view one, std::string_view other) {
  return std::ranges::equal(one, other, [](unsigned char a, unsigned char b) {
    return a == b || ((a ^ b) == 0x20 && (a | 0x20) >= 'a' && (a | 0x20) <= 'z');
  });
}

void write(std::string& text, const Header& header) {
  const std::size_t begin = text.size();
  text.append(header.first).append(": ").append(header.second);
  std::replace_if(
      text.begin() + static_cast<std::ptrdiff_t>(begin), text.end(),
      [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
  text += "\r\n";
}

}  // namespace

HttpResponse error_response(int status, std::string_view text) {
  return {.status = status, .body = "{\"error\":" + to_json_string(text) + "}\n"};
}

std::string response_text(const HttpResponse& response, ResponseForm form) {
  auto headers = usual_headers(response.type, form.now);
  for (const Header& added : response.headers) {
    const auto usual = std::ranges::find_if(
        headers, [&](const Header& header) { return is_same_name(header.first, added.first); });
    if (usual == headers.end() || is_same_name(added.first, "set-cookie")) {
      headers.push_back(added);
    } else {
      *usual = added;
    }
  }
  const bool may_have_body = response.status != 204 && response.status != 304;
  std::string text = fmt::format("HTTP/1.1 {} {}\r\n", response.status, phrase_of(response.status));
  for (const Header& header : headers) write(text, header);
  if (may_have_body) write(text, {"Content-Length", std::to_string(response.body.size())});
  write(text, {"Connection", form.keeps_alive ? "keep-alive" : "close"});
  text += "\r\n";
  if (may_have_body && !form.is_head) text += response.body;
  return text;
}

std::string event_stream_head(Time now) {
  std::string text = "HTTP/1.1 200 OK\r\n";
  for (const Header& header : usual_headers("text/event-stream", now)) write(text, header);
  write(text, {"X-Accel-Buffering", "no"});  // nginx would hold events back
  write(text, {"Connection", "close"});
  return text + "\r\n";
}

std::string event_text(std::string_view name, std::string_view data) {
  std::string text = "event: ";
  for (const char c : name) text += c == '\r' || c == '\n' ? ' ' : c;
  text += '\n';
  while (true) {  // "\r\n", "\r" and "\n" all end a line there
    const std::size_t end = std::min(data.find_first_of("\r\n"), data.size());
    text.append("data: ").append(data.substr(0, end)).append("\n");
    if (end == data.size()) break;
    data.remove_prefix(end + (data.substr(end).starts_with("\r\n") ? 2 : 1));
  }
  return text + '\n';
}

}  // namespace upkeep
