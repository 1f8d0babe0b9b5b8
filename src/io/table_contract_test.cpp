// What holds for tables of every format: the same rows, all or none of them.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "io/sqlite.h"
#include "io/tables.h"
#include "io/test_folder.h"
#include "parquet/test_writer.h"

namespace upkeep {
namespace {

using Format = Table::Format;

struct Row {
  std::string season, date;
  std::int64_t game;
};

Row row_at(std::int64_t i) {
  return {i % 3 == 0 ? "2024-25" : "pre,\"season\"", "2025-10-2" + std::to_string(i / 100 % 10),
          i * 1'001};
}

std::string quoted(std::string text, const std::string& escape) {
  for (std::size_t at = 0; (at = text.find('"', at)) != text.npos; at += escape.size() + 1) {
    text.insert(at, escape);
  }
  return '"' + text + '"';
}

/// Writes the rows first … first + count - 1 to a new file, which it names.
using Write = std::string (*)(const TestFolder&, std::int64_t first, std::int64_t count);

std::string write_csv(const TestFolder& folder, std::int64_t first, std::int64_t count) {
  std::string text = "game,note,season,date\n";
  for (std::int64_t i = first; i < first + count; ++i) {
    const auto [season, date, game] = row_at(i);
    text += std::to_string(game) + ",," + quoted(season, "\"") + "," + date + "\r\n";
  }
  folder.write("new.csv", text);
  return folder / "new.csv";
}

std::string write_json(const TestFolder& folder, std::int64_t first, std::int64_t count) {
  std::string text;
  for (std::int64_t i = first; i < first + count; ++i) {
    const auto [season, date, game] = row_at(i);
    text += "{\"game\":" + std::to_string(game) + ",\"season\":" + quoted(season, "\\") +
            ",\"note\":null,\"date\":\"" + date + "\"}\n";
  }
  folder.write("new.jsonl", text);
  return folder / "new.jsonl";
}

std::string write_parquet(const TestFolder& folder, std::int64_t first, std::int64_t count) {
  using namespace parquet::testing;
  WrittenColumn season{.name = "season"}, note{.name = "note"},
      date{.name = "date", .type = parquet::PhysicalType::int32, .kind = WrittenColumn::Kind::date},
      game{.name = "game", .type = parquet::PhysicalType::int64, .kind = WrittenColumn::Kind::none};
  for (std::int64_t i = first; i < first + count; ++i) {
    const Row row = row_at(i);
    season.texts.emplace_back(row.season);
    note.texts.emplace_back();
    date.numbers.emplace_back(20'381 + row.date.back() - '0');  // 2025-10-20 and later
    game.numbers.emplace_back(row.game);
  }
  folder.write("new.parquet",
               parquet::testing::write_parquet(std::array{game, note, season, date}, 700));
  return folder / "new.parquet";
}

std::string write_sqlite(const TestFolder& folder, std::int64_t first, std::int64_t count) {
  std::filesystem::remove(folder / "new.db");
  auto sqlite = Sqlite::open(folder / "new.db", Sqlite::Access::write);
  EXPECT_TRUE(sqlite && sqlite->script("CREATE TABLE games (game INTEGER, season, date); BEGIN"));
  for (std::int64_t i = first; i < first + count; ++i) {
    const auto [season, date, game] = row_at(i);
    EXPECT_TRUE(sqlite->run("INSERT INTO games VALUES (?, ?, ?)", game, season, date));
  }
  EXPECT_TRUE(sqlite->script("COMMIT"));
  return folder / "new.db";
}

struct Kind {
  const char* name;
  Format format;
  Write write;
};

class TableContract : public ::testing::TestWithParam<Kind> {
 protected:
  /// The file of that name has these rows from now on.
  void put(std::int64_t first, std::int64_t count) {
    std::filesystem::rename(GetParam().write(folder_, first, count), table_.path);
  }

  const TestFolder folder_;
  Table table_{.format = GetParam().format,
               .path = folder_ / "games",
               .query = GetParam().format == Format::sqlite ? "SELECT * FROM games" : "",
               .fields = {{"season", FieldType::text}, {"date", FieldType::date}},
               .columns = {"game"}};
};

TEST_P(TableContract, the_same_rows_come_out_of_every_format) {
  put(0, 5'000);
  const auto rows = read_table(table_);
  ASSERT_TRUE(rows) << rows.error().text;
  EXPECT_EQ(rows->columns(), (std::vector<std::string>{"season", "date", "game"}));
  ASSERT_EQ(rows->size(), 5'000u);
  for (std::uint64_t i = 0; i < rows->size(); ++i) {
    const auto [season, date, game] = row_at(static_cast<std::int64_t>(i));
    ASSERT_EQ(rows->at(i, 0), season);
    ASSERT_EQ(rows->at(i, 1), date);
    ASSERT_EQ(rows->at(i, 2), std::to_string(game));
  }
}

TEST_P(TableContract, a_missing_column_is_named_with_the_nearest) {
  put(0, 1);
  table_.columns = {"gmae"};
  const auto rows = read_table(table_);
  ASSERT_FALSE(rows);
  EXPECT_TRUE(rows.error().text.starts_with("the table " + table_.path + ": "))
      << rows.error().text;
  EXPECT_NE(rows.error().text.find("`gmae`; did you mean `game`?"), std::string::npos)
      << rows.error().text;
}

TEST_P(TableContract, a_table_without_rows_is_an_error) {
  put(0, 0);
  const auto rows = read_table(table_);
  ASSERT_FALSE(rows);
  EXPECT_TRUE(rows.error().text.ends_with("no rows")) << rows.error().text;
}

TEST_P(TableContract, a_file_that_was_cut_short_is_an_error_where_its_end_is_known) {
  const bool lines = GetParam().format == Format::csv || GetParam().format == Format::json_lines;
  if (lines) GTEST_SKIP() << "lines may end anywhere";
  put(0, 300);
  std::ifstream file(table_.path, std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(file), {});
  // SQLite takes what its last page lacks for zeros.
  const std::size_t all = bytes.size() - (GetParam().format == Format::sqlite ? 4096 : 0);
  for (std::size_t size = 0; size < all; size += 97) {
    folder_.write("games", bytes.substr(0, size));
    EXPECT_FALSE(read_table(table_)) << size;
  }
}

TEST_P(TableContract, a_file_that_is_replaced_while_it_is_read_gives_the_rows_of_one_of_them) {
  put(0, 3'000);
  std::atomic<bool> ended = false;
  std::jthread writer([&] {
    for (int i = 1; i < 40 && !ended; ++i) put(i % 2 * 10'000, 3'000);
    ended = true;
  });
  do {
    const auto rows = read_table(table_);
    EXPECT_TRUE(rows) << rows.error().text;
    if (!rows) break;
    EXPECT_EQ(rows->size(), 3'000u);
    const bool first = rows->at(0, 2) == "0";
    EXPECT_EQ(rows->at(2'999, 2), std::to_string(((first ? 0 : 10'000) + 2'999) * 1'001));
  } while (!ended);
  ended = true;
}

INSTANTIATE_TEST_SUITE_P(Formats, TableContract,
                         ::testing::Values(Kind{"csv", Format::csv, write_csv},
                                           Kind{"json_lines", Format::json_lines, write_json},
                                           Kind{"parquet", Format::parquet, write_parquet},
                                           Kind{"sqlite", Format::sqlite, write_sqlite}),
                         [](const auto& kind) { return std::string(kind.param.name); });

}  // namespace
}  // namespace upkeep
