#include "net/request_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <limits>

#include "base/text.h"
#include "net/request_target.h"

namespace upkeep {
namespace {

namespace http = boost::beast::http;
using Stage = RequestParser::Stage;

constexpr std::array methods{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  });
  return result;
}

std::string_view view_of(boost::beast::string_view text) { return {text.data(), text.size()}; }

/// Does the line end with a version that is well-formed, HTTP/2.0 say?
bool names_a_version(std::string_view line) {
  const std::size_t at = line.rfind(" HTTP/");
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (at == line.npos || line.size() != at + 9) return false;
  return is_digit(line[at + 6]) && line[at + 7] == '.' && is_digit(line[at + 8]);
}

}  // namespace

struct RequestParser::Parts {
  explicit Parts(Limits limits_) : limits(limits_) {
    const std::size_t most = std::numeric_limits<std::uint32_t>::max();
    head.header_limit(static_cast<std::uint32_t>(std::min(limits.header, most)));
    head.skip(true);  // the body
  }

  void skip_empty_lines(std::string& input);
  void take_head(std::string& input);
  Refusal refusal_of(const boost::beast::error_code&, std::string_view input) const;
  void finish_head();
  std::optional<Refusal> take_headers();
  std::optional<Refusal> prepare_body();
  void refuse(Refusal why) {
    stage = Stage::refused;
    refusal = std::move(why);
  }

  const Limits limits;
  Stage stage = Stage::nothing;
  http::request_parser<http::empty_body> head;
  IncomingRequest request;
  BodyReader body;
  Refusal refusal;
  bool has_line = false;  ///< was the request line taken?
  bool is_head = false, awaits_leave = false;
};

RequestParser::RequestParser(Limits limits) : parts_(std::make_unique<Parts>(limits)) {}
RequestParser::~RequestParser() = default;

Stage RequestParser::take(std::string& input) {
  Parts& parts = *parts_;
  if (parts.stage == Stage::nothing) parts.skip_empty_lines(input);
  if (parts.stage == Stage::head) {
    parts.take_head(input);
    return parts.stage;
  }
  if (parts.stage == Stage::body) {
    input.erase(0, parts.body.take(input, parts.request.body));
    if (parts.body.refusal()) {
      parts.refuse(*parts.body.refusal());
    } else if (parts.body.is_complete()) {
      parts.stage = Stage::whole;
    }
  }
  return parts.stage;
}

/// RFC 9112 2.2. What begins with anything but a letter is TLS or noise: no line end may ever come.
void RequestParser::Parts::skip_empty_lines(std::string& input) {
  input.erase(0, std::min(input.find_first_not_of("\r\n"), input.size()));
  if (input.empty()) return;
  const char first = input.front();
  if ((first >= 'A' && first <= 'Z') || (first >= 'a' && first <= 'z')) {
    stage = Stage::head;
  } else {
    refuse({400, "this is not HTTP; does the client speak TLS to a port without it?"});
  }
}

void RequestParser::Parts::take_head(std::string& input) {
  std::size_t used = 0;
  while (!head.is_done() && used < input.size()) {
    boost::beast::error_code error;
    const auto taken =
        head.put(boost::asio::buffer(input.data() + used, input.size() - used), error);
    used += taken;
    has_line |= taken > 0;
    if (error == http::error::need_more) break;
    if (error) return refuse(refusal_of(error, input));
  }
  input.erase(0, used);
  if (head.is_done()) finish_head();
}

Refusal RequestParser::Parts::refusal_of(const boost::beast::error_code& error,
                                         std::string_view input) const {
  if (error == http::error::header_limit) {
    if (!has_line) {
      return {414, "the target of the request is too long"};
    }
    return {431, fmt::format("the headers are larger than {} bytes", limits.header)};
  }
  if (error == http::error::bad_version && names_a_version(input.substr(0, input.find("\r\n")))) {
    return {505, "the server speaks HTTP/1.1 and HTTP/1.0 only"};
  }
  return {400, fmt::format("the request is malformed: {}", error.message())};
}

void RequestParser::Parts::finish_head() {
  auto why = take_headers();
  if (!why) why = prepare_body();
  if (why) return refuse(std::move(*why));
  stage = Stage::body;
}

std::optional<Refusal> RequestParser::Parts::take_headers() {
  const auto& message = head.get();
  request.method = view_of(message.method_string());
  if (std::ranges::count(methods, std::string_view(request.method)) == 0) {
    return Refusal{501, fmt::format("the server does not know the method {}", request.method)};
  }
  for (const auto& field : message) {
    const auto [at, is_new] =
        request.headers.try_emplace(lower(view_of(field.name_string())), view_of(field.value()));
    if (is_new) continue;
    if (at->first == "host") return Refusal{400, "the request has two Host headers"};
    at->second.append(", ").append(view_of(field.value()));
  }
  if (const auto taken = take_target(request, view_of(message.target())); !taken) {
    return Refusal{400, taken.error().text};
  }
  is_head = request.method == "HEAD";
  if (is_head) request.method = "GET";
  return {};
}

std::optional<Refusal> RequestParser::Parts::prepare_body() {
  if (const auto expect = request.headers.find("expect"); expect != request.headers.end()) {
    awaits_leave = lower(expect->second) == "100-continue";
    if (!awaits_leave) return Refusal{417, "the server knows no Expect but 100-continue"};
  }
  if (const auto coding = request.headers.find("transfer-encoding");
      coding != request.headers.end()) {
    if (lower(coding->second) != "chunked") {
      return Refusal{501, "the server knows no Transfer-Encoding but chunked"};
    }
    if (request.headers.contains("content-length") || head.get().version() == 10) {
      return Refusal{400, "the length of the body is given in two ways, or in one of HTTP/1.1"};
    }
    body = BodyReader::chunked(limits.body);
    return {};
  }
  const auto length = head.content_length();
  if (length && *length > limits.body) {
    return Refusal{413, fmt::format("the body is larger than {} bytes", limits.body)};
  }
  body = BodyReader::of_length(length ? *length : 0);
  return {};
}

Stage RequestParser::stage() const { return parts_->stage; }
const Refusal& RequestParser::refusal() const { return parts_->refusal; }
const IncomingRequest& RequestParser::request() const { return parts_->request; }
IncomingRequest RequestParser::release() { return std::move(parts_->request); }
bool RequestParser::is_head() const { return parts_->is_head; }
bool RequestParser::keeps_alive() const { return parts_->head.keep_alive(); }
bool RequestParser::awaits_leave() const {
  return parts_->awaits_leave && !parts_->body.is_complete();
}
bool RequestParser::is_version_1_0() const { return parts_->head.get().version() == 10; }

}  // namespace upkeep
