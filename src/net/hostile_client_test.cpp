// The server against clients that break the rules, dawdle, crowd or do not read.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <future>
#include <string>
#include <vector>

#include "net/http_server.h"
#include "net/test_connection.h"

namespace upkeep {
namespace {

using namespace std::chrono_literals;
using Reply = std::shared_ptr<HttpReply>;

void say_yes(const IncomingRequest&, const Reply& reply) { reply->send({.body = "yes"}); }

std::unique_ptr<HttpServer> serve(HttpListen listen, HttpHandler handler = say_yes) {
  auto server = HttpServer::start({std::move(listen)}, std::move(handler));
  EXPECT_TRUE(server) << server.error().text;
  return std::move(server).value_or(nullptr);
}

/// The answer to these bytes by a fresh connection of `server`.
std::string answer_to(const HttpServer& server, std::string_view bytes) {
  auto client = TestConnection::to_port(server.ports().at(0));
  client.send(bytes);
  return client.read_answer();
}

const std::string good = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

TEST(HostileClient, each_broken_request_gets_the_status_for_it_and_ends_its_connection) {
  const auto server = serve({.header = 2048, .body = 100});
  const std::string host = "Host: localhost\r\n";
  const std::string post = "POST / HTTP/1.1\r\n" + host;
  const std::vector<std::pair<int, std::string>> cases{
      {400, std::string("\x16\x03\x01\x02\x00\x01\x00", 7)},
      {400, "GET\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost localhost\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost : localhost\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\n" + host + host + "\r\n"},
      {400, "GET / FTP/1.1\r\n" + host + "\r\n"},
      {400, "GET /%4 HTTP/1.1\r\n" + host + "\r\n"},
      {400, "GET /%zz HTTP/1.1\r\n" + host + "\r\n"},
      {400, "GET /%00 HTTP/1.1\r\n" + host + "\r\n"},
      {400, "GET /?a=%0a HTTP/1.1\r\n" + host + "\r\n"},
      {400, "GET /%ff HTTP/1.1\r\n" + host + "\r\n"},
      {400, "GET nowhere HTTP/1.1\r\n" + host + "\r\n"},
      {400, "GET /#part HTTP/1.1\r\n" + host + "\r\n"},
      {400, post + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"},
      {400, post + "Content-Length: -1\r\n\r\n"},
      {400, post + "Content-Length: 99999999999999999999\r\n\r\n"},
      {400, post + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {400, post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {400, "POST / HTTP/1.0\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {400, post + "Transfer-Encoding: chunked\r\n\r\n-1\r\n"},
      {400, post + "Transfer-Encoding: chunked\r\n\r\n1x\r\n"},
      {400, post + "Transfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n"},
      {400, post + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n"},
      {400, post + "Transfer-Encoding: chunked\r\n\r\n" + std::string(1100, '1')},
      {413, post + "Content-Length: 101\r\n\r\n"},
      {413,
       post + "Transfer-Encoding: chunked\r\n\r\n64\r\n" + std::string(100, 'x') + "\r\n1\r\n"},
      {413, post + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n"},
      {414, "GET /" + std::string(3000, 'x') + " HTTP/1.1\r\n" + host + "\r\n"},
      {414, "GET /" + std::string(3000, 'x')},
      {417, post + "Expect: miracles\r\nContent-Length: 1\r\n\r\n"},
      {431, "GET / HTTP/1.1\r\n" + host + "Long: " + std::string(3000, 'x') + "\r\n\r\n"},
      {431, "GET / HTTP/1.1\r\n" + host + "Long: " + std::string(3000, 'x')},
      {501, "BREW / HTTP/1.1\r\n" + host + "\r\n"},
      {501, "CONNECT localhost:1 HTTP/1.1\r\n" + host + "\r\n"},
      {501, post + "Transfer-Encoding: gzip, chunked\r\n\r\n"},
      {501, post + "Transfer-Encoding: gzip\r\n\r\n"},
      {505, "GET / HTTP/2.0\r\n" + host + "\r\n"},
  };
  for (const auto& [status, bytes] : cases) {
    auto client = TestConnection::to_port(server->ports().at(0));
    client.send(bytes);
    const std::string answer = client.read_answer();
    EXPECT_EQ(status_of(answer), status) << bytes.substr(0, 200) << "\n→ " << answer;
    EXPECT_TRUE(body_of(answer).starts_with("{\"error\":\"")) << answer;
    EXPECT_NE(answer.find("Connection: close\r\n"), answer.npos);
    EXPECT_EQ(client.read_to_end(), "");
  }
  EXPECT_EQ(status_of(answer_to(*server, "\r\n\r\n" + good)), 200);
  EXPECT_EQ(status_of(answer_to(*server, "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n")), 200);
}

TEST(HostileClient, who_names_another_host_or_comes_from_another_site_is_refused) {
  const auto server = serve({.hosts = {"upkeep.example", "[fd00::1]"}});
  const auto status_with = [&](const std::string& headers, const std::string& target = "/") {
    return status_of(answer_to(*server, "GET " + target + " HTTP/1.1\r\n" + headers + "\r\n"));
  };
  for (const std::string host :
       {"localhost", "LocalHost:8080", "127.0.0.1", "127.0.0.1:1", "[::1]", "[::1]:80",
        "upkeep.example", "UPKEEP.example:443", "[fd00::1]:5"}) {
    EXPECT_EQ(status_with("Host: " + host + "\r\n"), 200) << host;
  }
  for (const std::string host :
       {"evil.example", "localhost.evil.example", "evil.example:80", "localhost:80x", "::1", "[::1",
        "[::1]x", "[localhost]", "user@localhost", "localhost:123456", "", "127.0.0.1.",
        "localhost, evil.example", "0.0.0.0"}) {
    EXPECT_EQ(status_with("Host: " + host + "\r\n"), 403) << host;
  }
  EXPECT_EQ(status_with(""), 403);
  const std::string host = "Host: localhost\r\n";
  EXPECT_EQ(status_with(host + "Origin: http://localhost:3000\r\n"), 200);
  EXPECT_EQ(status_with(host + "Origin: https://upkeep.example\r\n"), 200);
  EXPECT_EQ(status_with(host + "Origin: http://evil.example\r\n"), 403);
  EXPECT_EQ(status_with(host + "Origin: null\r\n"), 403);
  EXPECT_EQ(status_with(host + "Sec-Fetch-Site: same-origin\r\n"), 200);
  EXPECT_EQ(status_with(host + "Sec-Fetch-Site: cross-site\r\n"), 403);
  EXPECT_EQ(status_with(host, "http://evil.example/"), 403);
  EXPECT_EQ(status_with(host, "http://127.0.0.1:80/x"), 200);
}

TEST(HostileClient, a_refusal_names_the_mend) {
  const auto server = serve({});
  const std::string answer =
      answer_to(*server, "GET / HTTP/1.1\r\nHost: evil.\xff\"example\r\n\r\n");
  EXPECT_EQ(status_of(answer), 403);
  EXPECT_EQ(body_of(answer),
            "{\"error\":\"the server does not go by the name `evil.\uFFFD\\\"example`; ask it as "
            "localhost, or add this name to its hosts\"}\n");
}

TEST(HostileClient, a_refused_body_in_flight_does_not_swallow_the_answer) {
  const auto server = serve({.body = 1000});
  auto client = TestConnection::to_port(server->ports().at(0));
  client.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4000000\r\n\r\n" +
              std::string(4'000'000, 'x'));
  EXPECT_EQ(status_of(client.read_answer()), 413);
}

TEST(HostileClient, one_deadline_cuts_off_a_request_that_comes_slowly) {
  const auto server = serve({.deadline = 30ms});
  for (const std::string_view begin :
       {"G", "GET / HTTP/1.1\r\nHost: localhost\r\n",
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc",
        "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"}) {
    EXPECT_EQ(status_of(answer_to(*server, begin)), 408) << begin;
  }
  EXPECT_EQ(answer_to(*server, ""), "");
  auto second = TestConnection::to_port(server->ports().at(0));
  second.send(good + "GET /");
  EXPECT_EQ(status_of(second.read_answer()), 200);
  EXPECT_EQ(status_of(second.read_answer()), 408);
}

TEST(HostileClient, a_client_that_goes_on_sending_gains_no_time) {
  const auto server = serve({.deadline = 100ms, .header = 1 << 30});
  auto client = TestConnection::to_port(server->ports().at(0));
  client.send("GET / HTTP/1.1\r\nHost: localhost\r\n");
  std::atomic<bool> ends = false;
  const auto pour = std::async(std::launch::async, [&] {
    while (!ends) client.send("X: y\r\n");
  });
  EXPECT_EQ(status_of(client.read_answer()), 408);
  ends = true;
}

TEST(HostileClient, a_connection_that_asks_nothing_more_ends) {
  const auto server = serve({.idle = 20ms});
  auto client = TestConnection::to_port(server->ports().at(0));
  client.send(good);
  EXPECT_EQ(status_of(client.read_answer()), 200);
  EXPECT_EQ(client.read_to_end(), "");
}

TEST(HostileClient, two_hundred_slow_clients_leave_room_for_another) {
  const auto server = serve({.deadline = 1h, .connections = 256});
  std::vector<TestConnection> slow;
  for (int i = 0; i < 200; ++i) {
    slow.push_back(TestConnection::to_port(server->ports().at(0)));
    slow.back().send(i % 2 == 0 ? "GET / HT"
                                : "POST / HTTP/1.1\r\nHost: localhost\r\n"
                                  "Content-Length: 9\r\n\r\nabc");
  }
  EXPECT_EQ(status_of(answer_to(*server, good)), 200);
  slow.at(0).send("TP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(status_of(slow.at(0).read_answer()), 200);
}

TEST(HostileClient, of_too_many_connections_the_one_that_waited_longest_gives_way) {
  const auto server = serve({.deadline = 1h, .idle = 1h, .connections = 100});
  std::vector<TestConnection> slow;
  for (int i = 0; i < 200; ++i) {
    slow.push_back(TestConnection::to_port(server->ports().at(0)));
    slow.back().send("GET / HT");
  }
  EXPECT_EQ(status_of(answer_to(*server, good)), 200);
  for (std::size_t i = 0; i < 100; ++i) EXPECT_EQ(slow.at(i).read_to_end(), "");
  slow.back().send("TP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(status_of(slow.back().read_answer()), 200);
}

TEST(HostileClient, nobody_whose_request_is_being_answered_gives_way) {
  std::promise<void> asked;
  std::vector<Reply> held;
  const auto server = serve({.connections = 2}, [&](const IncomingRequest&, const Reply& reply) {
    held.push_back(reply);
    if (held.size() == 2) asked.set_value();
  });
  auto one = TestConnection::to_port(server->ports().at(0));
  auto two = TestConnection::to_port(server->ports().at(0));
  one.send(good);
  two.send(good);
  asked.get_future().get();
  auto three = TestConnection::to_port(server->ports().at(0));
  EXPECT_EQ(status_of(three.read_answer()), 503);
  held.at(0)->send({.body = "1"});
  EXPECT_EQ(status_of(one.read_answer()), 200);
  held.at(1)->send({.body = "2"});
  EXPECT_EQ(status_of(two.read_answer()), 200);
}

TEST(HostileClient, more_clients_than_descriptors_make_the_older_ones_give_way) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the sanitizer opens a pipe to see whether memory can be read, and gets none";
#endif
  const auto server = serve({.deadline = 1h});
  std::vector<TestConnection> clients;
  for (int i = 0; i < 200; ++i) clients.push_back(TestConnection::unconnected());
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit few = before;
  few.rlim_cur = static_cast<rlim_t>(clients.back().number()) + 6;  // five for the server
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
  for (TestConnection& client : clients) client.connect(server->ports().at(0));
  clients.back().send(good);
  EXPECT_EQ(status_of(clients.back().read_answer()), 200);
  EXPECT_EQ(clients.front().read_to_end(), "");
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
}

TEST(HostileClient, who_was_told_goodbye_and_stays_gives_way_too) {
  const auto server = serve({.deadline = 1h, .connections = 1});
  auto one = TestConnection::to_port(server->ports().at(0));
  one.send("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(body_of(one.read_to_end()), "yes");
  EXPECT_EQ(status_of(answer_to(*server, good)), 200);
}

TEST(HostileClient, a_client_that_does_not_read_its_answer_is_cut_off) {
  const std::size_t size = 64 << 20;
  std::atomic<bool> is_first = true;
  const auto server =
      serve({.deadline = 50ms, .connections = 1}, [&](const IncomingRequest&, const Reply& reply) {
        reply->send({.body = std::string(is_first.exchange(false) ? size : 1, 'x')});
      });
  auto client = TestConnection::to_port(server->ports().at(0));
  client.send(good);
  client.read_to("\r\n\r\n");
  int status = 0;
  while (status != 200) status = status_of(answer_to(*server, good));  // 503 while it hangs on
  EXPECT_LT(client.read_to_end().size(), size);
}

TEST(HostileClient, a_client_that_does_not_read_its_events_is_cut_off) {
  std::promise<Reply> asked;
  const auto server =
      serve({.deadline = 1h, .events = 100'000}, [&](const IncomingRequest&, const Reply& reply) {
        reply->begin_events();
        asked.set_value(reply);
      });
  auto client = TestConnection::to_port(server->ports().at(0));
  client.send(good);
  const Reply reply = asked.get_future().get();
  std::atomic<bool> is_gone = false;
  reply->when_gone([&] { is_gone = true; });
  const std::string data(1000, 'x');
  std::size_t told = 0;
  while (!is_gone) reply->event("e", data), ++told;
  EXPECT_GT(told, 100u);
  reply->event("e", data);
  const std::string got = client.read_to_end();
  EXPECT_LT(got.size(), told * data.size());
}

}  // namespace
}  // namespace upkeep
