// What counts as a line of a .env file, and what is an error.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "config/config.h"

namespace upkeep {
namespace {

/// "A=1;B=2", or the error.
std::string values_of(std::string_view text) {
  const auto values = parse_env_file("/x/.env", text);
  if (!values) return values.error().text;
  std::string line;
  for (const auto& [name, value] : *values) line += fmt::format("{}={};", name, value);
  return line;
}

TEST(EnvFile, names_and_values_are_read) {
  EXPECT_EQ(values_of("A=1\nexport B=two words  \n  C = 3\n"), "A=1;B=two words;C=3;");
}

TEST(EnvFile, a_value_may_be_empty) { EXPECT_EQ(values_of("A=\nB=''\n"), "A=;B=;"); }

TEST(EnvFile, comments_and_empty_lines_count_for_nothing) {
  EXPECT_EQ(values_of("# one\n\n   # two\nA=1 # three\nB='x' # four\nC=#five\nD=a#b\nE= # six"),
            "A=1;B=x;C=#five;D=a#b;E=;");
}

TEST(EnvFile, single_quotes_keep_everything_as_it_is) {
  EXPECT_EQ(values_of("A='a \"b\" \\n $X # y'\n"), "A=a \"b\" \\n $X # y;");
}

TEST(EnvFile, double_quotes_know_a_few_escapes) {
  EXPECT_EQ(values_of("A=\"a\\nb\\t\\\"c\\\" \\\\ \\$X \\w\"\n"), "A=a\nb\t\"c\" \\ $X \\w;");
}

TEST(EnvFile, a_quoted_value_may_run_over_several_lines) {
  EXPECT_EQ(values_of("KEY=\"-----BEGIN\nabc\n-----END\"\nB=1\n"),
            "B=1;KEY=-----BEGIN\nabc\n-----END;");
  EXPECT_EQ(values_of("KEY='a\nb'\n=x\n"), "/x/.env:3: expected `NAME=value`");
}

TEST(EnvFile, line_breaks_of_windows_are_no_part_of_a_value) {
  EXPECT_EQ(values_of("\xEF\xBB\xBF"
                      "A=1\r\nB='2'\r\n"),
            "A=1;B=2;");
}

TEST(EnvFile, an_error_names_file_and_line_and_shows_no_value) {
  EXPECT_EQ(values_of("A=1\nhunter2\n"), "/x/.env:2: expected `NAME=value`");
  EXPECT_EQ(values_of("1A=hunter2\n"), "/x/.env:1: expected `NAME=value`");
  EXPECT_EQ(values_of("A B=hunter2\n"), "/x/.env:1: expected `NAME=value`");
  EXPECT_EQ(values_of("A=1\n\nA=2\n"), "/x/.env:3: `A` is set a second time");
  EXPECT_EQ(values_of("\nA='hunter2\n\n"), "/x/.env:2: the quoted value is not closed");
  EXPECT_EQ(values_of("A='x\n' hunter2\n"),
            "/x/.env:2: expected nothing more behind the closing quote");
  EXPECT_EQ(values_of(std::string_view("A=\0", 3)), "/x/.env: holds a zero byte");
}

RC_GTEST_PROP(EnvFile, any_value_without_a_quote_survives_single_quotes,
              (const std::string& value)) {
  RC_PRE(value.find('\'') == value.npos && value.find('\0') == value.npos);
  const auto values = parse_env_file(".env", "A='" + value + "'");
  RC_ASSERT(values);
  RC_ASSERT(values->at("A") == value);
}

}  // namespace
}  // namespace upkeep
