// The client against a real server on a real socket.
#include "net/http_client.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <mutex>

#include "net/test_http_server.h"

namespace upkeep {
namespace {

using namespace std::chrono_literals;
using Then = ToldAnswer::Then;

TEST(HttpClient, an_answer_has_its_status_headers_and_body) {
  const TestHttpServer server([](const SeenRequest& request) {
    return answer_of(404, fmt::format("no {}", request.target),
                     "X-One:  a b \r\nx-one: second\r\n");
  });
  HttpClient client;
  const auto answer = client.fetch({.url = server.url("/a/../b//c?d=%2F")});
  ASSERT_TRUE(answer) << answer.error().error.text;
  EXPECT_EQ(answer->status, 404);
  EXPECT_EQ(answer->body, "no /a/../b//c?d=%2F");
  EXPECT_EQ(answer->header("x-one"), "a b");
  EXPECT_EQ(answer->header("x-two"), std::nullopt);
}

TEST(HttpClient, headers_and_bodies_are_sent_as_they_are) {
  SeenRequest seen;
  const TestHttpServer server([&](const SeenRequest& request) {
    seen = request;
    return answer_of(200, "");
  });
  HttpClient client;
  const HttpRequest request{.method = "PUT",
                            .url = server.url("/k"),
                            .headers = {{"x-a", "b"}, {"x-none", ""}},
                            .body = "bytes"};
  ASSERT_TRUE(client.fetch(request));
  EXPECT_EQ(seen.method, "PUT");
  EXPECT_EQ(seen.body, "bytes");
  EXPECT_EQ(seen.header("x-a"), "b");
  EXPECT_EQ(seen.header("expect"), "");
  EXPECT_EQ(seen.header("content-type"), "");
  ASSERT_TRUE(client.fetch({.method = "PUT", .url = server.url("/empty")}));
  EXPECT_EQ(seen.header("content-length"), "0");
  ASSERT_TRUE(client.fetch({.method = "DELETE", .url = server.url("/gone")}));
  EXPECT_EQ(seen.method, "DELETE");
}

TEST(HttpClient, the_answer_to_head_has_no_body_however_long_it_would_be) {
  const TestHttpServer server([](const SeenRequest& request) {
    EXPECT_EQ(request.method, "HEAD");
    return ToldAnswer{"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"};
  });
  HttpClient client;
  for (int i = 0; i < 2; ++i) {
    const auto answer = client.fetch({.method = "HEAD", .url = server.url("/big")});
    ASSERT_TRUE(answer) << answer.error().error.text;
    EXPECT_EQ(answer->header("content-length"), "99999999999");
    EXPECT_EQ(answer->body, "");
  }
  EXPECT_EQ(server.connections(), 1) << "a connection is kept";
}

TEST(HttpClient, redirects_are_answers) {
  const TestHttpServer server(
      [](const SeenRequest&) { return answer_of(301, "", "Location: /elsewhere\r\n"); });
  HttpClient client;
  EXPECT_EQ(client.fetch({.url = server.url("/")})->status, 301);
}

TEST(HttpClient, an_interim_answer_is_not_the_answer) {
  const TestHttpServer server([](const SeenRequest&) {
    return ToldAnswer{
        fmt::format("HTTP/1.1 103 Early\r\nX-Early: 1\r\n\r\n{}", answer_of(200, "late").bytes)};
  });
  HttpClient client;
  const auto answer = client.fetch({.url = server.url("/")});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->header("x-early"), std::nullopt);
}

TEST(HttpClient, an_answer_that_breaks_off_is_a_failure_that_may_pass) {
  const ToldAnswer faults[] = {
      {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfour", Then::close},
      {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfour", Then::reset},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfour\r\n", Then::close},
      {"HTTP/1.1 200 O", Then::close},
      {"", Then::reset},
  };
  for (const ToldAnswer& fault : faults) {
    const TestHttpServer server([&](const SeenRequest&) { return fault; });
    HttpClient client;
    const auto answer = client.fetch({.url = server.url("/k?secret=1")});
    ASSERT_FALSE(answer) << fault.bytes;
    EXPECT_TRUE(answer.error().may_pass);
    EXPECT_TRUE(answer.error().error.text.starts_with(server.url("/k gave no answer: ")))
        << answer.error().error.text;
    EXPECT_EQ(answer.error().error.text.find("secret"), std::string::npos);
  }
}

TEST(HttpClient, what_takes_too_long_or_comes_too_slowly_is_a_failure) {
  const TestHttpServer server([](const SeenRequest&) {
    return ToldAnswer{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfour", Then::hang};
  });
  HttpClient client({.slow = 1s});
  EXPECT_FALSE(client.fetch({.url = server.url("/"), .timeout = 200ms}));
  EXPECT_FALSE(client.fetch({.url = server.url("/"), .timeout = 0ms})) << "slow";
}

TEST(HttpClient, an_answer_that_is_too_large_is_a_failure) {
  const TestHttpServer server([](const SeenRequest& request) {
    return request.target == "/told"
               ? answer_of(200, std::string(1001, 'x'))
               : ToldAnswer{fmt::format("HTTP/1.1 200 OK\r\n\r\n{:x>1001}", ""), Then::close};
  });
  HttpClient client({.body_max = 1000});
  for (const char* target : {"/told", "/untold"}) {
    const auto answer = client.fetch({.url = server.url(target)});
    ASSERT_FALSE(answer);
    EXPECT_NE(answer.error().error.text.find("larger than 1.00 kB"), std::string::npos);
    EXPECT_FALSE(answer.error().may_pass);
  }
}

TEST(HttpClient, a_server_that_is_not_there_and_a_scheme_that_is_none_are_failures) {
  std::string url;
  {
    url = TestHttpServer([](const SeenRequest&) { return answer_of(200, ""); }).url("/");
  }
  HttpClient client;
  const auto away = client.fetch({.url = url});
  ASSERT_FALSE(away);
  EXPECT_TRUE(away.error().may_pass);
  const auto wrong = client.fetch({.url = "file:///etc/hostname"});
  ASSERT_FALSE(wrong);
  EXPECT_FALSE(wrong.error().may_pass);
}

TEST(HttpClient, no_more_requests_than_connections_are_under_way_and_all_are_answered) {
  std::mutex mutex;
  int now = 0, most = 0;
  std::latch third(3);  // reached only when three are under way at once
  const TestHttpServer server([&](const SeenRequest& request) {
    {
      const std::lock_guard lock(mutex);
      most = std::max(most, ++now);
    }
    if (request.target.size() == 2 && request.target < "/3") third.arrive_and_wait();
    const std::lock_guard lock(mutex);
    --now;
    return answer_of(200, request.target);
  });
  HttpClient client({.connections = 3});
  constexpr int count = 50;
  std::latch done(count);
  std::atomic<int> right = 0;
  for (int i = 0; i < count; ++i) {
    const std::string target = fmt::format("/{}", i);
    client.start({.url = server.url(target)}, [&, target](HttpResult answer) {
      right += answer && answer->body == target ? 1 : 0;
      done.count_down();
    });
  }
  done.wait();
  EXPECT_EQ(right, count);
  EXPECT_EQ(most, 3);
  EXPECT_LE(server.connections(), 3);
}

TEST(HttpClient, at_its_end_what_is_under_way_is_answered_by_a_failure) {
  std::latch arrived(1);
  const TestHttpServer server([&](const SeenRequest&) {
    arrived.count_down();
    return ToldAnswer{"", Then::hang};
  });
  int failures = 0;
  {
    HttpClient client({.connections = 1});
    for (int i = 0; i < 3; ++i) {
      client.start({.url = server.url("/")},
                   [&](HttpResult answer) { failures += answer ? 0 : 1; });
    }
    arrived.wait();
  }
  EXPECT_EQ(failures, 3);
}

TEST(HttpDate, the_form_of_rfc_9110_is_read_and_nothing_else) {
  EXPECT_EQ(parse_http_date("Tue, 21 Oct 2025 20:30:15 GMT"), parse_time("2025-10-21T20:30:15Z"));
  EXPECT_EQ(parse_http_date("Thu, 29 Feb 2024 00:00:00 GMT"), parse_time("2024-02-29T00:00:00Z"));
  for (const char* wrong : {"", "Tue, 21 Oct 2025 20:30:15", "Tue, 21 Oct 2025 20:30:15 UTC",
                            "Tue, 21 Okt 2025 20:30:15 GMT", "Tue, 30 Feb 2025 20:30:15 GMT",
                            "Tue, 21 Oct 2025 24:30:15 GMT", "Tue, 21 Oct 2025 2a:30:15 GMT",
                            "Tue, -1 Oct 2025 20:30:15 GMT", "Tuesday, 21-Oct-25 20:30:15 GMT"}) {
    EXPECT_EQ(parse_http_date(wrong), std::nullopt) << wrong;
  }
}

}  // namespace
}  // namespace upkeep
