#include "collect/command.h"

#include <gtest/gtest.h>

namespace upkeep {
namespace {

using Words = std::vector<std::string>;

/// espn/{season}/{date}/{game}.json; season, date and game come from one table, kind is a list.
Collection games(std::string key = "espn/{season}/{date}/{game}-{kind}.json") {
  Collection collection;
  collection.name = "games";
  collection.key = std::move(key);
  Table table;
  table.fields = {{"season"}, {"date", FieldType::date}, {"game"}};
  collection.dimensions = {{"schedule", table}, {"kind", ValueList{{"pbp", "box"}}}};
  return collection;
}

Collector running(Words command) {
  Collector collector;
  collector.name = "espn";
  collector.command = std::move(command);
  return collector;
}
Collector in_batches(Words command) {
  Collector collector = running(std::move(command));
  collector.batch = Batch{{"date"}, 50};
  return collector;
}

std::string error_of(const Collector& collector, const Collection& collection = games()) {
  const auto checked = check_command(collector, collection);
  return checked ? "no error"
                 : std::to_string(checked.error().argument) + ": " + checked.error().text;
}

TEST(check_command, all_that_the_protocol_names_may_stand_in_a_command) {
  EXPECT_EQ(error_of(running({"scrape", "{season}", "{date}", "{game}", "{kind}", "{key}", "{path}",
                              "{uri}", "{task}", "{partitions}", "{{x}}", "{\"a\": 1}"})),
            "no error");
  EXPECT_EQ(error_of(in_batches({"scrape", "{date}", "{task}", "--list={partitions}"})),
            "no error");
  EXPECT_EQ(error_of(running({"awk", "{ print $1 }", "{path}"})), "no error");
}

TEST(check_command, an_unknown_name_is_told_with_the_nearest) {
  EXPECT_EQ(error_of(running({"scrape", "--date", "{dat}"})),
            "2: unknown placeholder {dat}, did you mean {date}?; known are {season}, {date}, "
            "{game}, {kind}, {key}, {path}, {uri}, {task}, {partitions}; braces of your own are "
            "written twice: {{dat}}");
  EXPECT_EQ(error_of(running({"scrape", "{schedule}"})).substr(0, 34),
            "1: unknown placeholder {schedule};");
}

TEST(check_command, what_a_batch_does_not_share_is_an_error) {
  EXPECT_EQ(error_of(in_batches({"scrape", "{date}", "{game}"})),
            "2: {game} differs between the partitions of a batch; add `game` to `batch.by`, or "
            "read it from the file {partitions}");
  for (const char* name : {"{key}", "{path}", "{uri}"}) {
    EXPECT_NE(error_of(in_batches({"scrape", name})).find("a batch is for several"),
              std::string::npos);
  }
}

TEST(check_command, a_key_needs_an_exact_one) {
  const std::string any = error_of(running({"scrape", "{key}"}), games("a/{date}/{_}.json"));
  EXPECT_NE(any.find("holds {_}"), std::string::npos) << any;
  const std::string free = error_of(running({"scrape", "{uri}"}), games("a/{date}/{hash}.json"));
  EXPECT_NE(free.find("{hash}, a field without a dimension"), std::string::npos) << free;
  EXPECT_EQ(error_of(running({"scrape", "{date}"}), games("a/{date}/{hash}.json")), "no error");
}

TEST(check_command, a_placeholder_in_a_script_is_an_error_that_shows_the_way) {
  EXPECT_EQ(
      error_of(running({"env", "sh", "-ec", "fetch {date} > {path}"})),
      "3: {date} stands in a script, where a shell would take its value for code; hand it "
      "over as an argument and read it as \"$1\": [env, sh, -ec, 'fetch \"$1\" > \"$2\"', sh, "
      "'{date}', '{path}']");
  EXPECT_EQ(error_of(running({"sh", "-c", "fetch \"$1\"", "sh", "{date}"})), "no error");
  EXPECT_EQ(error_of(running({"sh", "-c", "echo ${{HOME}}"})), "no error");
}

TEST(check_command, secrets_and_broken_commands_are_errors) {
  EXPECT_EQ(error_of(running({"scrape", "--token=${env:TOKEN}"})).substr(0, 9), "1: ${env:");
  EXPECT_EQ(error_of(running({})), "0: the command is empty; name a program");
  EXPECT_EQ(error_of(running({"", "x"})), "0: the name of the program is empty");
  EXPECT_EQ(error_of(running({"a", std::string("b\0c", 3)})),
            "1: an argument cannot hold a NUL character");
  EXPECT_NE(error_of(running({"post", R"({"a":{"b":1}})"})).find("no longer pair up"),
            std::string::npos);
}

TEST(check_command, a_field_with_the_name_of_a_placeholder_is_ambiguous) {
  Collection collection = games("a/{task}.json");
  collection.dimensions = {{"task", ValueList{{"x"}}}};
  EXPECT_NE(error_of(running({"scrape", "{task}"}), collection).find("another name"),
            std::string::npos);
  EXPECT_EQ(error_of(running({"scrape", "{key}"}), collection), "no error");
}

TEST(expand_command, a_value_stays_one_argument) {
  const CommandValues values{{{"date", "2025-10-21"}, {"name", "a b $(c) \"'"}}};
  EXPECT_EQ(expand_command(Words{"x", "--d={date}", "{name}", "{{name}}", "{\"a\": 1}"}, values),
            (Words{"x", "--d=2025-10-21", "a b $(c) \"'", "{name}", "{\"a\": 1}"}));
}

TEST(check_values, a_value_that_would_be_an_option_is_an_error) {
  const CommandValues values{{{"game", "-rf"}, {"date", "2025-10-21"}, {"none", ""}}};
  const auto error_of_words = [&](const Words& words) {
    const auto checked = check_values(words, values);
    return checked ? "no error" : checked.error().text;
  };
  EXPECT_EQ(error_of_words({"rm", "{game}"}),
            "the value -rf of {game} begins with `-`, so the program would take it for an option; "
            "tie it to one in the command: --game={game}");
  EXPECT_NE(error_of_words({"rm", "{none}{game}{date}"}), "no error");
  EXPECT_EQ(error_of_words({"rm", "--game={game}", "{date}{game}", "x{game}", "-", "--all"}),
            "no error");
}

}  // namespace
}  // namespace upkeep
