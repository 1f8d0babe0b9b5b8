// Tests of text on a terminal: widths, harmless names, tables that fit.
#include "api/display.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "api/text_table.h"
#include "base/text.h"

namespace upkeep {
namespace {

TEST(display, plain_text_is_as_wide_as_it_is_long) {
  EXPECT_EQ(display_width(""), 0u);
  EXPECT_EQ(display_width("espn/2025-10-21.json"), 20u);
}

TEST(display, wide_and_combining_characters_count_as_the_terminal_shows_them) {
  EXPECT_EQ(display_width("日本"), 4u);
  EXPECT_EQ(display_width("e\u0301"), 1u);
  EXPECT_EQ(display_width("é"), 1u);
  EXPECT_EQ(display_width("🙂"), 2u);
  EXPECT_EQ(display_width("한국"), 4u);
}

TEST(display, a_hostile_name_cannot_drive_the_terminal) {
  EXPECT_EQ(printable("a\nb\tc\rd"), "a\\nb\\tc\\rd");
  EXPECT_EQ(printable("\x1b[2J\x07\x7f"), "\\x1b[2J\\x07\\x7f");
  EXPECT_EQ(printable("\u009b31m"), "\\u009b31m");
  EXPECT_EQ(printable("a\u202eb\u2028c\ufeff"), "a\\u202eb\\u2028c\\ufeff");
  EXPECT_EQ(printable("bad \xff\xc3(\xed\xa0\x80"), "bad \\xff\\xc3(\\xed\\xa0\\x80");
  EXPECT_EQ(printable("naïve 日本 🙂"), "naïve 日本 🙂");
}

TEST(display, a_clipped_text_is_marked_and_never_cuts_a_character) {
  EXPECT_EQ(clipped("abcdef", 6, Clip::end, true), "abcdef");
  EXPECT_EQ(clipped("abcdef", 4, Clip::end, true), "abc…");
  EXPECT_EQ(clipped("abcdef", 4, Clip::end, false), "abc~");
  EXPECT_EQ(clipped("abcdefghij", 7, Clip::middle, true), "abc…hij");
  EXPECT_EQ(clipped("日本語", 4, Clip::end, true), "日…");
  EXPECT_EQ(clipped("日本語", 4, Clip::middle, true), "日…");
  EXPECT_EQ(clipped("e\u0301e\u0301e\u0301", 2, Clip::end, true), "e\u0301…");
  EXPECT_EQ(clipped("abc", 0, Clip::end, true), "");
}

RC_GTEST_PROP(display, any_bytes_become_utf8_without_controls, (const std::string& bytes)) {
  const std::string text = printable(bytes);
  RC_ASSERT(is_utf8(text));
  for (const char c : text) RC_ASSERT(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
  RC_ASSERT(printable(text) == text);
}

RC_GTEST_PROP(display, what_is_clipped_fits, (const std::string& bytes, bool middle)) {
  const std::string text = printable(bytes);
  const auto width = *rc::gen::inRange<std::size_t>(0, 20);
  const std::string short_text = clipped(text, width, middle ? Clip::middle : Clip::end, true);
  RC_ASSERT(display_width(short_text) <= width);
  RC_ASSERT(is_utf8(short_text));
}

TEST(text_table, all_is_shown_when_no_width_is_known) {
  TextTable table({{.title = "NAME", .width_min = 4}, {.title = "N", .right = true, .rank = 1}});
  table.add({{"a rather long name of something"}, {"7"}});
  table.add({{"日本"}, {"1,234"}});
  EXPECT_EQ(table.render({}),
            "NAME                                 N\n"
            "a rather long name of something      7\n"
            "日本                             1,234\n");
}

TEST(text_table, columns_are_shortened_first_and_then_the_least_important_go) {
  const auto page = [](std::size_t width) {
    TextTable table({{.title = "NAME", .width_min = 4, .clip = Clip::middle},
                     {.title = "COUNT", .right = true, .rank = 1},
                     {.title = "NOTE", .rank = 2, .width_min = 6}});
    table.add({{"espn-play-by-play"}, {"12"}, {"some words"}});
    return table.render({.width = width, .unicode = true});
  };
  EXPECT_EQ(page(40),
            "NAME               COUNT  NOTE\n"
            "espn-play-by-play     12  some words\n");
  EXPECT_EQ(page(32),
            "NAME               COUNT  NOTE\n"
            "espn-play-by-play     12  some …\n");
  EXPECT_EQ(page(24),
            "NAME       COUNT  NOTE\n"
            "espn…play     12  some …\n");
  EXPECT_EQ(page(12),
            "NAME   COUNT\n"
            "es…ay     12\n");
}

TEST(text_table, no_line_is_wider_than_the_terminal) {
  for (std::size_t width = 8; width <= 60; ++width) {
    TextTable table({{.title = "NAME", .width_min = 4}, {.title = "KEY", .rank = 1}});
    table.add({{"日本語日本語"}, {"espn/play_by_play/2025-10-21.json"}});
    const std::string page = table.render({.width = width, .unicode = true});
    for (const std::string_view line : split(page, '\n')) {
      EXPECT_LE(display_width(line), width) << page;
    }
  }
}

TEST(text_table, later_rows_keep_the_widths_of_the_first_page) {
  TextTable table({{.title = "A"}, {.title = "B"}});
  table.add({{"one"}, {"x"}});
  EXPECT_EQ(table.render({}), "A    B\none  x\n");
  table.add({{"three"}, {"y"}});
  EXPECT_EQ(table.render({}), "three  y\n");
}

TEST(text_table, colours_are_used_only_when_there_are_some) {
  TextTable plain({{.title = "A"}});
  plain.add({{"x", Tint::bad}});
  EXPECT_EQ(plain.render({}), "A\nx\n");
  TextTable tinted_table({{.title = "A"}});
  tinted_table.add({{"x", Tint::bad}});
  EXPECT_EQ(tinted_table.render({.colours = Colours::basic}),
            "\x1b[1mA\x1b[0m\n\x1b[31mx\x1b[0m\n");
}

TEST(wrapped, long_sentences_are_broken_at_spaces) {
  EXPECT_EQ(wrapped("one two three four", 9, 2), "one two\n  three\n  four");
  EXPECT_EQ(wrapped("one two three", 0, 2), "one two three");
}

}  // namespace
}  // namespace upkeep
