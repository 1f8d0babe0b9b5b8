// What a store says to a server, and what it makes of answers that only some servers give.
#include "io/s3_store.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <mutex>

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

}  // namespace
}  // namespace upkeep
