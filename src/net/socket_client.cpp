#include "net/socket_client.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>

#include "base/assert.h"
#include "base/text.h"

namespace upkeep {
namespace {

constexpr std::size_t body_max = 256 << 20;

using Take = std::function<bool(const ServerEvent&)>;

/// One answer as it comes; libcurl holds pointers into it.
struct Coming {
  const Take* take = nullptr;
  HttpAnswer answer;
  EventReader events;
  bool was_enough = false;
  bool is_too_large = false;
};

bool is_stream(const Coming& coming) {
  return coming.take != nullptr &&
         coming.answer.header("content-type").value_or("").starts_with("text/event-stream");
}

std::size_t take_header(char* bytes, std::size_t, std::size_t size, void* target) {
  auto& answer = static_cast<Coming*>(target)->answer;
  const std::string_view line(bytes, size);
  if (line.starts_with("HTTP/")) answer.headers.clear();
  const std::size_t colon = line.find(':');
  if (colon == line.npos) return size;
  std::string name(line.substr(0, colon));
  std::ranges::transform(name, name.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  });
  answer.headers.emplace_back(std::move(name), trim(line.substr(colon + 1)));
  return size;
}

std::size_t take_body(char* bytes, std::size_t, std::size_t size, void* target) {
  auto& coming = *static_cast<Coming*>(target);
  if (is_stream(coming)) {
    coming.was_enough = !coming.events.feed({bytes, size}, *coming.take);
    return coming.was_enough ? 0 : size;
  }
  coming.is_too_large = coming.answer.body.size() + size > body_max;
  if (coming.is_too_large) return 0;
  coming.answer.body.append(bytes, size);
  return size;
}

SocketFailure failure_of(CURLcode code, const Coming& coming, const SocketRequest& request,
                         std::string_view problem) {
  if (code == CURLE_COULDNT_CONNECT) {
    return {Error{fmt::format("nobody listens on {}; is the program that makes it running, and may "
                              "this user use it?",
                              request.socket)},
            true};
  }
  if (code == CURLE_OPERATION_TIMEDOUT) {
    return {Error{fmt::format("{} gave no whole answer to {} {} within {}", request.socket,
                              request.method, request.target, to_text(request.timeout))}};
  }
  if (coming.is_too_large) {
    return {Error{fmt::format("the answer of {} to {} is larger than {}", request.socket,
                              request.target, to_size_text(body_max))}};
  }
  return {Error{fmt::format("{} gave no answer to {} {}: {}", request.socket, request.method,
                            request.target,
                            problem.empty() ? ::curl_easy_strerror(code) : trim(problem))}};
}

void prepare(CURL* easy, const SocketRequest& request, const std::string& url,
             curl_slist* headers) {
  ::curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, request.socket.c_str());
  ::curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
  ::curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  ::curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
  ::curl_easy_setopt(easy, CURLOPT_PROXY, "");
  ::curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  ::curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
  ::curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
  if (request.method == "HEAD") {
    ::curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  } else if (request.method != "GET") {
    ::curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
    ::curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                       static_cast<curl_off_t>(request.body.size()));
    ::curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
}

std::expected<HttpAnswer, SocketFailure> ask(const SocketRequest& request, const Take* take) {
  if (request.socket.size() >= sizeof sockaddr_un{}.sun_path) {
    return std::unexpected(SocketFailure{
        Error{fmt::format("the path of the control socket is {} bytes long, at most {} fit: {}",
                          request.socket.size(), sizeof sockaddr_un{}.sun_path - 1,
                          request.socket)},
        true});
  }
  static const CURLcode once = ::curl_global_init(CURL_GLOBAL_DEFAULT);
  UPKEEP_ASSERT(once == CURLE_OK);
  const std::unique_ptr<CURL, void (*)(CURL*)> easy(::curl_easy_init(), ::curl_easy_cleanup);
  const std::unique_ptr<curl_slist, void (*)(curl_slist*)> headers(
      ::curl_slist_append(::curl_slist_append(nullptr, "expect:"),
                          "content-type: application/json"),
      ::curl_slist_free_all);
  UPKEEP_ASSERT(easy && headers);
  const std::string url = "http://localhost" + request.target;
  prepare(easy.get(), request, url, headers.get());
  Coming coming;
  coming.take = take;
  std::array<char, CURL_ERROR_SIZE> problem{};
  ::curl_easy_setopt(easy.get(), CURLOPT_ERRORBUFFER, problem.data());
  ::curl_easy_setopt(easy.get(), CURLOPT_HEADERFUNCTION, &take_header);
  ::curl_easy_setopt(easy.get(), CURLOPT_HEADERDATA, &coming);
  ::curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, &take_body);
  ::curl_easy_setopt(easy.get(), CURLOPT_WRITEDATA, &coming);
  const CURLcode code = ::curl_easy_perform(easy.get());
  if (code != CURLE_OK && !coming.was_enough) {
    return std::unexpected(failure_of(code, coming, request, problem.data()));
  }
  long status = 0;
  ::curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
  coming.answer.status = static_cast<int>(status);
  return std::move(coming.answer);
}

}  // namespace

std::expected<HttpAnswer, SocketFailure> ask_over_socket(const SocketRequest& request) {
  return ask(request, nullptr);
}

std::expected<HttpAnswer, SocketFailure> follow_over_socket(const SocketRequest& request,
                                                            const Take& take) {
  return ask(request, &take);
}

}  // namespace upkeep
