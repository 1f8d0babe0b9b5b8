// The server against real sockets: what clients get that keep the rules, and in which order.
#include "net/http_server.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

#include "net/http_client.h"
#include "net/test_connection.h"

namespace upkeep {
namespace {

using namespace std::chrono_literals;
using Reply = std::shared_ptr<HttpReply>;

/// Answers "METHOD PATH BODY", with the query's `a` behind it.
void say_back(const IncomingRequest& request, const Reply& reply) {
  const auto a = request.query.find("a");
  reply->send({.type = "text/plain",
               .body = request.method + " " + request.path + " " + request.body +
                       (a == request.query.end() ? "" : "?" + a->second)});
}

std::unique_ptr<HttpServer> serve(HttpHandler handler, HttpListen listen = {}) {
  auto server = HttpServer::start({std::move(listen)}, std::move(handler));
  EXPECT_TRUE(server) << server.error().text;
  return std::move(server).value_or(nullptr);
}

TEST(HttpServer, an_answer_says_its_length_and_that_nobody_may_keep_it) {
  const auto server = serve(say_back);
  auto client = TestConnection::to_port(server->ports().at(0));
  client.send("GET /a%20b/%C3%A9?x=1&a=c+d%26&x=2 HTTP/1.1\r\nHost: localhost:1\r\n\r\n");
  const std::string answer = client.read_answer();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\nDate: "));
  for (const std::string_view header :
       {"Content-Type: text/plain\r\n", "Cache-Control: no-store\r\n", "Content-Length: 17\r\n",
        "X-Content-Type-Options: nosniff\r\n", "Connection: keep-alive\r\n",
        "Content-Security-Policy: default-src 'self'; frame-ancestors 'none'\r\n"}) {
    EXPECT_NE(answer.find(header), answer.npos) << header << answer;
  }
  EXPECT_EQ(body_of(answer), "GET /a b/\u00e9 ?c d&");
}

TEST(HttpServer, a_handler_chooses_status_and_headers_but_adds_no_lines) {
  const auto server = serve([](const IncomingRequest&, const Reply& reply) {
    reply->send({.status = 302,
                 .headers = {{"Location", "/b\r\nEvil: 1"}, {"cache-control", "max-age=60"}}});
  });
  auto client = TestConnection::to_port(server->ports().at(0));
  client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const std::string answer = client.read_answer();
  EXPECT_EQ(status_of(answer), 302);
  EXPECT_NE(answer.find("Location: /b  Evil: 1\r\n"), answer.npos);
  EXPECT_NE(answer.find("cache-control: max-age=60\r\n"), answer.npos);
  EXPECT_EQ(answer.find("no-store"), answer.npos);
}

TEST(HttpServer, pipelined_requests_are_answered_in_order_whoever_is_done_first) {
  std::vector<std::jthread> threads;
  const auto server = serve([&](const IncomingRequest& request, const Reply& reply) {
    if (request.path.ends_with("2")) return say_back(request, reply);
    threads.emplace_back([request, reply] { say_back(request, reply); });
  });
  auto client = TestConnection::to_port(server->ports().at(0));
  client.send(
      "GET /1 HTTP/1.1\r\nHost: localhost\r\n\r\n"
      "POST /2 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nbody"
      "GET /3 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(body_of(client.read_answer()), "GET /1 ");
  EXPECT_EQ(body_of(client.read_answer()), "POST /2 body");
  EXPECT_EQ(body_of(client.read_answer()), "GET /3 ");
  EXPECT_EQ(client.read_to_end(), "");
}

TEST(HttpServer, head_is_answered_like_get_without_the_body) {
  const auto server = serve(say_back);
  auto client = TestConnection::to_port(server->ports().at(0));
  client.send(
      "HEAD /x HTTP/1.1\r\nHost: localhost\r\n\r\n"
      "GET /y HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_NE(client.read_to("\r\n\r\n").find("Content-Length: 7\r\n"), std::string::npos);
  EXPECT_EQ(body_of(client.read_answer()), "GET /y ");
}

TEST(HttpServer, bodies_come_in_chunks_and_after_leave_was_given) {
  const auto server = serve(say_back);
  auto client = TestConnection::to_port(server->ports().at(0));
  client.send(
      "POST /c HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
      "Expect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read_to("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send(
      "3;name=\"value\"\r\nabc\r\n0A\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n"
      "GET /next HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(body_of(client.read_answer()), "POST /c abc0123456789");
  EXPECT_EQ(body_of(client.read_answer()), "GET /next ");
}

TEST(HttpServer, an_old_client_is_answered_once_unless_it_asks_to_stay) {
  const auto server = serve(say_back);
  auto client = TestConnection::to_port(server->ports().at(0));
  client.send("GET /1 HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(body_of(client.read_answer()), "GET /1 ");
  client.send("GET /2 HTTP/1.0\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(body_of(client.read_to_end()), "GET /2 ");
}

TEST(HttpServer, a_client_that_sends_no_more_still_gets_its_answers) {
  std::promise<Reply> asked;
  const auto server = serve([&](const IncomingRequest& request, const Reply& reply) {
    if (request.path == "/1") return say_back(request, reply);
    asked.set_value(reply);
  });
  auto client = TestConnection::to_port(server->ports().at(0));
  client.send(
      "GET /1 HTTP/1.1\r\nHost: localhost\r\n\r\nGET /2 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  client.send_no_more();
  EXPECT_EQ(body_of(client.read_answer()), "GET /1 ");
  std::promise<void> gone;
  const Reply reply = asked.get_future().get();
  reply->when_gone([&] { gone.set_value(); });
  gone.get_future().get();  // it may have left, for all one knows
  reply->send({.body = "late"});
  EXPECT_EQ(body_of(client.read_to_end()), "late");
}

TEST(HttpServer, what_a_handler_throws_or_forgets_is_answered_500) {
  const auto server = serve([](const IncomingRequest& request, const Reply&) {
    if (request.path == "/throws") throw std::runtime_error("no \"disk\"");
  });
  auto client = TestConnection::to_port(server->ports().at(0));
  client.send("GET /throws HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const std::string answer = client.read_answer();
  EXPECT_EQ(status_of(answer), 500);
  EXPECT_EQ(body_of(answer), "{\"error\":\"the request failed: no \\\"disk\\\"\"}\n");
  client.send("GET /forgets HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(status_of(client.read_answer()), 500);
}

TEST(HttpServer, who_leaves_before_the_answer_is_noticed) {
  std::promise<Reply> asked;
  std::promise<std::thread::id> left;
  std::atomic<std::thread::id> server_thread;
  const auto server = serve([&](const IncomingRequest&, const Reply& reply) {
    server_thread = std::this_thread::get_id();
    reply->when_gone([&] { left.set_value(std::this_thread::get_id()); });
    asked.set_value(reply);
  });
  auto client = TestConnection::to_port(server->ports().at(0));
  client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const Reply reply = asked.get_future().get();
  client.reset();
  EXPECT_EQ(left.get_future().get(), server_thread.load());
  reply->send({});  // to nobody
  std::promise<void> again;
  reply->when_gone([&] { again.set_value(); });  // answered: never called
  EXPECT_EQ(again.get_future().wait_for(0s), std::future_status::timeout);
}

TEST(HttpServer, events_go_out_as_they_are_told) {
  std::promise<Reply> asked;
  std::promise<void> left;
  const auto server = serve([&](const IncomingRequest&, const Reply& reply) {
    reply->when_gone([&] { left.set_value(); });
    reply->begin_events();
    reply->event("first", "1");
    asked.set_value(reply);
  });
  auto client = TestConnection::to_port(server->ports().at(0));
  client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const std::string head = client.read_to("\r\n\r\n");
  EXPECT_NE(head.find("Content-Type: text/event-stream\r\n"), head.npos);
  EXPECT_NE(head.find("Connection: close\r\n"), head.npos);
  EXPECT_EQ(client.read_to("\n\n"), "event: first\ndata: 1\n\n");
  const Reply reply = asked.get_future().get();
  reply->event("two\nlines", "a\nb\r\nc\rd");
  EXPECT_EQ(client.read_to("\n\n"), "event: two lines\ndata: a\ndata: b\ndata: c\ndata: d\n\n");
  client.reset();
  left.get_future().get();
  reply->event("late", "x");
}

TEST(HttpServer, a_stream_ends_with_its_last_event_when_the_reply_is_let_go) {
  const auto server = serve([](const IncomingRequest&, const Reply& reply) {
    reply->begin_events();
    reply->event("last", "words");
  });
  auto client = TestConnection::to_port(server->ports().at(0));
  client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  client.read_to("\r\n\r\n");
  EXPECT_EQ(client.read_to_end(), "event: last\ndata: words\n\n");
  auto other = TestConnection::to_port(server->ports().at(0));
  other.send("HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  other.read_to("\r\n\r\n");
  EXPECT_EQ(other.read_to_end(), "");
}

TEST(HttpServer, a_quiet_stream_carries_comments_so_that_a_dead_client_is_noticed) {
  std::promise<Reply> asked;
  const auto server = serve(
      [&](const IncomingRequest&, const Reply& reply) {
        reply->begin_events();
        asked.set_value(reply);
      },
      {.heartbeat = 5ms});
  auto client = TestConnection::to_port(server->ports().at(0));
  client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  client.read_to("\r\n\r\n");
  EXPECT_EQ(client.read_to(":\n\n:\n\n"), ":\n\n:\n\n");
  EXPECT_TRUE(asked.get_future().get());
}

TEST(HttpServer, it_ends_at_once_and_replies_may_outlive_it) {
  std::vector<Reply> held;
  std::promise<void> all;
  auto server = serve([&](const IncomingRequest& request, const Reply& reply) {
    held.push_back(reply);
    reply->when_gone([reply] { ADD_FAILURE() << "nobody left"; });  // holds itself
    if (request.path == "/events") reply->begin_events();
    if (held.size() == 2) all.set_value();
  });
  auto waiting = TestConnection::to_port(server->ports().at(0));
  auto streaming = TestConnection::to_port(server->ports().at(0));
  auto reading = TestConnection::to_port(server->ports().at(0));
  waiting.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  streaming.send("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
  reading.send("GET / HT");
  all.get_future().get();
  std::jthread talks([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) held.back()->event("e", "data");
  });
  server.reset();
  EXPECT_EQ(waiting.read_to_end(), "");
  streaming.read_to_end();
  EXPECT_EQ(reading.read_to_end(), "");
  held.front()->send({});
  held.front()->begin_events();
}

TEST(HttpServer, it_listens_on_ipv6_and_several_addresses) {
  auto server = HttpServer::start({{.address = "::1"}, {.address = "[::1]"}, {}}, say_back);
  if (!server && server.error().text.find("IPv6") != std::string::npos) GTEST_SKIP();
  ASSERT_TRUE(server) << server.error().text;
  ASSERT_EQ((*server)->ports().size(), 3u);
  for (const std::size_t i : {0, 1}) {
    auto client = TestConnection::to_port((*server)->ports().at(i), true);
    client.send("GET /6 HTTP/1.1\r\nHost: [::1]:99\r\n\r\n");
    EXPECT_EQ(body_of(client.read_answer()), "GET /6 ");
  }
}

TEST(HttpServer, our_own_client_understands_it) {
  const auto server = serve(say_back);
  HttpClient client;
  const auto answer =
      client.fetch({.method = "PUT",
                    .url = "http://127.0.0.1:" + std::to_string(server->ports().at(0)) + "/k",
                    .body = std::string(1 << 20, 'x'),
                    .direct = true});
  ASSERT_TRUE(answer) << answer.error().error.text;
  EXPECT_EQ(answer->body.size(), 7u + (1 << 20));
}

}  // namespace
}  // namespace upkeep
