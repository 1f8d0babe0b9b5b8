#include "net/request_parser.h"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

#include "base/random.h"
#include "net/event_reader.h"
#include "net/request_target.h"
#include "net/response_text.h"

namespace upkeep {
namespace {

/// All requests of `bytes`, which come in pieces as `next_size` says, and how it ends.
template <class NextSize>
std::string story_of(std::string_view bytes, NextSize next_size) {
  std::string story, input;
  auto parser = std::make_unique<RequestParser>(RequestParser::Limits{.header = 512, .body = 64});
  while (true) {
    const auto before = parser->stage();
    const auto stage = parser->take(input);
    if (stage == RequestParser::Stage::refused) {
      return story + "refused " + std::to_string(parser->refusal().status);
    }
    if (stage == RequestParser::Stage::whole) {
      const IncomingRequest request = parser->release();
      story += request.method + " " + request.path + " [" + request.body + "]";
      for (const auto& [name, value] : request.headers) story += " " + name + "=" + value;
      story += parser->keeps_alive() ? " stays\n" : " leaves\n";
      parser = std::make_unique<RequestParser>(RequestParser::Limits{.header = 512, .body = 64});
      continue;
    }
    if (stage != before) continue;
    if (bytes.empty()) return story + "waits";
    const std::size_t size = std::min<std::size_t>(next_size(), bytes.size());
    input += bytes.substr(0, size);
    bytes.remove_prefix(size);
  }
}

TEST(RequestParser, it_matters_not_how_the_bytes_are_cut) {
  const std::vector<std::string> texts{
      "GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\nX: 2\r\n\r\n",
      "\r\nPOST /b HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello",
      "PUT /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n00;x=y\r\nT: 1\r\n\r\n",
      "HEAD /d HTTP/1.0\r\nFolded: a\r\n b\r\n\r\n",
      "DELETE /e HTTP/1.1\r\nConnection: close\r\n\r\n",
      "GET /f HTTP/1.1\r\nbroken\r\n\r\n",
      "GET / HTTP/3.1\r\n\r\n",
      "POST /g HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n41\r\n",
      "GET /" + std::string(600, 'h') + " HTTP/1.1\r\n\r\n"};
  Random random(7);
  for (int round = 0; round < 300; ++round) {
    std::string bytes;
    for (int i = 0; i < 4; ++i) bytes += texts.at(random.below(texts.size()));
    const std::string at_once = story_of(bytes, [] { return 10'000; });
    EXPECT_EQ(story_of(bytes, [] { return 1; }), at_once) << bytes;
    EXPECT_EQ(story_of(bytes, [&] { return 1 + random.below(9); }), at_once) << bytes;
  }
}

TEST(RequestParser, a_request_says_what_was_asked) {
  EXPECT_EQ(story_of("POST /b HTTP/1.1\r\nHost: H\r\nX: 1\r\nx: 2\r\nContent-Length: 2\r\n\r\nhiG",
                     [] { return 100; }),
            "POST /b [hi] content-length=2 host=H x=1, 2 stays\nwaits");
  EXPECT_EQ(story_of("HEAD / HTTP/1.0\r\n\r\n", [] { return 100; }), "GET / [] leaves\nwaits");
}

TEST(RequestTarget, paths_and_queries_are_decoded_once) {
  const auto taken = [](std::string_view target) {
    IncomingRequest request{.method = "GET", .headers = {{"host", "h"}}};
    if (const auto result = take_target(request, target); !result) return result.error().text;
    std::string text = request.headers["host"] + request.path;
    for (const auto& [name, value] : request.query) text += "|" + name + "=" + value;
    return text;
  };
  EXPECT_EQ(taken("/a+b%2Fc/../d%252e"), "h/a+b/c/../d%2e");
  EXPECT_EQ(taken("/?b=1&a=x%3dy&c&=e&&b=2+3"), "h/|=e|a=x=y|b=2 3|c=");
  EXPECT_EQ(taken("/?"), "h/");
  EXPECT_EQ(taken("http://Other:8?x=1"), "the target does not begin with `/`");
  EXPECT_EQ(taken("http://Other:8"), "Other:8/");
  EXPECT_EQ(taken("https://other/p?q=1"), "other/p|q=1");
  EXPECT_EQ(taken("/%1"), "a `%` in the target is not followed by two hexadecimal digits");
  EXPECT_EQ(taken("/%7f"), "the target contains a control character");
  EXPECT_EQ(taken("/%c3"), "the target is not UTF-8");
  EXPECT_EQ(taken("*"), "the target does not begin with `/`");
}

TEST(EventReader, it_reads_what_the_server_writes_however_it_is_cut) {
  Random random(11);
  const std::vector<std::string> lines{"", "a", ": b", " c", "data: d", "\u00e9"};
  for (int round = 0; round < 200; ++round) {
    std::string data = lines.at(random.below(lines.size()));
    for (std::uint64_t i = random.below(4); i > 0; --i) {
      data += "\n" + lines.at(random.below(lines.size()));
    }
    const std::string bytes = ":\n\n" + event_text("name", data) + "data\r\n\r\ndata:x\r\r";
    EventReader reader;
    std::vector<ServerEvent> events;
    for (std::size_t at = 0; at < bytes.size();) {
      const std::size_t size = 1 + random.below(7);
      EXPECT_TRUE(reader.feed(std::string_view(bytes).substr(at, size), [&](const ServerEvent& e) {
        events.push_back(e);
        return true;
      }));
      at += size;
    }
    ASSERT_EQ(events.size(), 3u) << bytes;
    EXPECT_EQ(events.at(0).name, "name");
    EXPECT_EQ(events.at(0).data, data);
    EXPECT_EQ(events.at(1).data, "");
    EXPECT_EQ(events.at(2).name, "message");
    EXPECT_EQ(events.at(2).data, "x");
  }
}

}  // namespace
}  // namespace upkeep
