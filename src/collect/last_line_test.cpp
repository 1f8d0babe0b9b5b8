#include "collect/last_line.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/text.h"

namespace upkeep {
namespace {

TEST(last_line, the_last_line_with_words_counts) {
  EXPECT_EQ(last_line("one\ntwo\n\n   \n-----\n^^^^\n"), "two");
  EXPECT_EQ(last_line("  two  "), "two");
  EXPECT_EQ(last_line(""), "");
  EXPECT_EQ(last_line("\n---\n"), "");
  EXPECT_EQ(last_line("日本\n"), "日本");
}

TEST(last_line, a_progress_bar_counts_as_its_last_state) {
  EXPECT_EQ(last_line("10%\r50%\r100%\r"), "100%");
  EXPECT_EQ(last_line("one\r\ntwo\r\n"), "two");
}

TEST(last_line, escape_sequences_and_control_characters_are_left_out) {
  EXPECT_EQ(last_line("\x1b[1;31mError\x1b[0m: no"), "Error: no");
  EXPECT_EQ(last_line("\x1b]0;title\x07"
                      "done"),
            "done");
  EXPECT_EQ(last_line("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\"), "link");
  EXPECT_EQ(last_line("\x1b(Bplain\x1b="), "plain");
  EXPECT_EQ(last_line("a\x01\x08\x7f"
                      "b\tc\xc2\x9b"),
            "ab c");
  EXPECT_EQ(last_line("cut\x1b["), "cut");
  EXPECT_EQ(last_line("cut\x1b"), "cut");
}

TEST(last_line, broken_utf8_becomes_a_replacement_character) {
  EXPECT_EQ(last_line("a\xff"
                      "b"),
            "a\uFFFDb");
  EXPECT_EQ(last_line("caf\xc3"), "caf\uFFFD");
}

TEST(last_line, a_long_line_is_cut_between_characters) {
  const std::string line = last_line("x" + std::string(1000, 'a'));
  EXPECT_EQ(line, "x" + std::string(296, 'a') + "…");
  std::string wide;
  for (int i = 0; i < 400; ++i) wide += "é";
  EXPECT_TRUE(is_utf8(last_line(wide)));
}

RC_GTEST_PROP(last_line, any_bytes_give_one_short_clean_line, (const std::string& bytes)) {
  const std::string line = last_line(bytes + "\x1b\xc3[\xff\n" + bytes);
  RC_ASSERT(line.size() <= 300u);
  RC_ASSERT(is_utf8(line));
  for (const char c : line) RC_ASSERT(static_cast<unsigned char>(c) >= 0x20);
}

}  // namespace
}  // namespace upkeep
