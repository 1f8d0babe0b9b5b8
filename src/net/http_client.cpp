#include "net/http_client.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <deque>
#include <future>
#include <list>
#include <mutex>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "base/text.h"

namespace upkeep {
namespace {

constexpr int longest_poll = 60'000;  ///< milliseconds; a new request ends it earlier

void begin_curl() {
  static const CURLcode once = ::curl_global_init(CURL_GLOBAL_DEFAULT);
  UPKEEP_ASSERT(once == CURLE_OK);
}

struct Waiting {
  HttpRequest request;
  HttpClient::Done done;
};

/// One request on its way; libcurl holds pointers into it.
struct Exchange {
  Exchange(Waiting waiting, const HttpLimits& limits_)
      : request(std::move(waiting.request)), done(std::move(waiting.done)), limits(limits_) {}
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  ~Exchange() { ::curl_slist_free_all(headers); }

  HttpRequest request;
  HttpClient::Done done;
  const HttpLimits& limits;
  HttpAnswer answer;
  bool is_too_large = false;
  CURL* easy = nullptr;
  curl_slist* headers = nullptr;
  std::array<char, CURL_ERROR_SIZE> problem{};
};

std::size_t take_header(char* bytes, std::size_t, std::size_t size, void* target) {
  auto& exchange = *static_cast<Exchange*>(target);
  const std::string_view line(bytes, size);
  if (line.starts_with("HTTP/")) {  // of an answer that follows an interim one, say
    exchange.answer.headers.clear();
    return size;
  }
  const std::size_t colon = line.find(':');
  if (colon == line.npos) return size;
  std::string name(line.substr(0, colon));
  std::ranges::transform(name, name.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  });
  const std::string_view value = trim(line.substr(colon + 1));
  if (const auto length = name == "content-length" ? parse_number(value) : std::nullopt) {
    if (exchange.request.method != "HEAD") {
      exchange.answer.body.reserve(std::min(*length, exchange.limits.body_max));
    }
  }
  exchange.answer.headers.emplace_back(std::move(name), value);
  return size;
}

std::size_t take_body(char* bytes, std::size_t, std::size_t size, void* target) {
  auto& exchange = *static_cast<Exchange*>(target);
  exchange.is_too_large |= exchange.answer.body.size() + size > exchange.limits.body_max;
  if (exchange.is_too_large) return 0;
  exchange.answer.body.append(bytes, size);
  return size;
}

bool may_pass(CURLcode code) {
  switch (code) {
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
      return false;
    default:
      return true;
  }
}

HttpFailure failure_of(const Exchange& exchange, CURLcode code) {
  const std::string_view url = exchange.request.url;
  const std::string_view place = url.substr(0, url.find('?'));
  if (exchange.is_too_large) {
    return {Error{fmt::format("the answer of {} is larger than {}", place,
                              to_size_text(exchange.limits.body_max))},
            false};
  }
  const char* text =
      exchange.problem[0] != 0 ? exchange.problem.data() : ::curl_easy_strerror(code);
  return {Error{fmt::format("{} gave no answer: {}", place, trim(text))}, may_pass(code)};
}

void set_headers(Exchange& exchange) {
  const auto add = [&](const std::string& line) {
    curl_slist* const grown = ::curl_slist_append(exchange.headers, line.c_str());
    UPKEEP_ASSERT(grown != nullptr);
    exchange.headers = grown;
  };
  bool has_type = false;
  for (const auto& [name, value] : exchange.request.headers) {
    add(value.empty() ? name + ";" : name + ": " + value);
    has_type |= name == "content-type";
  }
  add("expect:");  // libcurl would wait for leave to send a body
  if (!has_type) add("content-type:");
  ::curl_easy_setopt(exchange.easy, CURLOPT_HTTPHEADER, exchange.headers);
}

void prepare(Exchange& exchange) {
  CURL* const easy = exchange.easy;
  const HttpRequest& request = exchange.request;
  const auto set_milliseconds = [easy](CURLoption option, Duration time) {
    ::curl_easy_setopt(easy, option, static_cast<long>(time.count()));
  };
  ::curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
  ::curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  ::curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
  ::curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  ::curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  ::curl_easy_setopt(easy, CURLOPT_USERAGENT, "upkeep");
  ::curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 256L * 1024);
  set_milliseconds(CURLOPT_TIMEOUT_MS, request.timeout);
  set_milliseconds(CURLOPT_CONNECTTIMEOUT_MS, exchange.limits.connect);
  ::curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, static_cast<long>(exchange.limits.slow_bytes));
  ::curl_easy_setopt(
      easy, CURLOPT_LOW_SPEED_TIME,
      static_cast<long>(std::chrono::ceil<std::chrono::seconds>(exchange.limits.slow).count()));
  if (request.direct) ::curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
  if (!request.ca_file.empty()) {
    ::curl_easy_setopt(easy, CURLOPT_CAINFO, request.ca_file.c_str());
  }
  if (request.method == "HEAD") {
    ::curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  } else if (request.method != "GET") {
    ::curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
    ::curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                       static_cast<curl_off_t>(request.body.size()));
    ::curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
  set_headers(exchange);
  ::curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &take_header);
  ::curl_easy_setopt(easy, CURLOPT_HEADERDATA, &exchange);
  ::curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &take_body);
  ::curl_easy_setopt(easy, CURLOPT_WRITEDATA, &exchange);
  ::curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, exchange.problem.data());
  ::curl_easy_setopt(easy, CURLOPT_PRIVATE, &exchange);
}

}  // namespace

struct HttpClient::Parts {
  explicit Parts(HttpLimits limits_) : limits(limits_) {
    begin_curl();
    multi = ::curl_multi_init();
    UPKEEP_ASSERT(multi != nullptr);
    ::curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, static_cast<long>(limits.connections));
  }
  ~Parts() {
    for (CURL* const easy : idle) ::curl_easy_cleanup(easy);
    ::curl_multi_cleanup(multi);
  }

  void run();
  void begin_waiting();
  void finish_done();
  void finish(Exchange&, HttpResult);
  void give_up_all();

  const HttpLimits limits;
  CURLM* multi = nullptr;

  std::mutex mutex;
  std::deque<Waiting> waiting;  ///< guarded, as is `ends`
  bool ends = false;

  // Of the thread alone.
  std::list<Exchange> active;
  std::vector<CURL*> idle;  ///< handles to be used again
  std::jthread thread;
};

void HttpClient::Parts::run() {
  while (true) {
    begin_waiting();
    int running = 0;
    ::curl_multi_perform(multi, &running);
    finish_done();
    {
      const std::lock_guard lock(mutex);
      if (ends) break;
      if (!waiting.empty() && active.size() < limits.connections) continue;
    }
    ::curl_multi_poll(multi, nullptr, 0, longest_poll, nullptr);
  }
  give_up_all();
}

void HttpClient::Parts::begin_waiting() {
  while (active.size() < limits.connections) {
    std::unique_lock lock(mutex);
    if (ends || waiting.empty()) return;
    Exchange& exchange = active.emplace_back(std::move(waiting.front()), limits);
    waiting.pop_front();
    lock.unlock();
    if (idle.empty()) {
      exchange.easy = ::curl_easy_init();
    } else {
      exchange.easy = idle.back();
      idle.pop_back();
      ::curl_easy_reset(exchange.easy);
    }
    UPKEEP_ASSERT(exchange.easy != nullptr);
    prepare(exchange);
    const CURLMcode added = ::curl_multi_add_handle(multi, exchange.easy);
    UPKEEP_ASSERT(added == CURLM_OK);
  }
}

void HttpClient::Parts::finish_done() {
  int left = 0;
  while (const CURLMsg* message = ::curl_multi_info_read(multi, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;
    Exchange* exchange = nullptr;
    ::curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &exchange);
    if (code != CURLE_OK) {
      finish(*exchange, std::unexpected(failure_of(*exchange, code)));
      continue;
    }
    long status = 0;
    ::curl_easy_getinfo(exchange->easy, CURLINFO_RESPONSE_CODE, &status);
    exchange->answer.status = static_cast<int>(status);
    finish(*exchange, std::move(exchange->answer));
  }
}

/// Forgets the exchange, and answers.
void HttpClient::Parts::finish(Exchange& exchange, HttpResult result) {
  ::curl_multi_remove_handle(multi, exchange.easy);
  idle.push_back(exchange.easy);
  const Done done = std::move(exchange.done);
  active.remove_if([&](const Exchange& other) { return &other == &exchange; });
  done(std::move(result));
}

void HttpClient::Parts::give_up_all() {
  const auto refusal = [] {
    return std::unexpected(HttpFailure{Error{"the request was given up"}, false});
  };
  while (!active.empty()) finish(active.front(), refusal());
  for (const Waiting& left : waiting) left.done(refusal());
}

HttpClient::HttpClient(HttpLimits limits) : parts_(std::make_unique<Parts>(limits)) {}

HttpClient::~HttpClient() {
  {
    const std::lock_guard lock(parts_->mutex);
    parts_->ends = true;
  }
  ::curl_multi_wakeup(parts_->multi);
  if (parts_->thread.joinable()) parts_->thread.join();
}

/// The thread begins with the first request: most programs never send one.
void HttpClient::start(HttpRequest request, Done done) {
  {
    const std::lock_guard lock(parts_->mutex);
    parts_->waiting.push_back({std::move(request), std::move(done)});
    if (!parts_->thread.joinable()) {
      parts_->thread = std::jthread([parts = parts_.get()] { parts->run(); });
    }
  }
  ::curl_multi_wakeup(parts_->multi);
}

HttpResult HttpClient::fetch(HttpRequest request) {
  std::promise<HttpResult> answered;
  std::future<HttpResult> answer = answered.get_future();
  start(std::move(request), [&](HttpResult result) { answered.set_value(std::move(result)); });
  return answer.get();
}

}  // namespace upkeep
