// What is particular to state on a disk: crashes, readers, full disks, damage, growth.
#include "io/sqlite_state.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "io/files.h"
#include "io/test_folder.h"
#include "io/test_mount.h"

namespace upkeep {
namespace {

using Access = SqliteState::Access;
using std::chrono::days;

std::unique_ptr<SqliteState> opened(const std::string& path, Access access = Access::write) {
  auto state = SqliteState::open(path, access);
  if (!state) {
    ADD_FAILURE() << state.error().text;
    return nullptr;
  }
  return *std::move(state);
}

std::string error_of_opening(const std::string& path, Access access = Access::write) {
  const auto state = SqliteState::open(path, access);
  if (!state) return state.error().text;
  const auto rows = (*state)->load();
  return rows ? "no error" : rows.error().text;
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

PartitionRow partition(std::uint64_t number, std::string text = "") {
  PartitionRow row;
  row.collection = "weather";
  row.key = "day/" + std::to_string(number) + ".json";
  row.text = std::move(text);
  return row;
}

/// Carries out SQL as another program would.
void run_sql(const std::string& path, const std::string& sql) {
  auto sqlite = Sqlite::open(path, Access::write);
  ASSERT_TRUE(sqlite) << sqlite.error().text;
  const auto done = sqlite->script(sql);
  ASSERT_TRUE(done) << done.error().text;
}

Time at(std::int64_t milliseconds) { return Time{Duration{milliseconds}}; }

std::uint64_t size_of(const std::string& path) { return std::filesystem::file_size(path); }

TEST(SqliteState, commits_that_returned_survive_kill_9_and_none_is_half_there) {
  const TestFolder folder;
  const std::string path = folder / "upkeep.db";
  std::uint64_t acknowledged = 0;
  for (int round = 1; round <= 12; ++round) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      auto state = SqliteState::open(path, Access::write);
      if (!state) ::_exit(1);
      for (std::uint64_t n = acknowledged + 1;; ++n) {
        const std::vector<Change> changes = {PutEngine{{n, n}}, PutPartition{partition(2 * n)},
                                             PutPartition{partition(2 * n + 1)}};
        if (!(*state)->commit(changes)) ::_exit(1);
        if (::write(ends[1], &n, sizeof n) != sizeof n) ::_exit(1);
      }
    }
    ::close(ends[1]);
    for (int i = 0; i < round * 3; ++i) {
      ASSERT_EQ(::read(ends[0], &acknowledged, sizeof acknowledged), 8);
    }
    ::kill(child, SIGKILL);
    while (::read(ends[0], &acknowledged, sizeof acknowledged) == 8) {}
    ::close(ends[0]);
    ::waitpid(child, nullptr, 0);

    const auto rows = opened(path)->load();
    ASSERT_TRUE(rows) << rows.error().text;
    const std::uint64_t last = rows->engine.next_id;
    EXPECT_GE(last, acknowledged);
    EXPECT_LE(last, acknowledged + 1);
    EXPECT_EQ(rows->partitions.size(), 2 * last);
    acknowledged = last;
  }
}

TEST(SqliteState, others_read_while_the_owner_writes) {
  const TestFolder folder;
  const std::string path = folder / "upkeep.db";
  const auto owner = opened(path);
  ASSERT_TRUE(owner->commit(
      std::vector<Change>{PutPartition{partition(1)}, AddJournal{{Time{}, "s", "one"}}}));
  const auto reader = opened(path, Access::read);
  ASSERT_EQ(reader->load()->partitions.size(), 1u);
  ASSERT_TRUE(owner->commit(std::vector<Change>{PutPartition{partition(2)}}));
  EXPECT_EQ(reader->load()->partitions.size(), 2u);
  EXPECT_EQ(reader->journal("s")->size(), 1u);
}

TEST(SqliteState, a_reader_does_not_write) {
  const TestFolder folder;
  const std::string path = folder / "upkeep.db";
  EXPECT_EQ(error_of_opening(path, Access::read),
            "there is no state at " + path + " yet: nothing has run here");
  EXPECT_FALSE(std::filesystem::exists(path));
  opened(path);
  const auto reader = opened(path, Access::read);
  const auto written = reader->commit(std::vector<Change>{PutPartition{partition(1)}});
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().text, "the state " + path + " was opened for reading only");
}

std::string partitions_seen(const std::string& path) {
  const auto state = SqliteState::open(path, Access::read);
  if (!state) return state.error().text;
  const auto rows = (*state)->load();
  if (!rows) return rows.error().text;
  return std::to_string(rows->partitions.size());
}

TEST(SqliteState, it_is_read_where_the_folder_cannot_be_written) {
  const TestFolder folder;
  const std::string path = folder / "a %3f?#b.db";
  {
    const auto owner = opened(path);
    ASSERT_TRUE(owner->commit(std::vector<Change>{PutPartition{partition(1)}}));
    ::chmod(folder.path().c_str(), 0555);
    EXPECT_EQ(as_nobody([&] { return partitions_seen(path); }), "1") << "beside the owner";
    ::chmod(folder.path().c_str(), 0755);
  }
  ASSERT_FALSE(std::filesystem::exists(path + "-wal"));
  ::chmod(folder.path().c_str(), 0555);
  EXPECT_EQ(as_nobody([&] { return partitions_seen(path); }), "1") << "without an owner";
  ::chmod(folder.path().c_str(), 0755);
  EXPECT_FALSE(std::filesystem::exists(path + "-wal"));
}

TEST(SqliteState, it_is_read_after_its_owner_was_killed) {
  const TestFolder folder;
  const std::string path = folder / "upkeep.db";
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const auto owner = SqliteState::open(path, Access::write);
    if (owner) (void)(*owner)->commit(std::vector<Change>{PutPartition{partition(1)}});
    ::kill(::getpid(), SIGKILL);
  }
  ::waitpid(child, nullptr, 0);
  ASSERT_TRUE(std::filesystem::exists(path + "-wal"));
  EXPECT_EQ(partitions_seen(path), "1");
}

TEST(SqliteState, a_full_disk_stops_a_commit_whole_and_it_goes_on_when_there_is_room) {
  const TestFolder folder;
  const TestMount small(folder.path(), "size=3m");
  if (!small) GTEST_SKIP() << small.why_not();
  const std::string path = folder / "upkeep.db";
  const auto state = opened(path);
  folder.write("ballast", std::string(1'000'000, 'x'));
  std::uint64_t number = 0;
  const auto next_changes = [&] {
    std::vector<Change> changes = {PutEngine{{1, number + 20}}};
    for (int i = 0; i < 20; ++i) {
      changes.push_back(PutPartition{partition(number + i, std::string(500, 't'))});
    }
    return changes;
  };
  Result<void> done;
  for (; (done = state->commit(next_changes())); number += 20) ASSERT_LT(number, 10'000u);
  EXPECT_TRUE(contains(done.error().text, "the disk is full: the state " + path))
      << done.error().text;
  EXPECT_EQ(state->load()->partitions.size(), number) << "a failed commit left something";
  EXPECT_FALSE(state->commit(next_changes())) << "there is still no room";
  EXPECT_EQ(partitions_seen(path), std::to_string(number));

  std::filesystem::remove(folder / "ballast");
  const auto again = state->commit(next_changes());
  ASSERT_TRUE(again) << again.error().text;
  EXPECT_EQ(state->load()->partitions.size(), number + 20);
  EXPECT_EQ(state->load()->engine.next_id, number + 20);
}

TEST(SqliteState, a_full_disk_at_the_start_is_told_as_such) {
  const TestFolder folder;
  const TestMount small(folder.path(), "size=64k");
  if (!small) GTEST_SKIP() << small.why_not();
  folder.write("ballast", std::string(60'000, 'x'));
  const std::string error = error_of_opening(folder / "upkeep.db");
  EXPECT_TRUE(contains(error, "the disk is full")) << error;
  std::filesystem::remove(folder / "ballast");
}

TEST(SqliteState, a_file_that_is_no_database_is_told_with_what_to_do) {
  const TestFolder folder;
  const std::string path = folder / "upkeep.db";
  folder.write("upkeep.db", std::string(5000, 'x'));
  for (const Access access : {Access::read, Access::write}) {
    const std::string error = error_of_opening(path, access);
    EXPECT_TRUE(contains(error, "the state " + path + " is damaged (file is not a database)"))
        << error;
    EXPECT_TRUE(contains(error, "sqlite3 " + path + " .recover")) << error;
    EXPECT_TRUE(contains(error, "never data")) << error;
  }
  EXPECT_EQ(read_file(path), std::string(5000, 'x')) << "it was touched";
}

TEST(SqliteState, a_damaged_page_is_told_wherever_it_lies) {
  const TestFolder folder;
  const std::string path = folder / "upkeep.db";
  {
    const auto state = opened(path);
    std::vector<Change> changes;
    for (std::uint64_t n = 0; n < 200; ++n) {
      changes.push_back(PutPartition{partition(n, std::string(200, 't'))});
    }
    ASSERT_TRUE(state->commit(changes));
  }
  const std::string whole = *read_file(path);
  int told = 0;
  for (std::size_t page = 4096; page + 4096 <= whole.size(); page += 4096) {
    std::string damaged = whole;
    for (std::size_t i = 0; i < 100; ++i) damaged[page + i] = static_cast<char>(0xa5);
    ASSERT_TRUE(write_file_atomically(path, damaged));
    const std::string error = error_of_opening(path);
    if (error == "no error") continue;  // a page of the journal, which is not read at start
    EXPECT_TRUE(contains(error, " is damaged (")) << error;
    ++told;
  }
  EXPECT_GE(told, 10);
}

TEST(SqliteState, what_the_error_says_saves_what_can_be_saved) {
  const TestFolder folder;
  const std::string path = folder / "upkeep.db";
  {
    const auto state = opened(path);
    std::vector<Change> changes;
    for (std::uint64_t n = 0; n < 500; ++n) changes.push_back(PutPartition{partition(n)});
    ASSERT_TRUE(state->commit(changes));
  }
  if (std::system(("sqlite3 '" + path + "' .recover >/dev/null 2>&1").c_str()) != 0) {
    GTEST_SKIP() << "no sqlite3 that can recover a database is here";
  }
  std::string damaged = *read_file(path);  // the last page is a leaf with some of the rows
  damaged.replace(damaged.size() - 4096, 100, 100, static_cast<char>(0xa5));
  ASSERT_TRUE(write_file_atomically(path, damaged));
  const std::string error = error_of_opening(path);
  const std::size_t begin = error.find('`') + 1;
  const std::string command = error.substr(begin, error.find('`', begin) - begin);
  ASSERT_EQ(std::system((command + " 2>/dev/null").c_str()), 0) << command;
  std::filesystem::rename(path + ".new", path);
  const auto rows = opened(path)->load();
  ASSERT_TRUE(rows) << rows.error().text;
  EXPECT_GT(rows->partitions.size(), 300u);
  EXPECT_LT(rows->partitions.size(), 500u);
}

TEST(SqliteState, a_database_that_was_cut_off_is_told) {
  const TestFolder folder;
  const std::string path = folder / "upkeep.db";
  {
    const auto state = opened(path);
    std::vector<Change> changes;
    for (std::uint64_t n = 0; n < 200; ++n) changes.push_back(PutPartition{partition(n)});
    ASSERT_TRUE(state->commit(changes));
  }
  std::filesystem::resize_file(path, size_of(path) / 2);
  const std::string error = error_of_opening(path);
  EXPECT_TRUE(contains(error, " is damaged (")) << error;
}

TEST(SqliteState, a_database_that_was_emptied_beside_its_log_is_told) {
  const TestFolder folder;
  const std::string path = folder / "upkeep.db";
  folder.write("upkeep.db-wal", "what the log still holds");
  for (const bool exists : {false, true}) {
    if (exists) folder.write("upkeep.db", "");
    const std::string error = error_of_opening(path);
    EXPECT_TRUE(contains(error, "is damaged (the file is empty, but its log")) << error;
    EXPECT_TRUE(std::filesystem::exists(path + "-wal")) << "the log was thrown away";
  }
}

TEST(SqliteState, a_row_that_nobody_can_have_written_is_damage) {
  const TestFolder folder;
  const std::string path = folder / "upkeep.db";
  ASSERT_TRUE(opened(path)->commit(std::vector<Change>{PutPartition{partition(1)}}));
  run_sql(path, "UPDATE partitions SET why = 'boredom'");
  const std::string error = error_of_opening(path);
  EXPECT_TRUE(contains(error, " is damaged (a row that")) << error;
}

TEST(SqliteState, a_database_of_somebody_else_is_left_alone) {
  const TestFolder folder;
  const std::string path = folder / "upkeep.db";
  run_sql(path, "CREATE TABLE songs (title)");
  const std::string before = *read_file(path);
  EXPECT_EQ(error_of_opening(path),
            "the database " + path +
                " is no state of upkeep; name another folder in `state:`, or move it away");
  EXPECT_EQ(read_file(path), before);
}

TEST(SqliteState, a_folder_in_its_place_is_told) {
  const TestFolder folder;
  EXPECT_EQ(error_of_opening(folder.path()), "the state " + folder.path() + " is no regular file");
}

TEST(SqliteState, a_file_that_may_not_be_written_is_told) {
  const TestFolder folder;
  const std::string path = folder / "upkeep.db";
  opened(path);
  ::chmod(folder.path().c_str(), 0755);
  ::chmod(path.c_str(), 0444);
  const std::string error = as_nobody([&] { return error_of_opening(path); });
  EXPECT_TRUE(contains(error, "the state " + path + " cannot be opened: it may only be read"))
      << error;
}

TEST(SqliteState, a_simulated_year_does_not_grow_without_end) {
  const TestFolder folder;
  const std::string path = folder / "upkeep.db";
  const auto state = opened(path);
  ASSERT_TRUE(state);
  std::uint64_t after_keeping = 0, largest_later = 0;
  for (int day = 0; day < 365; ++day) {
    const Time now{days{day}};
    std::vector<Change> changes = {ExpireJournal{now - days{90}}, PutEngine{{1, 1}}};
    for (std::uint64_t n = 0; n < 100; ++n) {
      const std::string key = "weather day/" + std::to_string(day * 100 + n) + ".json";
      changes.push_back(AddJournal{{now, key, "attempt started; it is the 1st of this partition"}});
      changes.push_back(PutPartition{partition(day * 100 + n, "failed")});
      if (day > 3) {
        const auto old = static_cast<std::uint64_t>(day - 3) * 100 + n;
        changes.push_back(DropPartition{"weather", partition(old).key});
      }
    }
    ASSERT_TRUE(state->commit(changes));
    const std::uint64_t size = size_of(path) + size_of(path + "-wal");
    if (day == 120) after_keeping = size;
    if (day > 120) largest_later = std::max(largest_later, size);
  }
  EXPECT_LT(largest_later, after_keeping * 5 / 4);
  EXPECT_LT(size_of(path + "-wal"), 17u << 20);
}

TEST(SqliteState, space_is_given_back_when_much_of_the_journal_expires) {
  const TestFolder folder;
  const std::string path = folder / "upkeep.db";
  {
    const auto state = opened(path);
    std::vector<Change> changes;
    for (int n = 0; n < 60'000; ++n) {
      changes.push_back(AddJournal{{at(n), "weather " + std::to_string(n), std::string(100, 'j')}});
    }
    ASSERT_TRUE(state->commit(changes));
  }
  const std::uint64_t full = size_of(path);
  {
    const auto state = opened(path);
    ASSERT_TRUE(state->commit(std::vector<Change>{ExpireJournal{at(59'000)}}));
    for (int i = 0; i < 5; ++i) {
      ASSERT_TRUE(state->commit(std::vector<Change>{ExpireJournal{at(59'000)}}));
    }
    EXPECT_EQ(state->journal("weather 59000")->size(), 1u);
    EXPECT_TRUE(state->journal("weather 58999")->empty());
  }
  EXPECT_LT(size_of(path), full / 2);
}

TEST(SqliteState, journal_subjects_are_found_by_an_index) {
  const TestFolder folder;
  opened(folder / "upkeep.db");
  auto sqlite = Sqlite::open(folder / "upkeep.db", Access::read);
  auto plan = sqlite->prepare(
      "EXPLAIN QUERY PLAN SELECT at, subject, text FROM journal WHERE subject = ? ORDER BY id");
  ASSERT_TRUE(*plan->step());
  EXPECT_TRUE(contains(plan->text(3), "USING INDEX journal_by_subject")) << plan->text(3);
  EXPECT_FALSE(*plan->step()) << "it sorts";
  auto expiry = sqlite->prepare("EXPLAIN QUERY PLAN DELETE FROM journal WHERE at < ?");
  ASSERT_TRUE(*expiry->step());
  EXPECT_TRUE(contains(expiry->text(3), "journal_by_time")) << expiry->text(3);
}

}  // namespace
}  // namespace upkeep
