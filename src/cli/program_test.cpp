// Tests of whole commands on a small lake: output, exit codes, and what a reader may do.
#include "cli/program.h"

#include <gtest/gtest.h>
#include <pty.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "base/json.h"
#include "base/text.h"
#include "io/test_folder.h"

namespace upkeep {
namespace {

struct Answer {
  int code = 0;
  std::string out, err;
};

std::string read_back(std::FILE* file) {
  std::string text;
  char buffer[4096];
  std::rewind(file);
  for (std::size_t n; (n = std::fread(buffer, 1, sizeof buffer, file)) > 0;) text.append(buffer, n);
  std::fclose(file);
  return text;
}

/// Five numbers, of which 2 and 4 are missing; the collector writes what it is asked for.
class ALake : public ::testing::Test {
 protected:
  ALake() {
    folder_.write("upkeep.yaml", R"(state: state
stores:
  lake: {url: "file:lake"}
collections:
  games:
    store: lake
    key: "games/{number}.json"
    dimensions: {number: {from: 1, to: 5}}
    priority: [{if: "number == 4", then: critical}, {then: low}]
    collector: fetch
collectors:
  fetch:
    command: [sh, -c, 'mkdir -p "${1%/*}" && echo 1 > "$1"', fetch, "{path}"]
    retries: {max: 0}
)");
    for (const char* name : {"1", "3", "5"}) {
      folder_.write("lake/games/" + std::string(name) + ".json", "1");
    }
  }

  Answer ask(std::vector<std::string> words) const {
    words.insert(words.begin(), {"-c", folder_ / "upkeep.yaml"});
    std::FILE* out = std::tmpfile();
    std::FILE* err = std::tmpfile();
    Answer answer;
    {
      Terminal terminal(::fileno(out), ::fileno(err),
                        [](std::string_view) { return std::optional<std::string>(); });
      answer.code = run_program(words, terminal);
    }
    answer.out = read_back(out);
    answer.err = read_back(err);
    return answer;
  }

  std::string on_a_terminal(std::vector<std::string> words, const std::string& columns) const {
    words.insert(words.begin(), {"-c", folder_ / "upkeep.yaml"});
    int ours = -1, theirs = -1;
    if (::openpty(&ours, &theirs, nullptr, nullptr, nullptr) != 0) return "no terminal";
    {
      Terminal terminal(theirs, theirs, [&](std::string_view name) {
        return name == "COLUMNS" ? std::optional(columns) : std::nullopt;
      });
      run_program(words, terminal);
    }
    char buffer[4096];
    const ssize_t size = ::read(ours, buffer, sizeof buffer);
    ::close(ours);
    ::close(theirs);
    return {buffer, static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
  }

  TestFolder folder_;
};

TEST_F(ALake, gaps_are_listed_in_every_form_and_mean_exit_1) {
  const Answer table = ask({"gaps"});
  EXPECT_EQ(table.code, 1);
  EXPECT_TRUE(table.out.starts_with("COLLECTION  PARTITION  REASON   PRIORITY  SINCE"))
      << table.out;
  EXPECT_EQ(table.err, "");
  const Answer lines = ask({"gaps", "--format", "ndjson"});
  const auto rows = split(trim(lines.out), '\n');
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(parse_json(rows[0])->at("key"), "games/2.json");
  EXPECT_EQ(parse_json(rows[1])->at("priority"), "CRITICAL");
  EXPECT_EQ(parse_json(ask({"gaps", "--json"}).out)->size(), 2u);
  EXPECT_EQ(parse_json(ask({"gaps", "--json", "--limit", "1"}).out)->size(), 1u);
  const Answer none = ask({"gaps", "--json", "--where", "number == 1"});
  EXPECT_EQ(none.out, "[]\n");
  EXPECT_EQ(none.code, 0);
}

TEST_F(ALake, a_narrow_terminal_loses_the_keys_of_gaps_before_anything_is_shortened) {
  folder_.write("upkeep.yaml", R"(state: state
stores:
  lake: {url: "file:lake"}
collections:
  games:
    store: lake
    key: "games/{number_of_the_game}.json"
    dimensions: {number_of_the_game: {from: 1, to: 2}}
)");
  EXPECT_NE(on_a_terminal({"gaps"}, "120").find("games/2.json"), std::string::npos);
  const std::string narrow = on_a_terminal({"gaps"}, "85");
  EXPECT_EQ(narrow.find("KEY"), std::string::npos) << narrow;
  EXPECT_NE(narrow.find("number_of_the_game=2  missing"), std::string::npos) << narrow;
}

TEST_F(ALake, plan_and_dry_run_show_the_same_queue_and_start_nothing) {
  const Answer plan = ask({"plan", "--json"});
  EXPECT_EQ(plan.code, 1);
  const auto json = parse_json(plan.out);
  ASSERT_TRUE(json.has_value());
  EXPECT_EQ(json->at("total_gaps"), 2);
  EXPECT_EQ(json->at("tasks").at(0).at("number"), "4");
  const auto dry = parse_json(ask({"run", "--dry-run", "--json"}).out);
  ASSERT_TRUE(dry.has_value());
  EXPECT_EQ(dry->at("tasks").at(0).at("id"), json->at("tasks").at(0).at("id"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "lake/games/4.json"));
  EXPECT_EQ(ask({"tasks"}).code, 3);
}

TEST_F(ALake, a_run_fills_the_gaps_and_the_other_commands_tell_of_it) {
  EXPECT_EQ(ask({"scan"}).code, 1);
  const Answer run = ask({"run"});
  EXPECT_EQ(run.code, 0) << run.out << run.err;
  EXPECT_NE(run.out.find("Closed 2 gaps in "), std::string::npos) << run.out;
  EXPECT_EQ(ask({"scan"}).code, 0);
  EXPECT_EQ(ask({"gaps"}).out, "No gaps.\n");
  EXPECT_EQ(parse_json(ask({"tasks", "--json"}).out)->at("total_tasks"), 0);
  const Answer why = ask({"explain", "games", "number=4"});
  EXPECT_EQ(why.code, 0);
  EXPECT_NE(why.out.find("filled by attempt"), std::string::npos) << why.out;
  EXPECT_EQ(ask({"incidents", "--json"}).out, "[]\n");
}

TEST_F(ALake, a_run_with_filling_disabled_says_by_which_key) {
  std::string text;
  std::getline(std::ifstream(folder_ / "upkeep.yaml"), text, '\0');
  folder_.write("upkeep.yaml", "enabled: false\n" + text);
  const Answer run = ask({"run"});
  EXPECT_EQ(run.code, 1);
  EXPECT_NE(run.out.find("Filling is disabled by `enabled: false` in " + (folder_ / "upkeep.yaml") +
                         ": nothing was started.\n2 gaps are left.\n"),
            std::string::npos)
      << run.out;
  EXPECT_NE(run.out.find("not tried: filling is disabled"), std::string::npos) << run.out;
  const auto plan = parse_json(ask({"plan", "--json"}).out);
  EXPECT_EQ(plan->at("tasks").at(0).at("status"), "held");
  EXPECT_EQ(plan->at("tasks").at(0).at("held_by"), "filling is disabled by `enabled: false`");
}

TEST_F(ALake, what_cannot_be_judged_is_exit_5_and_nothing_is_made_up) {
  std::filesystem::remove_all(folder_ / "lake");
  folder_.write("lake", "a file where a folder should be");
  const Answer scan = ask({"scan", "--json"});
  EXPECT_EQ(scan.code, 5);
  EXPECT_TRUE(parse_json(scan.out)->at("collections").at(0).at("missing").is_null());
  const Answer gaps = ask({"gaps", "--format", "ndjson"});
  EXPECT_EQ(gaps.code, 5);
  EXPECT_EQ(gaps.out, "");
  EXPECT_NE(gaps.err.find("games could not be judged: "), std::string::npos) << gaps.err;
  EXPECT_EQ(ask({"gaps"}).out, "");
  EXPECT_EQ(ask({"plan"}).out, "");
  const Answer run = ask({"run"});
  EXPECT_EQ(run.code, 5);
  EXPECT_NE(run.out.find("Nothing could be judged, so nothing was started."), std::string::npos);
}

TEST_F(ALake, bad_words_and_bad_configurations_are_exit_2) {
  EXPECT_EQ(ask({"scan", "gmaes"}).err,
            "upkeep: there is no collection `gmaes`; did you mean `games`?\n");
  EXPECT_EQ(ask({"scan", "--by", "nubmer"}).err,
            "upkeep: scan: there is no dimension `nubmer`, did you mean `number`?; there are: "
            "number\n");
  EXPECT_EQ(ask({"gaps", "--where", "numbre == 1"}).code, 2);
  EXPECT_EQ(ask({"gaps", "--limit", "many"}).code, 2);
  EXPECT_EQ(ask({"explain", "nothing.json"}).code, 2);
  EXPECT_EQ(ask({"ack", "i99"}).code, 2);
  folder_.write("upkeep.yaml", "stroes: {}\n");
  const Answer validate = ask({"validate"});
  EXPECT_EQ(validate.code, 2);
  EXPECT_NE(validate.err.find("upkeep.yaml:1:1: "), std::string::npos) << validate.err;
  const auto json = parse_json(ask({"validate", "--json"}).out);
  EXPECT_EQ(json->at("valid"), false);
  EXPECT_EQ(json->at("errors").at(0).at("line"), 1);
}

TEST_F(ALake, validate_finds_two_collections_that_would_collect_one_object) {
  const std::string stores = "state: state\nstores: {lake: {url: \"file:lake\"}}\n";
  const std::string collectors = "collectors: {fetch: {command: [\"true\"]}}\n";
  folder_.write("upkeep.yaml", stores + collectors + R"(collections:
  games:
    {store: lake, key: "games/{number}.json", dimensions: {number: {from: 1, to: 5}},
     collector: fetch}
  finals:
    {store: lake, key: "games/{final}.json", dimensions: {final: [5, 6]}, collector: fetch}
)");
  const Answer answer = ask({"validate"});
  EXPECT_EQ(answer.code, 2);
  EXPECT_EQ(answer.out, "");
  EXPECT_NE(answer.err.find("upkeep.yaml: collections.finals.key: the collections `games` and "
                            "`finals` both have a collector and both claim the object "
                            "`games/5.json`"),
            std::string::npos)
      << answer.err;
  EXPECT_NE(answer.err.find("1 error in "), std::string::npos) << answer.err;
}

TEST_F(ALake, validate_says_what_it_could_not_judge_for_want_of_a_table) {
  folder_.write("upkeep.yaml", R"(state: state
stores: {lake: {url: "file:lake"}}
collections:
  games:
    store: lake
    key: "games/{game}.json"
    dimensions: {games: {table: games.csv, fields: [game]}}
)");
  const Answer answer = ask({"validate"});
  EXPECT_EQ(answer.code, 5);
  EXPECT_NE(answer.out.find(" is valid: "), std::string::npos) << answer.out;
  EXPECT_NE(answer.err.find("games could not be judged: the table "), std::string::npos)
      << answer.err;
  const auto json = parse_json(ask({"validate", "--json"}).out);
  EXPECT_EQ(json->at("valid"), true);
  EXPECT_EQ(json->at("unjudged").at(0).at("collection"), "games");
  folder_.write("games.csv", "game\nfinal\n");
  EXPECT_EQ(ask({"validate"}).code, 0);
}

}  // namespace
}  // namespace upkeep
