// Parquet columns as the texts of a table.
#include "io/table_parquet.h"

#include <gtest/gtest.h>

#include "io/tables.h"
#include "parquet/test_writer.h"
#include "parquet/testing.h"

namespace upkeep {
namespace {

using namespace parquet::testing;
using parquet::PhysicalType;
using Kind = WrittenColumn::Kind;

constexpr std::int64_t day = 20'382;  // 2025-10-21
constexpr std::int64_t day_long = 24 * 60 * 60 * 1000;

WrittenColumn texts(const std::string& name, std::vector<std::optional<std::string>> values) {
  return {.name = name, .texts = std::move(values)};
}

WrittenColumn numbers(const std::string& name, PhysicalType type, Kind kind,
                      std::vector<std::optional<std::int64_t>> values) {
  return {.name = name, .type = type, .kind = kind, .numbers = std::move(values)};
}

Result<Rows> read(const std::vector<WrittenColumn>& columns, std::vector<std::string> wanted,
                  std::size_t row_group_rows = 2) {
  const std::string bytes = write_parquet(columns, row_group_rows);
  return read_parquet(bytes.size(), from(bytes), std::move(wanted));
}

std::string error_of(const std::vector<WrittenColumn>& columns, const std::string& wanted) {
  const auto rows = read(columns, {wanted});
  return rows ? "no error" : rows.error().text;
}

TEST(TableParquet, values_become_the_texts_of_a_csv_file) {
  const auto rows = read(
      {texts("season", {"2024-25", "", "007"}),
       numbers("game", PhysicalType::int64, Kind::none, {401'584, -7, 0}),
       numbers("small", PhysicalType::int32, Kind::none, {1, 2, 3}),
       numbers("date", PhysicalType::int32, Kind::date, {day, day, -1}),
       numbers("moment", PhysicalType::int64, Kind::timestamp, {day * day_long, 0, -day_long})},
      {"moment", "date", "game", "season"});
  ASSERT_TRUE(rows) << rows.error().text;
  ASSERT_EQ(rows->size(), 3u);
  std::string all;
  for (std::uint64_t row = 0; row < 3; ++row) {
    for (std::size_t i = 0; i < 4; ++i) all.append(rows->at(row, i)).append("|");
  }
  EXPECT_EQ(all,
            "2025-10-21|2025-10-21|401584|2024-25|"
            "1970-01-01|2025-10-21|-7||"
            "1969-12-31|1969-12-31|0|007|");
}

/// Made by tests/fixtures/parquet/make.mjs.
TEST(TableParquet, files_of_duckdb_are_read) {
  Table table;
  table.format = Table::Format::parquet;
  table.path = UPKEEP_FIXTURES "/parquet/duckdb-zstd-v2.parquet";
  table.fields = {{"day", FieldType::date}, {"key", FieldType::text}};
  table.columns = {"large"};
  const auto rows = read_table(table);
  ASSERT_TRUE(rows) << rows.error().text;
  ASSERT_EQ(rows->size(), 120u);
  EXPECT_EQ(rows->at(60, 0), "2020-03-01");
  EXPECT_EQ(rows->at(60, 1), "espn/2024/4/game-60.json");
  EXPECT_EQ(rows->at(60, 2), "4000000060");
  table.fields[1].name = "kind";
  const auto missing = read_table(table);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().text, "the table " + table.path +
                                      ": row 3: the column `kind` is null; leave such rows out of "
                                      "the file");
}

TEST(TableParquet, a_value_that_is_missing_is_named_by_its_row) {
  EXPECT_EQ(error_of({texts("game", {"a", "b", "c", {}})}, "game"),
            "row 4: the column `game` is null; leave such rows out of the file");
}

TEST(TableParquet, values_that_are_missing_elsewhere_do_not_matter) {
  EXPECT_TRUE(read({texts("game", {"a", "b"}), texts("note", {{}, {}})}, {"game"}));
}

TEST(TableParquet, times_within_a_day_and_dates_far_away_are_errors) {
  EXPECT_EQ(error_of({numbers("t", PhysicalType::int64, Kind::timestamp, {day_long, 1})}, "t"),
            "row 2: the column `t` is a time within a day; only whole days are read, so write the "
            "column as DATE");
  EXPECT_FALSE(read({numbers("t", PhysicalType::int64, Kind::microseconds, {1})}, {"t"}));
  EXPECT_TRUE(
      read({numbers("t", PhysicalType::int64, Kind::microseconds, {day_long * 1'000})}, {"t"}));
  EXPECT_EQ(error_of({numbers("d", PhysicalType::int32, Kind::date, {4'000'000})}, "d"),
            "row 1: the column `d` is a date outside of the years 0001 to 9999");
}

TEST(TableParquet, columns_that_cannot_be_a_field_are_named) {
  const std::vector<WrittenColumn> columns{
      texts("game", {"a"}), texts("game2", {"a"}), texts("game2", {"a"}),
      numbers("done", PhysicalType::boolean, Kind::none, {1}),
      numbers("price", PhysicalType::float64, Kind::none, {1})};
  EXPECT_EQ(error_of(columns, "gmae"),
            "there is no column `gmae`; did you mean `game`? there are: game, game2, game2, done, "
            "price");
  EXPECT_EQ(error_of(columns, "game2"), "the column `game2` stands twice");
  EXPECT_EQ(error_of(columns, "done"),
            "the column `done` holds booleans; write it as text or whole numbers");
  EXPECT_TRUE(error_of(columns, "price").starts_with("the column `price` (DOUBLE) holds neither"))
      << error_of(columns, "price");
}

TEST(TableParquet, a_table_without_rows_is_an_error) {
  EXPECT_EQ(error_of({texts("game", {})}, "game"), "it has no rows");
}

}  // namespace
}  // namespace upkeep
