#include "io/object_check.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "io/check_command.h"
#include "io/directory_store.h"
#include "io/fake_store.h"
#include "io/test_folder.h"

namespace upkeep {
namespace {

using namespace std::chrono_literals;
using Words = std::vector<std::string>;

class AnObject : public ::testing::Test {
 protected:
  AnObject() {
    std::signal(SIGPIPE, SIG_IGN);
    folder_.write("lake/a b.json", "{\"a\": 1}");
    folder_.write("lake/broken.json", "{\"a\": 1");
    folder_.write("lake/empty", "");
  }

  /// "valid", "absent", what is wrong with it, or "unknown: " and why.
  std::string verdict(const std::string& key, const Valid& rule, std::stop_token stop = {}) {
    return verdict_in(store_, key, rule, std::move(stop));
  }
  std::string verdict_in(ObjectStore& store, const std::string& key, const Valid& rule,
                         std::stop_token stop = {}) {
    const CheckGround ground{folder_.path(), folder_ / "lake/", std::move(stop)};
    const auto verdict = check_object(store, key, rule, ground);
    if (!verdict) return "unknown: " + verdict.error().text;
    if (verdict->kind == ObjectVerdict::Kind::invalid) return verdict->flaw;
    return verdict->kind == ObjectVerdict::Kind::valid ? "valid" : "absent";
  }

  static Valid command(Words words, Duration timeout = 1min) {
    Valid rule;
    rule.format = Valid::Format::command;
    rule.command = std::move(words);
    rule.timeout = timeout;
    return rule;
  }

  TestFolder folder_;
  DirectoryStore store_{folder_ / "lake"};
};

TEST_F(AnObject, is_read_and_judged) {
  EXPECT_EQ(verdict("a b.json", {}), "valid");
  EXPECT_EQ(verdict("broken.json", {}), "the JSON ends in the middle, after 7 bytes");
  EXPECT_EQ(verdict("empty", {}), "there is no JSON value");
  EXPECT_EQ(verdict("gone.json", {}), "absent");
}

TEST_F(AnObject, of_several_pieces_is_judged_as_a_whole) {
  std::string large = "[";
  while (large.size() < 9'000'000) large += "\"0123456789012345678901234567890123456789\",\n";
  folder_.write("lake/large.json", large + "1]");
  folder_.write("lake/cut.json", large);
  EXPECT_EQ(verdict("large.json", {}), "valid");
  EXPECT_EQ(verdict("cut.json", {}),
            fmt::format("the JSON ends in the middle, after {} bytes", large.size()));
}

TEST_F(AnObject, that_cannot_be_read_is_unknown) {
  FakeStore store;
  store.put_bytes("a", "{}");
  store.put("short", {.size = 10, .modified = {}});
  EXPECT_EQ(verdict_in(store, "a", {}), "valid");
  store.break_part("", {"connection reset"});
  EXPECT_EQ(verdict_in(store, "a", {}), "unknown: connection reset");
  Valid parquet;
  parquet.format = Valid::Format::parquet;
  EXPECT_EQ(verdict_in(store, "a", parquet), "unknown: connection reset");
  store.mend();
  EXPECT_EQ(verdict_in(store, "a", parquet), "it is too short to be a Parquet file");
}

TEST_F(AnObject, is_judged_by_a_command) {
  EXPECT_EQ(verdict("a b.json", command({"test", "-s", "{path}"})), "valid");
  EXPECT_EQ(verdict("empty", command({"test", "-s", "{path}"})), "test ended with exit code 1");
  EXPECT_EQ(verdict("empty",
                    command({"sh", "-c", "echo no; echo \"bad: $1\" >&2; exit 3", "sh", "{uri}"})),
            "bad: file://" + (folder_ / "lake/empty"));
  EXPECT_EQ(verdict("a b.json", command({"sh", "-c", "test \"$1\" = 'a b.json'", "sh", "{key}"})),
            "valid");
  EXPECT_EQ(verdict("empty", command({"sh", "-c", "kill -SEGV $$; :", "{path}"})),
            "sh ended with signal 11");
}

TEST_F(AnObject, is_given_to_a_command_that_names_no_place) {
  EXPECT_EQ(verdict("a b.json", command({"grep", "-q", "\"a\": 1}"})), "valid");
  EXPECT_EQ(verdict("broken.json", command({"grep", "-q", "\"a\": 1}"})),
            "grep ended with exit code 1");
  folder_.write("lake/large", std::string(9'000'000, 'x'));
  EXPECT_EQ(verdict("large", command({"sh", "-c", "test $(wc -c) = 9000000"})), "valid");
  EXPECT_EQ(verdict("large", command({"head", "-c", "1"})), "valid") << "it need not read all";
}

TEST_F(AnObject, is_unknown_when_its_command_cannot_work) {
  EXPECT_EQ(verdict("empty", command({"./no-such-program", "{path}"})),
            "unknown: ./no-such-program cannot be run: No such file or directory");
  EXPECT_EQ(verdict("empty", command({"sh", "-c", "exit 127", "{path}"})),
            "unknown: sh ended with exit code 127");
  EXPECT_EQ(verdict("empty", command({"sh", "-c", "kill -KILL $$", "{path}"})),
            "unknown: sh ended with signal 9");
  folder_.write("lake/-x", "");
  EXPECT_TRUE(
      verdict("-x", command({"true", "{key}", "{path}"})).starts_with("unknown: the value"));
}

TEST_F(AnObject, whose_check_takes_too_long_is_not_valid) {
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(verdict("empty", command({"sh", "-c", "sleep 100 & sleep 100", "{path}"}, 200ms)),
            "sh took longer than 0.2s");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
}

TEST_F(AnObject, is_left_at_once_when_nobody_waits) {
  std::stop_source stop;
  const std::jthread later([&] { stop.request_stop(); });
  EXPECT_EQ(verdict("empty", command({"sleep", "100"}), stop.get_token()),
            "unknown: it was stopped");
}

TEST_F(AnObject, is_checked_in_the_folder_of_the_configuration) {
  EXPECT_EQ(verdict("empty", command({"sh", "-c", "test \"$PWD\" = \"$1\"", "sh", folder_.path(),
                                      "{path}"})),
            "valid");
}

}  // namespace
}  // namespace upkeep
