#include "coverage/key_template.h"

#include <gtest/gtest.h>

namespace upkeep {
namespace {

std::string error_of(std::string_view text) {
  const auto parsed = parse_key_template(text);
  return parsed ? "" : parsed.error().text;
}

TEST(KeyTemplate, is_literals_fields_and_any_text) {
  const auto key = parse_key_template("espn/{season}/{date:%Y/%m}/{game:04}-{_}.json");
  ASSERT_TRUE(key);
  ASSERT_EQ(key->parts.size(), 9u);
  EXPECT_EQ(key->parts[0].text, "espn/");
  EXPECT_EQ(key->parts[1].text, "season");
  EXPECT_EQ(key->parts[1].column, 6u);
  EXPECT_EQ(key->parts[3].format, "%Y/%m");
  EXPECT_EQ(key->parts[5].format, "04");
  EXPECT_EQ(key->parts[7].kind, KeyPart::Kind::any);
  EXPECT_EQ(key->folder(), "espn/");
  EXPECT_EQ(key->fields(), (std::vector<std::string>{"season", "date", "game"}));
  EXPECT_TRUE(key->has_any());
}

TEST(KeyTemplate, twice_a_brace_is_a_brace) {
  const auto key = parse_key_template("a{{b}}c{{{x}}}");
  ASSERT_TRUE(key);
  ASSERT_EQ(key->parts.size(), 3u);
  EXPECT_EQ(key->parts[0].text, "a{b}c{");
  EXPECT_EQ(key->parts[1].text, "x");
  EXPECT_EQ(key->parts[2].text, "}");
}

TEST(KeyTemplate, percent_is_literal_outside_a_date) {
  EXPECT_EQ(parse_key_template("100%Y/{x}")->parts[0].text, "100%Y/");
}

TEST(KeyTemplate, the_folder_ends_at_the_last_slash_before_the_first_field) {
  EXPECT_EQ(parse_key_template("a/b/c-{x}/d")->folder(), "a/b/");
  EXPECT_EQ(parse_key_template("{x}/a")->folder(), "");
  EXPECT_EQ(parse_key_template("a-{_}/b")->folder(), "");
  EXPECT_EQ(parse_key_template("a/b.json")->folder(), "a/");
}

TEST(KeyTemplate, a_field_that_stands_twice_is_one_field) {
  EXPECT_EQ(parse_key_template("{a}/{b}/{a}")->fields(), (std::vector<std::string>{"a", "b"}));
}

TEST(KeyTemplate, errors_name_the_column) {
  EXPECT_EQ(error_of("ab{cd"), "column 3: `{` is never closed; write `{{` for a brace in the key");
  EXPECT_EQ(error_of("ü}"), "column 2: `}` closes nothing; write `}}` for a brace in the key");
  EXPECT_NE(error_of("a{}").find("column 2: a field needs a name"), std::string::npos);
  EXPECT_NE(error_of("a{b c}").find("column 2: `b c` is no name"), std::string::npos);
  EXPECT_NE(error_of("{b:}").find("nothing follows the colon"), std::string::npos);
  EXPECT_NE(error_of("{_:04}").find("takes no written form"), std::string::npos);
  EXPECT_NE(error_of("a\tb").find("column 2: a key cannot hold"), std::string::npos);
  EXPECT_FALSE(error_of("").empty());
}

TEST(KeyTemplate, no_part_of_a_key_is_empty_or_names_a_folder) {
  EXPECT_NE(error_of("/a/{x}").find("column 1: a part of the key"), std::string::npos);
  EXPECT_NE(error_of("a//{x}").find("column 3: a part of the key"), std::string::npos);
  EXPECT_NE(error_of("{x}/").find("column 5"), std::string::npos);
  EXPECT_NE(error_of("a/../{x}").find("column 3: `..` is no part"), std::string::npos);
  EXPECT_NE(error_of("./{x}").find("`.` is no part"), std::string::npos);
  EXPECT_EQ(error_of("a/.{x}/..b"), "");
}

}  // namespace
}  // namespace upkeep
