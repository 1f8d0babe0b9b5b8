#include "io/journal_page.h"

#include <gtest/gtest.h>

#include "io/sqlite_state.h"
#include "io/test_folder.h"

namespace upkeep {
namespace {

std::string texts(const JournalPage& page) {
  std::string out;
  for (const JournalEntry& entry : page.entries) out += entry.row.text;
  return out;
}

TEST(JournalPage, is_newest_first_and_goes_on_where_the_last_one_ended) {
  const TestFolder folder;
  const std::string path = folder / "upkeep.db";
  const auto state = SqliteState::open(path, SqliteState::Access::write);
  ASSERT_TRUE(state);
  std::vector<Change> changes;
  for (int i = 0; i < 7; ++i) {
    const std::string subject = i % 2 == 0 ? "even" : "odd";
    changes.push_back(AddJournal{{Time{Duration{i}}, subject, std::to_string(i)}});
  }
  ASSERT_TRUE((*state)->commit(changes));

  const auto first = read_journal_page(path, {{}, {}, 3});
  ASSERT_TRUE(first) << first.error().text;
  EXPECT_EQ(texts(*first), "654");
  EXPECT_FALSE(first->is_last);
  EXPECT_EQ(first->entries.front().row, (JournalRow{Time{Duration{6}}, "even", "6"}));
  const auto rest = read_journal_page(path, {{}, first->entries.back().id, 4});
  EXPECT_EQ(texts(*rest), "3210");
  EXPECT_TRUE(rest->is_last);
  const auto even = read_journal_page(path, {"even", {}, 2});
  EXPECT_EQ(texts(*even), "64");
  EXPECT_EQ(texts(*read_journal_page(path, {"even", even->entries.back().id, ~0ull})), "20");
  EXPECT_TRUE(read_journal_page(path, {"nobody", {}, 5})->entries.empty());
}

TEST(JournalPage, without_a_database_is_an_error_that_names_it) {
  const TestFolder folder;
  const auto page = read_journal_page(folder / "upkeep.db", {});
  ASSERT_FALSE(page);
  EXPECT_TRUE(page.error().text.contains(folder / "upkeep.db")) << page.error().text;
}

}  // namespace
}  // namespace upkeep
