// upkeep.log on real disks, full ones included.
#include "io/log_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <thread>
#include <vector>

#include "base/json.h"
#include "base/text.h"
#include "io/files.h"
#include "io/test_folder.h"

namespace upkeep {
namespace {

namespace fs = std::filesystem;

const Time now = *parse_time("2025-10-22T20:30:15.250Z");

std::string content(const std::string& path) { return read_file(path).value_or("(none)"); }

TEST(LogFile, a_line_has_its_time_level_and_component) {
  const TestFolder folder;
  LogFile log({.path = folder / "upkeep.log"});
  log.write(now, LogLevel::info, "http", "listens on 127.0.0.1:8080");
  log.write(now, LogLevel::debug, "http", "not said");
  log.write(now, LogLevel::error, "a\tb", "one\ntwo\x1b[31m \u00e9");
  EXPECT_EQ(content(folder / "upkeep.log"),
            "2025-10-22T20:30:15.250Z INFO http: listens on 127.0.0.1:8080\n"
            "2025-10-22T20:30:15.250Z ERROR a b: one two [31m \u00e9\n");
  struct stat facts{};
  ASSERT_EQ(::stat((folder / "upkeep.log").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0007, 0u) << "others may not read it";
}

TEST(LogFile, levels_have_names_and_can_change) {
  for (const LogLevel level :
       {LogLevel::debug, LogLevel::info, LogLevel::warning, LogLevel::error}) {
    EXPECT_EQ(parse_log_level(to_text(level)), level);
  }
  EXPECT_EQ(parse_log_level("loud"), std::nullopt);
  const TestFolder folder;
  LogFile log({.path = folder / "log", .log = {.level = LogLevel::error}});
  log.write(now, LogLevel::warning, "c", "not said");
  log.set({.path = folder / "log", .log = {.level = LogLevel::debug}});
  log.write(now, LogLevel::debug, "c", "said");
  EXPECT_EQ(content(folder / "log"), "2025-10-22T20:30:15.250Z DEBUG c: said\n");
}

TEST(LogFile, json_lines_are_json_whatever_is_said) {
  const TestFolder folder;
  LogFile log({.path = folder / "log", .log = {.format = LogSettings::Format::json}});
  log.write(now, LogLevel::warning, "c\"", "\\ \"q\" \xff\n");
  const std::string line = content(folder / "log");
  EXPECT_TRUE(line.starts_with("{\"time\":\"2025-10-22T20:30:15.250Z\",")) << line;
  EXPECT_EQ(std::ranges::count(line, '\n'), 1);
  const auto json = parse_json(line);
  ASSERT_TRUE(json) << json.error().text;
  EXPECT_EQ(json->at("level"), "warning");
  EXPECT_EQ(json->at("component"), "c\"");
  EXPECT_EQ(json->at("text"), "\\ \"q\" \uFFFD ");
}

TEST(LogFile, a_component_may_have_a_level_of_its_own) {
  const TestFolder folder;
  LogSettings settings;
  settings.levels.orchestrator = LogLevel::error;
  settings.levels.loop = LogLevel::debug;
  LogFile log({.path = folder / "log", .log = settings});
  log.write(now, LogLevel::warning, "orchestrator", "no");
  log.write(now, LogLevel::error, "orchestrator", "yes");
  log.write(now, LogLevel::debug, "loop", "yes");
  log.write(now, LogLevel::debug, "reconciler", "no");
  log.write(now, LogLevel::info, "reconciler", "yes");
  const std::string text = content(folder / "log");
  EXPECT_EQ(std::ranges::count(text, '\n'), 3) << text;
  EXPECT_EQ(text.find(" no\n"), text.npos) << text;
}

TEST(LogFile, secrets_are_never_written) {
  const TestFolder folder;
  const auto redaction = std::make_shared<Redaction>();
  redaction->hide("two\nlines");
  LogFile log({.path = folder / "log", .redaction = redaction});
  log.write(now, LogLevel::info, "c", "say two\nlines");
  redaction->hide("swordfish");
  log.write(now, LogLevel::info, "c", "swordfish");
  EXPECT_EQ(content(folder / "log"),
            "2025-10-22T20:30:15.250Z INFO c: say ***\n"
            "2025-10-22T20:30:15.250Z INFO c: ***\n");
}

TEST(LogFile, it_is_rotated_and_the_oldest_are_dropped) {
  const TestFolder folder;
  LogFile log({.path = folder / "log", .log = {.max_size = 500, .keep = 3}});
  for (int i = 0; i < 100; ++i) log.write(now, LogLevel::info, "c", std::to_string(i));
  std::string all;
  for (const char* name : {"log.3", "log.2", "log.1", "log"}) {
    EXPECT_LE(content(folder / name).size(), 500u) << name;
    all += content(folder / name);
  }
  EXPECT_FALSE(fs::exists(folder / "log.4"));
  const auto lines = static_cast<int>(std::ranges::count(all, '\n'));
  EXPECT_GT(lines, 30);
  std::string expected;
  for (int i = 100 - lines; i < 100; ++i)
    expected += fmt::format("{} INFO c: {}\n", to_text(now), i);
  EXPECT_EQ(all, expected);
}

TEST(LogFile, with_nothing_to_keep_it_begins_anew) {
  const TestFolder folder;
  LogFile log({.path = folder / "log", .log = {.max_size = 100, .keep = 0}});
  log.write(now, LogLevel::info, "c", std::string(1000, 'x'));
  EXPECT_GT(content(folder / "log").size(), 1000u) << "a long line is written all the same";
  log.write(now, LogLevel::info, "c", "next");
  EXPECT_EQ(content(folder / "log"), to_text(now) + " INFO c: next\n");
  EXPECT_FALSE(fs::exists(folder / "log.1"));
}

TEST(LogFile, what_was_moved_or_removed_is_made_anew) {
  const TestFolder folder;
  LogFile log({.path = folder / "log"});
  log.write(now, LogLevel::info, "c", "one");
  fs::rename(folder / "log", folder / "moved");
  log.write(now, LogLevel::info, "c", "two");
  fs::remove(folder / "log");
  log.write(now, LogLevel::info, "c", "three");
  EXPECT_EQ(content(folder / "moved"), to_text(now) + " INFO c: one\n");
  EXPECT_EQ(content(folder / "log"), to_text(now) + " INFO c: three\n");
  EXPECT_EQ(log.lost(), 0u);
}

TEST(LogFile, a_log_that_cannot_be_rotated_grows_and_says_so_once) {
  const TestFolder folder;
  LogFile log({.path = folder / "log", .log = {.max_size = 1, .keep = 1}});
  fs::create_directories(folder / "log.1/full");
  for (int i = 0; i < 3; ++i) log.write(now, LogLevel::info, "c", std::to_string(i));
  const std::string begin = to_text(now) + " INFO c: ";
  EXPECT_EQ(content(folder / "log"),
            begin + "0\n" + begin + "1\n" + to_text(now) +
                " WARNING log: the log grows beyond its size: " + (folder / "log") +
                " cannot be renamed: Is a directory\n" + begin + "2\n");
  EXPECT_EQ(log.lost(), 0u);
}

TEST(LogFile, lines_that_a_full_disk_swallows_are_counted_and_told_later) {
  const TestFolder folder;
  ASSERT_EQ(::symlink("/dev/full", (folder / "log").c_str()), 0);
  LogFile log({.path = folder / "log"});
  for (int i = 0; i < 3; ++i) log.write(now, LogLevel::info, "c", std::to_string(i));
  EXPECT_EQ(log.lost(), 3u);
  fs::remove(folder / "log");
  log.write(now, LogLevel::info, "c", "back");
  EXPECT_EQ(log.lost(), 0u);
  EXPECT_EQ(content(folder / "log"),
            to_text(now) + " WARNING log: 3 lines could not be written here: " + (folder / "log") +
                " cannot be written: No space left on device\n" + to_text(now) + " INFO c: back\n");
}

TEST(LogFile, a_folder_that_is_not_there_loses_lines_until_it_is) {
  const TestFolder folder;
  LogFile log({.path = folder / "logs/log"});
  log.write(now, LogLevel::info, "c", "one");
  EXPECT_EQ(log.lost(), 1u);
  fs::create_directory(folder / "logs");
  log.write(now, LogLevel::info, "c", "two");
  EXPECT_EQ(content(folder / "logs/log"),
            to_text(now) +
                " WARNING log: 1 line could not be written here: " + (folder / "logs/log") +
                " cannot be opened: No such file or directory\n" + to_text(now) + " INFO c: two\n");
}

TEST(LogFile, no_line_stays_in_part_when_the_space_ends_in_its_middle) {
  const TestFolder folder;
  const std::string problem = as_nobody([&]() -> std::string {
    // In a child, whose limit is its own.
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{100, 100};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return "no limit";
    LogFile log({.path = fs::temp_directory_path() /
                         fmt::format("upkeep-log-{}", static_cast<int>(::getpid()))});
    const std::string path =
        fs::temp_directory_path() / fmt::format("upkeep-log-{}", static_cast<int>(::getpid()));
    log.write(now, LogLevel::info, "c", std::string(30, 'a'));
    log.write(now, LogLevel::info, "c", std::string(50, 'b'));
    const std::string written = content(path);
    const std::uint64_t lost = log.lost();
    fs::remove(path);
    if (lost != 1) return fmt::format("lost {}", lost);
    const std::string expected = to_text(now) + " INFO c: " + std::string(30, 'a') + "\n";
    return written == expected ? "" : written;
  });
  EXPECT_EQ(problem, "");
}

TEST(LogFile, systemds_journal_gets_priorities_instead_of_times) {
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  const Descriptor journal(ends[0]), program(ends[1]);
  struct stat facts{};
  ASSERT_EQ(::fstat(program.number(), &facts), 0);
  const std::string stream = fmt::format("{}:{}", facts.st_dev, facts.st_ino);
  EXPECT_EQ(journal_on(program.number(), ""), std::nullopt);
  EXPECT_EQ(journal_on(program.number(), "1:2"), std::nullopt);
  EXPECT_EQ(journal_on(journal.number(), stream), std::nullopt);
  ASSERT_EQ(journal_on(program.number(), stream), program.number());
  const TestFolder folder;
  const auto redaction = std::make_shared<Redaction>();
  redaction->hide("the key");
  LogFile log({.path = folder / "log",
               .log = {.level = LogLevel::debug},
               .redaction = redaction,
               .journal = journal_on(program.number(), stream)});
  log.write(now, LogLevel::error, "c", "one\ntwo the key");
  log.write(now, LogLevel::warning, "c", "w");
  log.write(now, LogLevel::info, "c", "i");
  log.write(now, LogLevel::debug, "c", "d");
  char buffer[200];
  const ssize_t size = ::read(journal.number(), buffer, sizeof buffer);
  EXPECT_EQ(std::string(buffer, static_cast<std::size_t>(std::max<ssize_t>(size, 0))),
            "<3>c: one two ***\n<4>c: w\n<6>c: i\n<7>c: d\n");
  EXPECT_FALSE(fs::exists(folder / "log"));
}

TEST(LogFile, lines_of_several_threads_and_programs_stay_whole) {
  const TestFolder folder;
  LogFile one({.path = folder / "log", .log = {.max_size = 20'000, .keep = 100}});
  LogFile other({.path = folder / "log", .log = {.max_size = 1'000'000'000}});
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&, i] {
        for (int line = 0; line < 500; ++line) {
          (i == 0 ? other : one).write(now, LogLevel::info, "c", std::string(50, 'x'));
        }
      });
    }
  }
  std::size_t lines = 0;
  const std::string expected = to_text(now) + " INFO c: " + std::string(50, 'x');
  for (const auto& file : fs::directory_iterator(folder.path())) {
    const std::string text = content(file.path());
    for (const std::string_view line : split(text, '\n')) {
      if (line.empty()) continue;
      ASSERT_EQ(line, expected);
      ++lines;
    }
  }
  EXPECT_EQ(lines, 2000u);
}

}  // namespace
}  // namespace upkeep
