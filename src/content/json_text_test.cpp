#include "content/json_text.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>

#include "base/json.h"
#include "base/random.h"

namespace upkeep {
namespace {

/// What is wrong with it, given in pieces of `step` bytes; empty when nothing is.
std::string flaw_of(std::string_view text, std::size_t step = SIZE_MAX) {
  JsonText json;
  for (; !text.empty(); text.remove_prefix(std::min(step, text.size()))) {
    if (const auto added = json.add(text.substr(0, step)); !added) return added.error().text;
  }
  const auto finished = json.finish();
  return finished ? "" : finished.error().text;
}

/// The same verdict from nlohmann's reader, which also looks at what numbers and surrogates mean.
bool is_json(std::string_view text) { return Json::accept(text); }

TEST(JsonText, takes_what_the_grammar_takes) {
  for (const std::string_view text :
       {"0", "-0", "12", "-1.5e+10", "1E9", "1e-999", "\"\"", "\"\\u00e9\\n\\/\"", "true", "null",
        " [ ] ", "{}", "[1,[2,{\"a\":[]}],\"b\"]", "{\"a\":1,\"a\":2}", "\n{\"\":\t-1}\r\n",
        "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"", "\"\\ud800\"", "1e999", "\xef\xbb\xbf[1]"}) {
    EXPECT_EQ(flaw_of(text), "") << text;
    EXPECT_EQ(flaw_of(text, 1), "") << text;
  }
}

TEST(JsonText, refuses_everything_else) {
  for (const std::string_view text : {"01",
                                      "-",
                                      "1.",
                                      ".5",
                                      "+1",
                                      "1e",
                                      "1e+",
                                      "tru",
                                      "True",
                                      "[1,]",
                                      "{\"a\":1,}",
                                      "{a:1}",
                                      "[1 2]",
                                      "{\"a\" 1}",
                                      "{\"a\":}",
                                      "\"\t\"",
                                      "\"\\x\"",
                                      "\"\\u12g4\"",
                                      "'a'",
                                      "[}",
                                      "{]",
                                      "\"\x80\"",
                                      "\"\xc0\xaf\"",
                                      "\"\xed\xa0\x80\"",
                                      "\"\xf5\x80\x80\x80\"",
                                      "\"\xe2\x82\"",
                                      "[1]\xef\xbb\xbf",
                                      "\n\xef\xbb\xbf[1]",
                                      "[\xef\xbb\xbf]",
                                      "\xef\xbb[1]",
                                      "NaN",
                                      "/* */ 1",
                                      "1 2",
                                      "[]]"}) {
    EXPECT_NE(flaw_of(text), "") << text;
    EXPECT_EQ(flaw_of(text), flaw_of(text, 1)) << text;
  }
  EXPECT_NE(flaw_of(std::string_view("[1]\0", 4)), "");  // zeros that a crash left
}

TEST(JsonText, says_what_is_wrong_and_where) {
  EXPECT_EQ(flaw_of("{\"games\": [1, 2"), "the JSON ends in the middle, after 15 bytes");
  EXPECT_EQ(flaw_of("<html>"), "this is no JSON at byte 1");
  EXPECT_EQ(flaw_of("{}{}"), "something follows the JSON value at byte 3");
  EXPECT_EQ(flaw_of(" \n"), "there is no JSON value");
  EXPECT_EQ(flaw_of("\"a\nb\""), "a control character stands in a text at byte 3");
  EXPECT_EQ(flaw_of("[\"\xff\"]"), "this is no UTF-8 at byte 3");
}

TEST(JsonText, every_missing_byte_is_found) {
  const std::string whole = R"({"a": [1, -2.5e3, "x\u00e9\"", true, null], "b": {}})";
  EXPECT_EQ(flaw_of(whole), "");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_NE(flaw_of(whole.substr(0, size), 3), "") << size;
  }
}

TEST(JsonText, is_nested_deeply_without_a_deep_stack) {
  const std::string deep(JsonText::depth_max, '[');
  EXPECT_EQ(flaw_of(deep + std::string(deep.size(), ']')), "");
  EXPECT_EQ(flaw_of(deep + "["),
            fmt::format("the JSON is nested too deeply at byte {}", deep.size() + 1));
}

RC_GTEST_PROP(JsonText, agrees_with_another_reader, (std::uint64_t seed)) {
  // Words that make sense often enough.
  constexpr std::array<std::string_view, 26> words = {
      "{",   "}",  "[",    "]",    ",",  ":",    "\"",   "\"a\"", "\\",
      "\\n", "1",  "-",    "0",    ".5", "e3",   "true", "false", "null",
      " ",   "\n", "\xc3", "\xa9", "u",  "\x01", "-2",   "\"b\":"};
  Random random(seed);
  std::string text;
  for (std::uint64_t left = random.below(12); left > 0; --left) {
    text += words[random.below(words.size())];
  }
  RC_ASSERT((flaw_of(text) == "") == is_json(text));
  RC_ASSERT(flaw_of(text) == flaw_of(text, 1 + random.below(3)));
}

}  // namespace
}  // namespace upkeep
