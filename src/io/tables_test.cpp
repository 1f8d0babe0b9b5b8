// Tables from real files and databases.
#include "io/tables.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <thread>

#include "io/sqlite.h"
#include "io/test_folder.h"

namespace upkeep {
namespace {

Table table(Table::Format format, const std::string& path, std::vector<std::string> fields) {
  Table made;
  made.format = format;
  made.path = path;
  for (std::string& field : fields) made.fields.push_back({std::move(field), FieldType::text});
  return made;
}

std::string error_of(const Table& wanted) {
  const auto rows = read_table(wanted);
  return rows ? "no error" : rows.error().text;
}

void run_sql(const std::string& path, const std::string& sql) {
  auto sqlite = Sqlite::open(path, Sqlite::Access::write);
  ASSERT_TRUE(sqlite) << sqlite.error().text;
  const auto done = sqlite->script(sql);
  ASSERT_TRUE(done) << done.error().text;
}

TEST(Tables, a_csv_file_gives_fields_and_further_columns) {
  const TestFolder folder;
  folder.write("games.csv", "season,game,games\n2024-25,007,1230\n");
  Table wanted = table(Table::Format::csv, folder / "games.csv", {"season", "game"});
  wanted.columns = {"games", "game"};
  const auto rows = read_table(wanted);
  ASSERT_TRUE(rows) << rows.error().text;
  EXPECT_EQ(rows->columns(), (std::vector<std::string>{"season", "game", "games"}));
  EXPECT_EQ(rows->at(0, 1), "007");
  EXPECT_EQ(rows->at(0, 2), "1230");
}

TEST(Tables, a_large_file_is_read_whole) {
  const TestFolder folder;
  std::string csv = "a,b\n", json;
  for (int i = 0; i < 200'000; ++i) {
    csv += std::to_string(i) + ",\"x\"\n";
    json += "{\"a\":" + std::to_string(i) + "}\n";
  }
  folder.write("t.csv", csv);
  folder.write("t.jsonl", json);
  for (const auto& rows :
       {read_table(table(Table::Format::csv, folder / "t.csv", {"a"})),
        read_table(table(Table::Format::json_lines, folder / "t.jsonl", {"a"}))}) {
    ASSERT_TRUE(rows) << rows.error().text;
    ASSERT_EQ(rows->size(), 200'000u);
    EXPECT_EQ(rows->at(199'999, 0), "199999");
  }
}

TEST(Tables, errors_name_the_file) {
  const TestFolder folder;
  folder.write("t.csv", "a,b\n1\n");
  folder.write("t.jsonl", "{}\n");
  folder.write("empty.csv", "");
  const std::string place = "the table " + folder.path();
  EXPECT_EQ(error_of(table(Table::Format::csv, folder / "t.csv", {"a"})),
            place + "/t.csv: line 2: it has 1 value, but there are 2 columns");
  EXPECT_EQ(error_of(table(Table::Format::json_lines, folder / "t.jsonl", {"a"})),
            place + "/t.jsonl: line 1: there is no field `a`, and no other");
  EXPECT_EQ(error_of(table(Table::Format::csv, folder / "empty.csv", {"a"})),
            place + "/empty.csv: it has no rows");
  EXPECT_EQ(error_of(table(Table::Format::csv, folder / "none.csv", {"a"})),
            place + "/none.csv cannot be opened: No such file or directory");
  EXPECT_EQ(error_of(table(Table::Format::csv, folder.path(), {"a"})),
            place + " is no regular file");
  ASSERT_EQ(::mkfifo((folder / "fifo").c_str(), 0600), 0);
  EXPECT_EQ(error_of(table(Table::Format::csv, folder / "fifo", {"a"})),
            place + "/fifo is no regular file");
}

TEST(Tables, a_file_that_changes_while_it_is_read_gives_no_rows) {
  const TestFolder folder;
  folder.write("t.csv", "a\n" + std::string(1'000'000, '\n') + "1\n");
  std::jthread writer([&](const std::stop_token& stop) {
    std::ofstream file(folder / "t.csv", std::ios::app);
    while (!stop.stop_requested()) file << "2\n" << std::flush;
  });
  const Table wanted = table(Table::Format::csv, folder / "t.csv", {"a"});
  std::string error = error_of(wanted);
  while (error == "no error") error = error_of(wanted);
  EXPECT_TRUE(error.starts_with("the table " + wanted.path + " was changed while it was read"))
      << error;
}

constexpr const char* games =
    "CREATE TABLE games (id INTEGER, day TEXT, points REAL, note TEXT, raw BLOB);"
    "INSERT INTO games VALUES (401584, '2025-10-21', 1.5, 'x', x'00');"
    "INSERT INTO games VALUES (-7, '', 2.0, NULL, x'01');";

TEST(Tables, an_sqlite_query_gives_integers_and_text) {
  const TestFolder folder;
  run_sql(folder / "games.db", games);
  Table wanted = table(Table::Format::sqlite, folder / "games.db", {"date", "game"});
  wanted.query = "SELECT id AS game, day AS date, points FROM games ORDER BY id DESC;";
  const auto rows = read_table(wanted);
  ASSERT_TRUE(rows) << rows.error().text;
  ASSERT_EQ(rows->size(), 2u);
  EXPECT_EQ(rows->at(0, 0), "2025-10-21");
  EXPECT_EQ(rows->at(0, 1), "401584");
  EXPECT_EQ(rows->at(1, 0), "");
  EXPECT_EQ(rows->at(1, 1), "-7");
}

TEST(Tables, sqlite_values_that_are_neither_are_named_by_their_row) {
  const TestFolder folder;
  run_sql(folder / "games.db", games);
  const std::string place = "the table " + folder / "games.db";
  Table wanted = table(Table::Format::sqlite, folder / "games.db", {"x"});
  wanted.query = "SELECT note AS x FROM games ORDER BY id DESC";
  EXPECT_EQ(error_of(wanted),
            place + ", row 2: the column `x` is NULL; leave such rows out in the query");
  wanted.query = "SELECT points AS x FROM games";
  EXPECT_EQ(error_of(wanted),
            place +
                ", row 1: the column `x` is a number with a fraction; turn it into an integer "
                "or text in the query, with cast() or printf()");
  wanted.query = "SELECT raw AS x FROM games";
  EXPECT_EQ(error_of(wanted),
            place + ", row 1: the column `x` is a blob; turn it into text in the query");
}

TEST(Tables, an_sqlite_query_that_is_wrong_is_told) {
  const TestFolder folder;
  run_sql(folder / "games.db", games);
  const std::string place = "the table " + folder / "games.db";
  Table wanted = table(Table::Format::sqlite, folder / "games.db", {"game"});
  wanted.query = "SELECT id FROM gams";
  EXPECT_EQ(error_of(wanted), place + " cannot be queried: no such table: gams");
  wanted.query = "SELECT id AS gmae, day FROM games";
  EXPECT_EQ(error_of(wanted),
            place +
                ": in the result of its query, there is no column `game`; did you mean `gmae`? "
                "there are: gmae, day");
  wanted.query = "SELECT id AS game, day AS game FROM games";
  EXPECT_EQ(error_of(wanted), place + ": its query gives the column `game` twice");
  wanted.query = "SELECT id AS game FROM games WHERE id = 0";
  EXPECT_EQ(error_of(wanted), place + ": its query gives no rows");
  wanted.query = "SELECT 1 AS game; SELECT 2 AS game";
  EXPECT_EQ(error_of(wanted), place + " cannot be queried: not exactly one statement");
  wanted.query = "";
  EXPECT_EQ(error_of(wanted), place + " cannot be queried: not exactly one statement");
  wanted.path = folder / "none.db";
  EXPECT_EQ(error_of(wanted), "the table " + folder / "none.db" +
                                  " cannot be opened: unable to open database file "
                                  "(No such file or directory)");
  EXPECT_FALSE(std::filesystem::exists(wanted.path));
}

/// As a copy that was given its length first, and did not come to its end.
TEST(Tables, an_sqlite_database_whose_last_page_is_zeros_is_an_error) {
  const TestFolder folder;
  run_sql(folder / "t.db",
          "create table games (game); with recursive n (game) as (select 1 union all "
          "select game + 1 from n where game < 5000) insert into games select game from n");
  constexpr std::uintmax_t page_size = 4096;
  const std::uintmax_t size = std::filesystem::file_size(folder / "t.db");
  std::filesystem::resize_file(folder / "t.db", size - page_size);
  std::filesystem::resize_file(folder / "t.db", size);
  Table wanted = table(Table::Format::sqlite, folder / "t.db", {"game"});
  wanted.query = "select game from games";
  EXPECT_EQ(error_of(wanted),
            "the table " + (folder / "t.db") + " cannot be read: database disk image is malformed");
}

TEST(Tables, an_sqlite_query_does_not_write) {
  const TestFolder folder;
  run_sql(folder / "games.db", games);
  Table wanted = table(Table::Format::sqlite, folder / "games.db", {"game"});
  wanted.query = "DELETE FROM games RETURNING id AS game";
  EXPECT_EQ(error_of(wanted),
            "the table " + folder / "games.db" + ": its query would write; it must be a SELECT");
  wanted.query = "SELECT id AS game FROM games";
  EXPECT_EQ(read_table(wanted)->size(), 2u);
}

TEST(Tables, an_sqlite_table_is_read_while_another_program_writes_it) {
  const TestFolder folder;
  run_sql(folder / "games.db", std::string("PRAGMA journal_mode = WAL;") + games);
  auto writer = Sqlite::open(folder / "games.db", Sqlite::Access::write);
  ASSERT_TRUE(writer->script("BEGIN IMMEDIATE; DELETE FROM games"));
  Table wanted = table(Table::Format::sqlite, folder / "games.db", {"id"});
  wanted.query = "SELECT id FROM games";
  EXPECT_EQ(read_table(wanted)->size(), 2u);
}

}  // namespace
}  // namespace upkeep
