// Tests of what an output can show, and of writing to one that nobody reads.
#include "cli/terminal.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <map>

namespace upkeep {
namespace {

Environment with(std::map<std::string, std::string, std::less<>> values) {
  return [values](std::string_view name) -> std::optional<std::string> {
    const auto found = values.find(name);
    if (found == values.end()) return {};
    return found->second;
  };
}

TEST(style, without_a_terminal_nothing_is_shortened_or_coloured) {
  const Style style =
      style_of({}, with({{"TERM", "xterm-256color"}, {"COLUMNS", "40"}, {"LANG", "C.UTF-8"}}));
  EXPECT_EQ(style.width, 0u);
  EXPECT_EQ(style.colours, Colours::none);
  EXPECT_FALSE(style.unicode);
}

TEST(style, the_width_is_that_of_columns_then_of_the_terminal_then_80) {
  const auto width = [](std::size_t columns, const Environment& environment) {
    return style_of({.is_terminal = true, .columns = columns}, environment).width;
  };
  EXPECT_EQ(width(120, with({{"COLUMNS", "72"}})), 72u);
  EXPECT_EQ(width(120, with({})), 120u);
  EXPECT_EQ(width(120, with({{"COLUMNS", "nonsense"}})), 120u);
  EXPECT_EQ(width(0, with({})), 80u);
  EXPECT_EQ(width(3, with({})), 20u);
}

TEST(style, colours_follow_the_terminal_and_the_wishes_of_people) {
  const auto colours = [](std::map<std::string, std::string, std::less<>> values,
                          bool no_colour = false) {
    return style_of({.is_terminal = true, .columns = 80, .no_colour = no_colour}, with(values))
        .colours;
  };
  EXPECT_EQ(colours({{"TERM", "xterm-256color"}, {"COLORTERM", "truecolor"}}), Colours::full);
  EXPECT_EQ(colours({{"TERM", "xterm-256color"}}), Colours::indexed);
  EXPECT_EQ(colours({{"TERM", "linux"}}), Colours::basic);
  EXPECT_EQ(colours({{"TERM", "dumb"}}), Colours::none);
  EXPECT_EQ(colours({}), Colours::none);
  EXPECT_EQ(colours({{"TERM", "xterm"}, {"NO_COLOR", "1"}}), Colours::none);
  EXPECT_EQ(colours({{"TERM", "xterm"}, {"NO_COLOR", ""}}), Colours::basic);
  EXPECT_EQ(colours({{"TERM", "xterm"}}, true), Colours::none);
}

TEST(style, characters_beyond_ascii_need_a_utf8_locale) {
  const auto unicode = [](std::map<std::string, std::string, std::less<>> values) {
    return style_of({.is_terminal = true, .columns = 80}, with(values)).unicode;
  };
  EXPECT_TRUE(unicode({{"LANG", "en_US.UTF-8"}}));
  EXPECT_TRUE(unicode({{"LANG", "C"}, {"LC_CTYPE", "C.utf8"}}));
  EXPECT_FALSE(unicode({{"LANG", "en_US.UTF-8"}, {"LC_ALL", "C"}}));
  EXPECT_FALSE(unicode({}));
}

TEST(terminal, a_reader_that_goes_away_ends_the_writing_quietly) {
  std::signal(SIGPIPE, SIG_IGN);
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ::close(ends[0]);
  Terminal terminal(ends[1], ends[1], with({}));
  EXPECT_TRUE(terminal.write("kept for later"));
  EXPECT_FALSE(terminal.flush());
  EXPECT_FALSE(terminal.write("more"));
  EXPECT_FALSE(terminal.error().has_value());
  ::close(ends[1]);
}

TEST(terminal, an_output_that_cannot_be_written_is_an_error) {
  const int full = ::open("/dev/full", O_WRONLY);
  ASSERT_GE(full, 0);
  Terminal terminal(full, full, with({}));
  terminal.write("text");
  EXPECT_FALSE(terminal.flush());
  EXPECT_EQ(terminal.error(), "No space left on device");
  ::close(full);
}

}  // namespace
}  // namespace upkeep
