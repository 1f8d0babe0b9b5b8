// Tests of the command line: what is understood, and how misspelt words are answered.
#include "cli/arguments.h"

#include <gtest/gtest.h>

#include "cli/help.h"

namespace upkeep {
namespace {

std::expected<Request, Refusal> parse(const std::vector<std::string>& words) {
  return parse_arguments(commands(), words);
}

std::string error_of(const std::vector<std::string>& words) {
  const auto request = parse(words);
  return request ? "" : request.error().text;
}

TEST(arguments, global_options_may_stand_before_and_after_the_command) {
  for (const auto& words :
       {std::vector<std::string>{"-c", "a.yaml", "--json", "--no-color", "scan"},
        std::vector<std::string>{"scan", "--no-color", "--json", "-ca.yaml"},
        std::vector<std::string>{"--json", "scan", "--config=a.yaml", "--no-color"}}) {
    const auto request = parse(words);
    ASSERT_TRUE(request.has_value()) << request.error().text;
    EXPECT_EQ(request->call.command, "scan");
    EXPECT_EQ(request->call.config, "a.yaml");
    EXPECT_TRUE(request->call.has("--json"));
    EXPECT_TRUE(request->no_colour);
  }
}

TEST(arguments, operands_and_options_may_be_mixed) {
  const auto request = parse({"gaps", "espn", "--limit", "5", "nba", "--where", "age < 7d"});
  ASSERT_TRUE(request.has_value()) << request.error().text;
  EXPECT_EQ(request->call.operands, (std::vector<std::string>{"espn", "nba"}));
  EXPECT_EQ(request->call.value("--limit"), "5");
  EXPECT_EQ(request->call.value("--where"), "age < 7d");
  EXPECT_FALSE(request->call.has("--json"));
}

TEST(arguments, a_collection_may_be_called_like_a_command) {
  const auto request = parse({"scan", "plan", "run"});
  ASSERT_TRUE(request.has_value()) << request.error().text;
  EXPECT_EQ(request->call.command, "scan");
  EXPECT_EQ(request->call.operands, (std::vector<std::string>{"plan", "run"}));
}

TEST(arguments, what_stands_behind_two_dashes_is_no_option) {
  const auto request = parse({"explain", "--", "--odd.json"});
  ASSERT_TRUE(request.has_value()) << request.error().text;
  EXPECT_EQ(request->call.operands, std::vector<std::string>{"--odd.json"});
}

TEST(arguments, misspelt_words_get_the_nearest_right_one) {
  EXPECT_EQ(error_of({"scna"}),
            "there is no command `scna`; did you mean `scan`?\n`upkeep --help` lists all commands");
  EXPECT_EQ(error_of({"gaps", "--fromat", "json"}),
            "gaps: there is no option `--fromat`; did you mean `--format`?\n"
            "see `upkeep gaps --help`");
  EXPECT_EQ(error_of({"gaps", "--format", "jsno"}),
            "gaps: --format takes table, json, ndjson, not `jsno`; did you mean `json`?");
  EXPECT_EQ(error_of({"version", "extra"}),
            "version: `extra` is one word too many\nsee `upkeep version --help`");
}

TEST(arguments, what_is_missing_is_named) {
  EXPECT_EQ(error_of({"ack"}), "ack: ID is missing, as in `upkeep ack i12`");
  EXPECT_EQ(error_of({"scan", "--by"}), "--by needs a value");
  EXPECT_EQ(error_of({"scan", "-c"}), "--config needs a value");
}

TEST(arguments, an_option_that_a_command_would_ignore_is_refused) {
  EXPECT_EQ(error_of({"--json", "schema"}), "schema has no option `--json`");
  EXPECT_EQ(error_of({"completion", "bash", "--json"}), "completion has no option `--json`");
}

TEST(arguments, help_is_given_even_when_operands_are_missing) {
  const auto request = parse({"ack", "--help"});
  ASSERT_TRUE(request.has_value());
  EXPECT_TRUE(request->help);
  EXPECT_EQ(request->call.command, "ack");
}

TEST(arguments, json_and_format_may_not_contradict_each_other) {
  const auto both = parse({"gaps", "--json", "--format", "ndjson"});
  ASSERT_TRUE(both.has_value());
  EXPECT_FALSE(format_of(both->call).has_value());
  EXPECT_EQ(format_of(parse({"gaps", "--json"})->call), "json");
  EXPECT_EQ(format_of(parse({"--format", "json", "scan"})->call), "json");
  EXPECT_EQ(format_of(parse({"scan"})->call), "table");
}

TEST(help, every_command_has_a_sentence_and_its_help_fits_the_terminal) {
  const std::string all = help_text(Style{});
  for (const CommandRow& command : commands()) {
    EXPECT_TRUE(command.summary.ends_with('.')) << command.name;
    EXPECT_EQ(all.find("  " + std::string(command.name)) == std::string::npos, command.is_hidden);
    const std::string text = help_text(command, Style{.width = 60});
    EXPECT_NE(text.find(command.name), std::string::npos);
    if (!command.is_hidden && !command.options.empty()) {
      EXPECT_FALSE(command.examples.empty() && command.name != "version") << command.name;
    }
  }
}

}  // namespace
}  // namespace upkeep
