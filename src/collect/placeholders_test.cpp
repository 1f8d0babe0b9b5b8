#include "collect/placeholders.h"

#include <gtest/gtest.h>

namespace upkeep {
namespace {

/// "a<b>c" for the text a, the placeholder b and the text c.
std::string shown(std::string_view argument) {
  std::string out;
  for (const ArgumentPart& part : split_argument(argument)) {
    out += part.is_placeholder ? "<" + part.text + ">" : part.text;
  }
  return out;
}

TEST(placeholders, a_name_in_braces_is_one) {
  EXPECT_EQ(shown("{date}"), "<date>");
  EXPECT_EQ(shown("--date={date}/{_x9}.json"), "--date=<date>/<_x9>.json");
  EXPECT_EQ(shown("{a}{b}"), "<a><b>");
}

TEST(placeholders, double_braces_write_braces) {
  EXPECT_EQ(shown("{{date}}"), "{date}");
  EXPECT_EQ(shown("{{{date}}}"), "{<date>}");
  EXPECT_EQ(shown("{{"), "{");
  EXPECT_EQ(shown("a}}b"), "a}b");
  EXPECT_EQ(shown("{{date}"), "{date}");
  EXPECT_EQ(shown("{date}}}"), "<date>}");
}

TEST(placeholders, all_other_braces_stand_for_themselves) {
  for (const char* text : {"{\"a\": 1}", "{print $1}", "{ date }", "{9a}", "{}", "{", "}", "{date",
                           "date}", "{date:%Y}", "{da-te}", "{é}", "", "${x y}"}) {
    EXPECT_EQ(shown(text), text);
  }
  EXPECT_EQ(shown("{{\"a\": {{\"b\": \"{date}\"}} }}"), "{\"a\": {\"b\": \"<date>\"} }");
}

TEST(placeholders, braces_that_would_no_longer_pair_up_are_seen) {
  EXPECT_TRUE(loses_braces(R"({"a":{"b":1}})"));
  EXPECT_FALSE(loses_braces(R"({"a": {"b": 1} })"));
  EXPECT_FALSE(loses_braces(R"({{"a":{"b":1}}}})"));
  EXPECT_FALSE(loses_braces("{{date}}"));
  EXPECT_FALSE(loses_braces("a}}b"));
  EXPECT_FALSE(loses_braces("{{"));
}

TEST(placeholders, a_command_is_shown_as_yaml) {
  EXPECT_EQ(to_yaml_text({"sh", "-c", "it's \"$1\"", "", "{date}"}),
            "[sh, -c, 'it''s \"$1\"', '', '{date}']");
}

}  // namespace
}  // namespace upkeep
