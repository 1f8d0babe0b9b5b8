// The fixtures were made by tests/fixtures/parquet/make.mjs, which says what row i holds.
#include "report/parquet_report.h"

#include <fmt/format.h>

#include <fstream>
#include <iterator>

#include "parquet/testing.h"
#include "report/testing.h"

namespace upkeep {
namespace {

using namespace upkeep::testing;

std::string fixture(const std::string& name) {
  std::ifstream file(UPKEEP_FIXTURES "/parquet/" + name + ".parquet", std::ios::binary);
  std::string bytes(std::istreambuf_iterator<char>(file), {});
  EXPECT_FALSE(bytes.empty()) << name;
  return bytes;
}

Result<std::vector<Found>> read(std::string_view bytes, const std::string& bucket = "lake") {
  UPKEEP_TRY(const auto report,
             ParquetReport::open(bytes.size(), parquet::testing::from(bytes), bucket));
  std::vector<Found> found;
  UPKEEP_CHECK(report.read(into(found)));
  return found;
}

Found expected(int i) {
  return {fmt::format("espn/2024/{}/game-{}.json", i % 7, i), static_cast<std::uint64_t>(i),
          moment("2024-01-01T00:00:00Z") + std::chrono::minutes{i}};
}

TEST(ParquetReport, rows_become_objects) {
  const auto found = read(fixture("report-hyparquet"));
  ASSERT_TRUE(found) << found.error().text;
  ASSERT_EQ(found->size(), 120u);
  for (int i = 0; i < 120; ++i) EXPECT_EQ(found->at(static_cast<std::size_t>(i)), expected(i));
}

TEST(ParquetReport, older_versions_and_delete_markers_are_passed_over) {
  const auto found = read(fixture("report-duckdb"));
  ASSERT_TRUE(found) << found.error().text;
  std::vector<Found> alive;
  for (int i = 0; i < 120; ++i) {
    if (i % 9 != 8 && i % 10 != 7) alive.push_back(expected(i));
  }
  EXPECT_EQ(*found, alive);
}

TEST(ParquetReport, columns_are_found_by_name) {
  const std::string bytes = fixture("report-duckdb");
  const auto report = ParquetReport::open(bytes.size(), parquet::testing::from(bytes), "lake");
  ASSERT_TRUE(report) << report.error().text;
  EXPECT_TRUE(report->columns().size);
  EXPECT_TRUE(report->columns().modified);
  EXPECT_EQ(report->rows(), 120u);
}

TEST(ParquetReport, what_is_no_report_is_an_error) {
  EXPECT_EQ(error_of(read(fixture("report-duckdb"), "other")), "row 1: it is of another bucket");
  EXPECT_EQ(error_of(read(fixture("hyparquet-optional"))),
            "there is no column `Key` in `text, number, moment`");
  EXPECT_EQ(error_of(read(fixture("duckdb-snappy-v1"))), "row 1: it has no size");
}

TEST(ParquetReport, every_missing_byte_is_an_error) {
  const std::string bytes = fixture("report-hyparquet");
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(read(std::string_view(bytes).substr(0, size))) << size;
  }
}

}  // namespace
}  // namespace upkeep
