// Where the server listens: unix sockets, TLS, and what is in the way.
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <future>
#include <thread>

#include "net/http_client.h"
#include "net/http_server.h"
#include "net/socket_client.h"
#include "net/test_connection.h"

namespace upkeep {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using Reply = std::shared_ptr<HttpReply>;

class Listening : public testing::Test {
 protected:
  Listening() {
    std::string form = (fs::temp_directory_path() / "listening-XXXXXX").string();
    folder_ = ::mkdtemp(form.data());
  }
  ~Listening() override { fs::remove_all(folder_); }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string problem(const HttpListen& listen) const {
    const auto server = HttpServer::start({listen}, say_path);
    return server ? "" : server.error().text;
  }
  static void say_path(const IncomingRequest& request, const Reply& reply) {
    reply->send({.body = request.path + (request.is_local ? " local" : " far")});
  }

  fs::path folder_;
};

TEST_F(Listening, a_unix_socket_is_for_its_owner_alone_and_goes_with_the_server) {
  auto server = HttpServer::start({{.socket = path("s")}, {}}, say_path);
  ASSERT_TRUE(server) << server.error().text;
  EXPECT_EQ((*server)->ports().at(0), 0);
  struct stat seen{};
  ASSERT_EQ(::stat(path("s").c_str(), &seen), 0);
  EXPECT_EQ(seen.st_mode & 0777, 0600u);
  auto client = TestConnection::to_socket(path("s"));
  client.send("GET /no-host HTTP/1.1\r\n\r\nGET /far HTTP/1.1\r\nHost: evil.example\r\n\r\n");
  EXPECT_EQ(body_of(client.read_answer()), "/no-host local");
  EXPECT_EQ(body_of(client.read_answer()), "/far local");
  const auto answer = ask_over_socket({.socket = path("s"), .target = "/x%20y?z"});
  ASSERT_TRUE(answer) << answer.error().error.text;
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "/x y local");
  server->reset();
  EXPECT_FALSE(fs::exists(path("s")));
}

TEST_F(Listening, a_socket_that_nobody_listens_on_is_made_anew_and_a_living_one_stays) {
  const auto first = HttpServer::start({{.socket = path("s")}}, say_path);
  ASSERT_TRUE(first);
  EXPECT_EQ(problem({.socket = path("s")}),
            fmt::format("another program listens on {}; end it first", path("s")));
  EXPECT_TRUE(ask_over_socket({.socket = path("s")}));
  fs::rename(path("s"), path("stale"));  // its server will not find it, as if it had died
  auto second = HttpServer::start({{.socket = path("s")}}, say_path);
  ASSERT_TRUE(second);
  fs::rename(path("s"), path("other"));
  const auto third = HttpServer::start({{.socket = path("s")}}, say_path);
  second->reset();  // what stands there now is not its own
  EXPECT_TRUE(ask_over_socket({.socket = path("s")}));
  EXPECT_TRUE(fs::exists(path("other")));
  const auto fourth = HttpServer::start({{.socket = path("other")}}, say_path);
  EXPECT_TRUE(fourth) << fourth.error().text;
  EXPECT_TRUE(ask_over_socket({.socket = path("other")}));
}

TEST_F(Listening, what_is_no_socket_is_never_removed) {
  std::ofstream(path("file")) << "precious";
  EXPECT_EQ(problem({.socket = path("file")}),
            path("file") + " is in the way of the control socket and is none; move it away");
  EXPECT_EQ(fs::file_size(path("file")), 8u);
}

TEST_F(Listening, what_cannot_be_listened_on_is_named_with_its_mend) {
  const auto server = HttpServer::start({{}}, say_path);
  ASSERT_TRUE(server);
  const std::uint16_t port = (*server)->ports().at(0);
  EXPECT_EQ(problem({.port = port}),
            fmt::format("127.0.0.1:{} cannot be listened on: another program listens there; end "
                        "it, or choose another port (0 takes a free one)",
                        port));
  EXPECT_EQ(problem({.address = "localhost"}),
            "`localhost` is no IP address to listen on; write one such as 127.0.0.1, ::1 or "
            "0.0.0.0");
  EXPECT_EQ(problem({.address = "192.0.2.1", .port = 9}),
            "192.0.2.1:9 cannot be listened on: the machine has no such address; 127.0.0.1 and "
            "::1 are its own, 0.0.0.0 and :: are all of them");
  const std::string long_path = path(std::string(100, 'x'));
  EXPECT_EQ(problem({.socket = long_path}),
            fmt::format("the path of the control socket is {} bytes long, at most 107 fit: {}; "
                        "choose a shorter folder",
                        long_path.size(), long_path));
  EXPECT_EQ(problem({.socket = path("no/s")}),
            fmt::format("the control socket {} cannot be made: No such file or directory; make "
                        "its folder first",
                        path("no/s")));
}

TEST_F(Listening, the_client_tells_an_absent_server_from_a_slow_one) {
  const auto absent = ask_over_socket({.socket = path("s")});
  ASSERT_FALSE(absent);
  EXPECT_TRUE(absent.error().is_absent);
  EXPECT_NE(absent.error().error.text.find(path("s")), std::string::npos);
  std::promise<Reply> asked;
  const auto server = HttpServer::start(
      {{.socket = path("s")}},
      [&](const IncomingRequest&, const Reply& reply) { asked.set_value(reply); });
  const auto slow = ask_over_socket({.socket = path("s"), .timeout = 20ms});
  ASSERT_FALSE(slow);
  EXPECT_FALSE(slow.error().is_absent);
  EXPECT_EQ(slow.error().error.text,
            fmt::format("{} gave no whole answer to GET / within 20ms", path("s")));
  asked.get_future().get()->send({});
}

TEST_F(Listening, bodies_and_refusals_pass_over_the_socket) {
  const auto server = HttpServer::start(
      {{.socket = path("s")}}, [](const IncomingRequest& request, const Reply& reply) {
        EXPECT_EQ(request.headers.at("content-type"), "application/json");
        reply->send({.status = 409, .body = request.method + request.body});
      });
  const auto answer =
      ask_over_socket({.socket = path("s"), .method = "POST", .body = "{\"a\": 1}"});
  ASSERT_TRUE(answer) << answer.error().error.text;
  EXPECT_EQ(answer->status, 409);
  EXPECT_EQ(answer->body, "POST{\"a\": 1}");
  EXPECT_EQ(answer->header("content-type"), "application/json");
}

TEST_F(Listening, events_are_followed_until_one_side_has_enough) {
  const auto server = HttpServer::start({{.socket = path("s")}},
                                        [](const IncomingRequest& request, const Reply& reply) {
                                          if (request.path == "/none")
                                            return reply->send({.status = 404, .body = "none"});
                                          reply->begin_events();
                                          for (int i = 0; i < 5; ++i)
                                            reply->event("tick", fmt::format("{}\nx", i));
                                        });
  std::string seen;
  const auto take = [&](const ServerEvent& event) {
    seen += event.name + "=" + event.data + ";";
    return event.data != "2\nx";
  };
  const auto followed = follow_over_socket({.socket = path("s"), .target = "/two"}, take);
  ASSERT_TRUE(followed) << followed.error().error.text;
  EXPECT_EQ(seen, "tick=0\nx;tick=1\nx;tick=2\nx;");
  int count = 0;
  ASSERT_TRUE(
      follow_over_socket({.socket = path("s")}, [&](const ServerEvent&) { return ++count > 0; }));
  EXPECT_EQ(count, 5);
  const auto none = follow_over_socket({.socket = path("s"), .target = "/none"}, take);
  ASSERT_TRUE(none);
  EXPECT_EQ(none->status, 404);
  EXPECT_EQ(none->body, "none");
}

/// A key and a certificate for localhost that is its own authority.
HttpTls make_certificate(const std::string& folder) {
  const HttpTls files{folder + "/certificate.pem", folder + "/key.pem"};
  EVP_PKEY* const key = EVP_EC_gen("P-256");
  X509* const certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME* const name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  X509_EXTENSION* const names =
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1");
  X509_add_ext(certificate, names, -1);
  X509_sign(certificate, key, EVP_sha256());
  std::FILE* file = std::fopen(files.certificate.c_str(), "w");
  PEM_write_X509(file, certificate);
  std::fclose(file);
  file = std::fopen(files.key.c_str(), "w");
  PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
  std::fclose(file);
  X509_EXTENSION_free(names);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return files;
}

TEST_F(Listening, tls_carries_bodies_of_any_size_and_connections_that_stay) {
  const HttpTls tls = make_certificate(folder_.string());
  const auto server =
      HttpServer::start({{.tls = tls}}, [](const IncomingRequest& request, const Reply& reply) {
        reply->send({.body = request.body + request.body});
      });
  ASSERT_TRUE(server) << server.error().text;
  HttpClient client;
  for (const std::size_t size : {0, 1, 20'000, 1'000'000}) {
    const auto answer =
        client.fetch({.method = "POST",
                      .url = fmt::format("https://localhost:{}/", (*server)->ports().at(0)),
                      .body = std::string(size, 'x'),
                      .ca_file = tls.certificate,
                      .direct = true});
    ASSERT_TRUE(answer) << answer.error().error.text;
    EXPECT_EQ(answer->body.size(), 2 * size);
  }
  const auto refused =
      client.fetch({.method = "POST",
                    .url = fmt::format("https://localhost:{}/", (*server)->ports().at(0)),
                    .headers = {{"host", "evil.example"}},
                    .body = "x",
                    .ca_file = tls.certificate,
                    .direct = true});
  ASSERT_TRUE(refused) << refused.error().error.text;
  EXPECT_EQ(refused->status, 403);
}

TEST_F(Listening, who_speaks_no_tls_to_a_port_with_it_is_cut_off) {
  const auto server =
      HttpServer::start({{.tls = make_certificate(folder_.string()), .deadline = 50ms}}, say_path);
  ASSERT_TRUE(server) << server.error().text;
  auto plain = TestConnection::to_port((*server)->ports().at(0));
  plain.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(status_of(plain.read_to_end()), 0);
  auto silent = TestConnection::to_port((*server)->ports().at(0));
  EXPECT_EQ(silent.read_to_end(), "");
}

TEST_F(Listening, certificates_and_keys_that_cannot_be_used_are_named) {
  const HttpTls good = make_certificate(folder_.string());
  EXPECT_TRUE(problem({.tls = HttpTls{path("none"), good.key}})
                  .starts_with(path("none") + " is no certificate that can be used"));
  EXPECT_TRUE(problem({.tls = HttpTls{good.certificate, path("none")}})
                  .starts_with(path("none") + " is no key that can be used"));
  fs::create_directory(path("other"));
  const HttpTls other = make_certificate(path("other"));
  EXPECT_TRUE(problem({.tls = HttpTls{good.certificate, other.key}})
                  .starts_with(other.key + " is no key that can be used"));
}

}  // namespace
}  // namespace upkeep
