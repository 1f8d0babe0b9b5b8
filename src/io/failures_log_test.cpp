// failures.log on real disks, full and missing ones included.
#include "io/failures_log.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/text.h"
#include "io/files.h"
#include "io/test_folder.h"
#include "io/test_mount.h"

namespace upkeep {
namespace {

const Time now = *parse_time("2025-10-22T20:30:15Z");

TEST(FailuresLog, a_failure_is_one_line) {
  const TestFolder folder;
  FailuresLog log(folder / "failures.log");
  EXPECT_FALSE(log.add(now, "espn-pbp espn/1.json", FailureClass::timeout, "ended after 10m"));
  EXPECT_FALSE(log.add(now + Duration{5}, "a\tb", FailureClass::unknown, "one\ntwo\r\x1b[31m"));
  EXPECT_EQ(read_file(folder / "failures.log"),
            "2025-10-22T20:30:15Z\tespn-pbp espn/1.json\ttimeout\tended after 10m\n"
            "2025-10-22T20:30:15.005Z\ta b\tunknown\tone two  [31m\n");
}

TEST(FailuresLog, it_is_rotated_and_the_oldest_are_dropped) {
  const TestFolder folder;
  FailuresLog log(folder / "failures.log", 500, 3);
  for (int i = 0; i < 100; ++i) {
    EXPECT_FALSE(log.add(now, "s", FailureClass::crashed, std::to_string(i)));
  }
  std::vector<std::string> names;
  std::string all;
  for (const char* name : {"failures.log.3", "failures.log.2", "failures.log.1", "failures.log"}) {
    const auto content = read_file(folder / name);
    ASSERT_TRUE(content) << name;
    EXPECT_LE(content->size(), 500u) << name;
    all += *content;
  }
  EXPECT_FALSE(std::filesystem::exists(folder / "failures.log.4"));
  EXPECT_TRUE(all.ends_with("\t99\n"));
  const auto lines = static_cast<int>(std::ranges::count(all, '\n'));
  EXPECT_GT(lines, 30);
  EXPECT_TRUE(
      all.starts_with(to_text(now) + "\ts\tcrashed\t" + std::to_string(100 - lines) + "\n"));
}

TEST(FailuresLog, a_line_longer_than_a_file_may_be_is_written_all_the_same) {
  const TestFolder folder;
  FailuresLog log(folder / "failures.log", 100, 0);
  EXPECT_FALSE(log.add(now, "s", FailureClass::crashed, std::string(1000, 'x')));
  EXPECT_GT(read_file(folder / "failures.log")->size(), 1000u);
  EXPECT_FALSE(log.add(now, "s", FailureClass::crashed, "next"));
  EXPECT_LT(read_file(folder / "failures.log")->size(), 100u) << "none is kept";
}

TEST(FailuresLog, a_disk_that_fails_is_told_once_and_again_after_it_worked) {
  const TestFolder folder;
  FailuresLog log(folder / "logs/failures.log");
  const auto first = log.add(now, "s", FailureClass::killed, "1");
  ASSERT_TRUE(first);
  EXPECT_EQ(first->text, folder / "logs/failures.log cannot be opened: No such file or directory");
  EXPECT_FALSE(log.add(now, "s", FailureClass::killed, "2"));
  std::filesystem::create_directory(folder / "logs");
  EXPECT_FALSE(log.add(now, "s", FailureClass::killed, "3"));
  EXPECT_TRUE(read_file(folder / "logs/failures.log")->ends_with("\tkilled\t3\n"));
  std::filesystem::remove_all(folder / "logs");
  EXPECT_TRUE(log.add(now, "s", FailureClass::killed, "4"));
}

TEST(FailuresLog, a_full_disk_leaves_no_half_line) {
  const TestFolder folder;
  const TestMount small(folder.path(), "size=16k");
  if (!small) GTEST_SKIP() << small.why_not();
  FailuresLog log(folder / "failures.log");
  int told = 0;
  for (int i = 0; i < 100; ++i) {
    const auto error = log.add(now, "s", FailureClass::killed, std::string(500, 'x'));
    if (!error) continue;
    EXPECT_EQ(error->text, folder / "failures.log cannot be written: No space left on device");
    ++told;
  }
  EXPECT_EQ(told, 1);
  const std::string content = *read_file(folder / "failures.log");
  EXPECT_GT(content.size(), 10'000u);
  for (const std::string_view line :
       split(std::string_view(content).substr(0, content.size() - 1), '\n')) {
    EXPECT_TRUE(line.starts_with(to_text(now)) && line.ends_with(std::string(500, 'x')));
  }
}

}  // namespace
}  // namespace upkeep
