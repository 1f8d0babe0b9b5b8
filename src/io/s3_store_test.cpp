// What a store says to a server, and what it makes of answers that only some servers give.
#include "io/s3_store.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <future>
#include <mutex>
#include <stop_token>
#include <thread>

#include "net/test_http_server.h"

namespace upkeep {
namespace {

using namespace std::chrono_literals;
using Handle = TestHttpServer::Handle;

constexpr const char* page = R"(<?xml version="1.0"?><ListBucketResult>
<IsTruncated>false</IsTruncated><Contents><Key>raw/a</Key><Size>3</Size>
<LastModified>2025-10-21T20:30:15.678Z</LastModified></Contents>
<Contents><Key>raw/b/c</Key><Size>0</Size><LastModified>2025-10-21T20:30:16.000Z</LastModified>
</Contents></ListBucketResult>)";
constexpr const char* facts =
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nLast-Modified: Tue, 21 Oct 2025 20:30:15 GMT\r\n"
    "ETag: \"one\"\r\n\r\n";

std::string refusal(const char* code, const char* more = "") {
  return fmt::format("<Error><Code>{}</Code><Message>m</Message>{}</Error>", code, more);
}

/// A store on a server of the test's own, which notes what it was asked.
class S3StoreTest : public testing::Test {
 protected:
  S3StoreTest() {
    ::setenv("AWS_ACCESS_KEY_ID", "ID", 1);
    ::setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
    ::unsetenv("AWS_SESSION_TOKEN");
    ::unsetenv("AWS_REGION");
    ::unsetenv("AWS_DEFAULT_REGION");
    ::setenv("AWS_CONFIG_FILE", "/nowhere/config", 1);
    ::setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere/credentials", 1);
  }

  void serve(Handle handle) {
    server_ = std::make_unique<TestHttpServer>([this, handle](const SeenRequest& request) {
      const std::lock_guard lock(mutex_);
      seen.push_back(request);
      return handle(request);
    });
    bucket.name = "lake";
    bucket.prefix = "raw/";
    bucket.endpoint = server_->url();
    store = std::make_unique<S3Store>(bucket, s3::Retries{3, 1ms, 2ms});
  }
  Result<std::vector<std::string>> keys() {
    std::vector<std::string> found;
    const auto listed =
        store->list("", [&](const Object& object) { found.emplace_back(object.key); });
    if (!listed) return std::unexpected(listed.error());
    return found;
  }

  Bucket bucket;
  std::vector<SeenRequest> seen;
  std::unique_ptr<S3Store> store;

 private:
  std::mutex mutex_;
  std::unique_ptr<TestHttpServer> server_;
};

using Keys = std::vector<std::string>;

TEST_F(S3StoreTest, keys_are_relative_to_the_prefix_and_times_are_whole_seconds) {
  serve([](const SeenRequest&) { return answer_of(200, page); });
  std::vector<std::pair<std::string, Time>> found;
  ASSERT_TRUE(store->list(
      "", [&](const Object& object) { found.emplace_back(object.key, object.modified); }));
  EXPECT_EQ(found, (std::vector<std::pair<std::string, Time>>{
                       {"a", *parse_time("2025-10-21T20:30:15Z")},
                       {"b/c", *parse_time("2025-10-21T20:30:16Z")}}));
  EXPECT_EQ(seen.at(0).target, "/lake?encoding-type=url&list-type=2&prefix=raw%2F");
  EXPECT_EQ(store->requests().lists, 1u);
}

TEST_F(S3StoreTest, the_bucket_stands_where_the_endpoint_says) {
  const auto serve_page = [](const SeenRequest&) { return answer_of(200, page); };
  serve(serve_page);
  const std::string port = bucket.endpoint.substr(bucket.endpoint.rfind(':'));
  bucket.endpoint = "http://{bucket}.s3.localhost" + port;
  store = std::make_unique<S3Store>(bucket, s3::Retries{1, 1ms, 2ms});
  EXPECT_EQ(keys(), (Keys{"a", "b/c"}));
  EXPECT_EQ(seen.at(0).target, "/?encoding-type=url&list-type=2&prefix=raw%2F");
  EXPECT_EQ(seen.at(0).header("host"), "lake.s3.localhost" + port);
  (void)store->look("a b");
  EXPECT_EQ(seen.at(1).target, "/raw/a%20b");
}

TEST_F(S3StoreTest, a_bucket_that_is_elsewhere_says_where_and_that_is_kept) {
  serve([](const SeenRequest& request) {
    if (request.header("authorization").find("/eu-west-1/s3/") != std::string::npos) {
      return answer_of(200, page);
    }
    return request.method == "HEAD" ? answer_of(400, "", "x-amz-bucket-region: eu-west-1\r\n")
                                    : answer_of(400, refusal("AuthorizationHeaderMalformed",
                                                             "<Region>eu-west-1</Region>"));
  });
  EXPECT_EQ(keys(), (Keys{"a", "b/c"}));
  EXPECT_EQ(seen.size(), 2u);
  EXPECT_TRUE(keys());
  EXPECT_EQ(seen.size(), 3u);
}

TEST_F(S3StoreTest, a_redirect_to_nowhere_is_an_error_with_the_mend) {
  serve([](const SeenRequest&) { return answer_of(301, refusal("PermanentRedirect")); });
  const auto found = keys();
  ASSERT_FALSE(found);
  EXPECT_NE(found.error().text.find("say in which region the bucket is with `region`"),
            std::string::npos)
      << found.error().text;
  EXPECT_EQ(seen.size(), 1u);
}

TEST_F(S3StoreTest, a_clock_that_is_wrong_is_put_right_by_the_server) {
  serve([](const SeenRequest& request) {
    if (request.header("x-amz-date").starts_with("20300101T")) return answer_of(200, page);
    return answer_of(403, refusal("RequestTimeTooSkewed"),
                     "Date: Tue, 01 Jan 2030 10:00:00 GMT\r\n");
  });
  EXPECT_EQ(keys(), (Keys{"a", "b/c"}));
  EXPECT_EQ(seen.size(), 2u);
}

TEST_F(S3StoreTest, what_is_said_of_the_bucket_reaches_the_server) {
  bucket.requester_pays = true;
  serve([](const SeenRequest&) { return answer_of(200, page); });
  ASSERT_TRUE(keys());
  EXPECT_EQ(seen.back().header("x-amz-request-payer"), "requester");
  EXPECT_TRUE(seen.back().header("authorization").starts_with("AWS4-HMAC-SHA256 Credential=ID/"));
  bucket.anonymous = true;
  serve([](const SeenRequest&) { return answer_of(200, page); });
  ASSERT_TRUE(keys());
  EXPECT_EQ(seen.back().header("authorization"), "");
}

TEST_F(S3StoreTest, a_failure_that_stays_is_tried_as_often_as_allowed_and_no_more) {
  serve([](const SeenRequest&) { return answer_of(503, refusal("SlowDown")); });
  const auto found = keys();
  ASSERT_FALSE(found);
  EXPECT_NE(found.error().text.find("s3://lake: SlowDown (503): m; tried 3 times"),
            std::string::npos)
      << found.error().text;
  EXPECT_EQ(seen.size(), 3u);
  EXPECT_FALSE(store->look("a"));
}

TEST_F(S3StoreTest, only_the_answer_no_such_key_means_that_an_object_is_missing) {
  const char* code = "NoSuchKey";
  serve([&](const SeenRequest& request) {
    return request.method == "HEAD" ? ToldAnswer{"HTTP/1.1 404 No\r\nContent-Length: 9\r\n\r\n"}
                                    : answer_of(404, *code != 0 ? refusal(code) : "not found");
  });
  const auto none = store->look("a b");
  ASSERT_TRUE(none) << none.error().text;
  EXPECT_FALSE(*none);
  EXPECT_EQ(seen.at(0).target, "/lake/raw/a%20b");
  EXPECT_EQ(seen.at(1).header("range"), "bytes=0-0");
  for (const char* other : {"NoSuchBucket", ""}) {
    code = other;
    EXPECT_FALSE(store->look("a b")) << other;
  }
}

TEST_F(S3StoreTest, an_object_that_changes_while_it_is_read_is_an_error) {
  bool is_changed = false;
  serve([&](const SeenRequest& request) {
    if (request.method == "HEAD") return ToldAnswer{facts};
    if (is_changed) return answer_of(412, refusal("PreconditionFailed"));
    return answer_of(206, request.header("range") == "bytes=1-2" ? "bc" : "wrong");
  });
  const auto reader = store->open("a");
  ASSERT_TRUE(reader) << reader.error().text;
  EXPECT_EQ((*reader)->size(), 5u);
  std::string two(2, '?'), three(3, '?');
  ASSERT_TRUE((*reader)->read(1, two));
  EXPECT_EQ(two, "bc");
  EXPECT_EQ(seen.back().header("if-match"), "\"one\"");
  EXPECT_FALSE((*reader)->read(0, three)) << "five bytes came instead of three";
  is_changed = true;
  const auto changed = (*reader)->read(1, two);
  ASSERT_FALSE(changed);
  EXPECT_NE(changed.error().text.find("was changed while it was read"), std::string::npos);
}

/// It ended with an error because it was to stop, long before anything else could have ended it.
template <class Value>
void expect_stopped(const Result<Value>& done, std::chrono::steady_clock::time_point begun) {
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().text.find("was stopped"), std::string::npos) << done.error().text;
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 10s);
}

TEST_F(S3StoreTest, a_look_and_a_download_that_get_no_answer_end_when_they_are_to_stop) {
  std::stop_source looking, reading;
  serve([&](const SeenRequest& request) {
    if (request.method == "HEAD" && request.target.ends_with("/there")) return ToldAnswer{facts};
    (request.method == "HEAD" ? looking : reading).request_stop();
    return ToldAnswer{"", ToldAnswer::Then::hang};
  });
  const auto begun = std::chrono::steady_clock::now();
  expect_stopped(store->look("a", looking.get_token()), begun);
  const auto reader = store->open("there", reading.get_token());
  ASSERT_TRUE(reader) << reader.error().text;
  std::string bytes(5, '?');
  expect_stopped((*reader)->read(0, bytes), begun);
  const std::size_t asked = seen.size();
  EXPECT_FALSE(store->open("there", reading.get_token()));
  EXPECT_EQ(seen.size(), asked) << "nothing more is asked for";
}

TEST_F(S3StoreTest, the_pause_before_another_try_ends_when_it_is_to_stop) {
  std::stop_source stop;
  std::promise<void> refused;
  serve([&](const SeenRequest& request) {
    if (request.method == "HEAD") refused.set_value();
    return answer_of(503, refusal("SlowDown"));
  });
  S3Store patient(bucket, s3::Retries{10, 1h, 2h});
  const std::jthread stopper([&] {
    refused.get_future().wait();
    HttpClient().fetch({.url = bucket.endpoint});  // so the answer to the look is there by now
    stop.request_stop();
  });
  const auto begun = std::chrono::steady_clock::now();
  expect_stopped(patient.look("a", stop.get_token()), begun);
}

TEST_F(S3StoreTest, requests_and_keys_are_counted_by_kind) {
  serve([](const SeenRequest& request) {
    return request.method == "HEAD" ? ToldAnswer{facts} : answer_of(200, page);
  });
  ASSERT_TRUE(keys());
  ASSERT_TRUE(store->look("a"));
  const ObjectStore::Requests asked = store->requests();
  EXPECT_EQ(asked.lists, 1u);
  EXPECT_EQ(asked.keys, 2u);
  EXPECT_EQ(asked.others, 1u);
  EXPECT_GE(asked.at_once, 1u);
}

}  // namespace
}  // namespace upkeep
