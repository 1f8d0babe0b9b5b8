// Tables that are read again only when they changed.
#include "io/table_cache.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <thread>

#include "io/sqlite.h"
#include "io/test_folder.h"

namespace upkeep {
namespace {

using namespace std::chrono_literals;

class TheTableCache : public ::testing::Test {
 protected:
  TheTableCache() {
    table_.path = folder_ / "games.csv";
    table_.fields = {{"game", FieldType::number}};
    put("game\n1\n2\n", 1h);
  }

  /// Replaces the table by one that seems to have been written that long ago.
  void put(std::string_view text, std::chrono::seconds age) {
    folder_.write("new", text);
    set_age(folder_ / "new", age);
    std::filesystem::rename(folder_ / "new", table_.path);
  }

  static void set_age(const std::string& path, std::chrono::seconds age) {
    std::filesystem::last_write_time(path, std::filesystem::file_time_type::clock::now() - age);
  }

  std::shared_ptr<const Rows> rows() {
    auto rows = cache_.rows(table_);
    EXPECT_TRUE(rows) << rows.error().text;
    return rows ? *rows : nullptr;
  }

  AxisPtr axis(const std::string& name) {
    auto axis = cache_.axis({name, table_, false});
    EXPECT_TRUE(axis) << axis.error().text;
    return axis ? *axis : nullptr;
  }

  const TestFolder folder_;
  Table table_;
  TableCache cache_{Zone()};
};

TEST_F(TheTableCache, hands_out_the_same_rows_and_axes_while_the_file_stays) {
  const auto first = rows();
  EXPECT_EQ(rows(), first);
  const auto values = axis("games");
  EXPECT_EQ(axis("games"), values);
  EXPECT_EQ(rows(), first);
}

TEST_F(TheTableCache, tells_dimensions_types_and_columns_apart) {
  const auto numbers = axis("games");
  EXPECT_NE(axis("others"), numbers);
  table_.fields[0].type = FieldType::text;
  const auto texts = axis("games");
  EXPECT_EQ(numbers->type(0), FieldType::number);
  EXPECT_EQ(texts->type(0), FieldType::text);
  put("game,team\n1,2\n", 1h);
  table_.columns = {"team"};
  EXPECT_EQ(axis("games")->number(0, "team"), 2u);
}

TEST_F(TheTableCache, reads_a_file_anew_when_it_was_replaced) {
  const auto first = rows();
  const auto values = axis("games");
  put("game\n1\n3\n", 1h);  // of the same size
  EXPECT_EQ(rows()->at(1, 0), "3");
  EXPECT_NE(axis("games"), values);
  EXPECT_EQ(first->at(1, 0), "2") << "who has the old rows keeps them";
}

TEST_F(TheTableCache, reads_a_file_anew_when_it_was_touched) {
  const auto first = rows();
  set_age(table_.path, 2h);
  EXPECT_NE(rows(), first);
}

TEST_F(TheTableCache, sees_a_file_that_was_written_and_given_its_old_time) {
  const auto first = rows();
  const auto time = std::filesystem::last_write_time(table_.path);
  folder_.write("games.csv", "game\n1\n3\n");
  std::filesystem::last_write_time(table_.path, time);
  EXPECT_EQ(rows()->at(1, 0), "3");
}

TEST_F(TheTableCache, does_not_trust_a_file_that_was_just_written) {
  put("game\n1\n2\n", 0s);
  const auto first = rows();
  EXPECT_NE(rows(), first);
  put("game\n1\n2\n", -1h);
  const auto of_the_future = rows();
  EXPECT_NE(rows(), of_the_future);
}

TEST_F(TheTableCache, a_file_that_vanished_is_an_error_until_it_is_back) {
  EXPECT_TRUE(rows());
  std::filesystem::rename(table_.path, folder_ / "away");
  EXPECT_FALSE(cache_.rows(table_));
  EXPECT_FALSE(cache_.axis({"games", table_, false}));
  std::filesystem::rename(folder_ / "away", table_.path);
  EXPECT_EQ(rows()->size(), 2u);
}

TEST_F(TheTableCache, a_table_that_does_not_fit_is_an_error_each_time) {
  put("game\nx\n", 1h);
  for (int i = 0; i < 2; ++i) {
    const auto axis = cache_.axis({"games", table_, false});
    ASSERT_FALSE(axis);
    EXPECT_EQ(axis.error().text,
              "dimension `games`, row 1, column `game`: `x` is not a whole number");
  }
}

TEST_F(TheTableCache, sees_what_is_only_in_the_log_of_sqlite) {
  table_.format = Table::Format::sqlite;
  table_.path = folder_ / "games.db";
  table_.query = "SELECT game FROM games ORDER BY game";
  auto writer = Sqlite::open(table_.path, Sqlite::Access::write);
  ASSERT_TRUE(
      writer->script("PRAGMA journal_mode = WAL; CREATE TABLE games (game);"
                     "INSERT INTO games VALUES (1); PRAGMA wal_checkpoint(TRUNCATE)"));
  set_age(table_.path, 1h);
  const auto first = rows();
  EXPECT_EQ(first->size(), 1u);
  EXPECT_EQ(rows(), first);
  ASSERT_TRUE(writer->script("INSERT INTO games VALUES (2)"));
  EXPECT_EQ(rows()->size(), 2u);
  set_age(table_.path + "-wal", 1h);
  const auto second = rows();
  EXPECT_EQ(rows(), second);
  table_.query = "SELECT game FROM games WHERE game = 2";
  EXPECT_EQ(rows()->at(0, 0), "2") << "another query is another table";
}

TEST_F(TheTableCache, serves_several_threads_while_files_are_replaced) {
  constexpr int rows_count = 2'000;
  const auto put_numbers = [&](int first) {
    std::string text = "game\n";
    for (int i = 0; i < rows_count; ++i) text += std::to_string(first + i) + '\n';
    put(text, 1h);
  };
  put_numbers(0);
  std::atomic<int> shared = 0;
  const auto reader = [&](const std::stop_token& stop) {
    AxisPtr before;
    while (!stop.stop_requested()) {
      const auto axis = cache_.axis({"games", table_, false});
      ASSERT_TRUE(axis) << axis.error().text;
      ASSERT_EQ((*axis)->size(), static_cast<std::uint64_t>(rows_count));
      const std::uint64_t first = (*axis)->cell(0, 0).number;
      ASSERT_EQ((*axis)->cell(rows_count - 1, 0).number, first + rows_count - 1);
      if (*axis == before) ++shared;
      before = *axis;
    }
  };
  {
    std::vector<std::jthread> readers;
    for (int i = 0; i < 4; ++i) readers.emplace_back(reader);
    for (int i = 1; i <= 50; ++i) {
      put_numbers(i * 10'000);
      const int seen = shared;
      while (shared < seen + 10) std::this_thread::yield();
    }
  }
  EXPECT_EQ(axis("games")->cell(0, 0).number, 500'000u);
}

}  // namespace
}  // namespace upkeep
