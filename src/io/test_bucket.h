// For tests: a bucket of its own on a real S3 server, and the means to change it.
#pragma once
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "base/text.h"
#include "model/store.h"
#include "net/http_client.h"
#include "s3/signature.h"

namespace upkeep {

/// What tests/s3/servers.py says of a server in this variable, as `endpoint id secret`.
struct TestServer {
  std::string endpoint;
  s3::Credentials credentials;

  static std::optional<TestServer> from(const char* variable) {
    const char* told = std::getenv(variable);
    if (told == nullptr) return {};
    const auto words = split(told, ' ');
    TestServer server{std::string(words.at(0)), {}};
    server.credentials.id = words.at(1);
    server.credentials.secret = words.at(2);
    return server;
  }
};

/// May be used by several threads at once.
class TestBucket {
 public:
  explicit TestBucket(TestServer server) : server_(std::move(server)) {
    static std::atomic<int> count = 0;
    name_ = fmt::format("upkeep-test-{}-{}", ::getpid(), ++count);
    EXPECT_EQ(send("PUT", "").status, 200);
  }
  TestBucket(const TestBucket&) = delete;
  TestBucket& operator=(const TestBucket&) = delete;
  ~TestBucket() { destroy(); }

  Bucket facts() const {
    Bucket bucket;
    bucket.name = name_;
    bucket.endpoint = server_.endpoint;
    bucket.region = "us-east-1";
    return bucket;
  }

  void put(const std::string& key, const std::string& bytes) {
    EXPECT_EQ(send("PUT", key, bytes).status, 200) << key;
    const std::lock_guard lock(mutex_);
    keys_.insert(key);
  }
  /// When the server says that it was written.
  Time time_of(const std::string& key) {
    const HttpAnswer answer = send("HEAD", key);
    const auto time = parse_http_date(answer.header("last-modified").value_or(""));
    EXPECT_TRUE(time) << key;
    return time.value_or(Time{});
  }
  void remove(const std::string& key) {
    send("DELETE", key);
    const std::lock_guard lock(mutex_);
    keys_.erase(key);
  }
  /// The bucket itself, with all that is in it.
  void destroy() {
    for (const std::string& key : std::set<std::string>(keys_)) remove(key);
    if (!name_.empty()) send("DELETE", "");
    name_.clear();
  }

 private:
  HttpAnswer send(const std::string& method, const std::string& key, std::string bytes = {}) {
    s3::Request request;
    request.method = method;
    request.host = server_.endpoint.substr(server_.endpoint.find("://") + 3);
    request.path = fmt::format("/{}{}{}", name_, key.empty() ? "" : "/", key);
    request.payload_sha256 = s3::sha256(bytes);
    const auto now = std::chrono::floor<Duration>(std::chrono::system_clock::now());
    s3::SignedRequest made = s3::sign(request, server_.credentials, "us-east-1", now);
    // Without one, fauxqs takes no empty object.
    made.headers.emplace_back("content-type", "application/octet-stream");
    const HttpResult answer = client_.fetch({.method = method,
                                             .url = server_.endpoint + made.target,
                                             .headers = std::move(made.headers),
                                             .body = std::move(bytes)});
    if (!answer) ADD_FAILURE() << answer.error().error.text;
    return answer.value_or(HttpAnswer{});
  }

  TestServer server_;
  std::string name_;
  HttpClient client_;
  std::mutex mutex_;
  std::set<std::string> keys_;
};

}  // namespace upkeep
