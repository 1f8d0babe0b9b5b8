#include "content/check.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "base/random.h"
#include "parquet/testing.h"
#include "report/testing.h"

namespace upkeep {
namespace {

using testing::gzip;

Valid rule(Valid::Format format, std::uint64_t min_rows = 0) {
  Valid valid;
  valid.format = format;
  valid.min_rows = min_rows;
  return valid;
}

/// What is wrong with it, given in pieces of `step` bytes; empty when nothing is.
std::string flaw_of(const Valid& valid, std::string_view bytes, std::size_t step = SIZE_MAX) {
  const auto check = make_check(valid);
  for (; !bytes.empty(); bytes.remove_prefix(std::min(step, bytes.size()))) {
    if (const auto added = check->add(bytes.substr(0, step)); !added) return added.error().text;
  }
  const auto finished = check->finish();
  return finished ? "" : finished.error().text;
}

TEST(ContentCheck, json_is_one_value) {
  const Valid json = rule(Valid::Format::json);
  EXPECT_EQ(flaw_of(json, "{\"a\": 1}\n"), "");
  EXPECT_EQ(flaw_of(json, "{\"a\": 1}\n{\"a\": 2}\n"),
            "something follows the JSON value at byte 10");
  EXPECT_EQ(flaw_of(json, ""), "there is no JSON value");
}

TEST(ContentCheck, lines_of_json_are_checked_one_by_one) {
  const Valid lines = rule(Valid::Format::jsonl, 2);
  for (const std::size_t step : {SIZE_MAX, std::size_t{1}, std::size_t{5}}) {
    EXPECT_EQ(flaw_of(lines, "{\"a\": 1}\n\n[2]\r\n \n", step), "");
    EXPECT_EQ(flaw_of(lines, "1\n2", step), "");
    EXPECT_EQ(flaw_of(lines, "1\n{\"a\":\n", step),
              "line 2: the JSON ends in the middle, after 5 bytes");
    EXPECT_EQ(flaw_of(lines, "1\n2\n3 4\n", step),
              "line 3: something follows the JSON value at byte 3");
    EXPECT_EQ(flaw_of(lines, "1\n", step), "it has 1 rows, 2 are wanted");
  }
}

TEST(ContentCheck, rows_of_csv_have_the_same_fields) {
  const Valid csv = rule(Valid::Format::csv, 1);
  for (const std::size_t step : {SIZE_MAX, std::size_t{1}, std::size_t{4}}) {
    EXPECT_EQ(flaw_of(csv, "a,b\n1,2\n", step), "");
    EXPECT_EQ(flaw_of(csv, "a,b\r\n\"1,\n\"\"x\",\r\n\r\n,2", step), "");
    EXPECT_EQ(flaw_of(csv, "a,b\n1,2\n3\n", step), "row 3 has 1 fields, the first one has 2");
    EXPECT_EQ(flaw_of(csv, "a,b\n1,\"2\n3,4\n", step), "a quoted field in row 2 does not end");
    EXPECT_EQ(flaw_of(csv, "a,b\n\"1\"x,2\n", step),
              "something stands behind the closing quote of a field in row 2");
    EXPECT_EQ(flaw_of(csv, "a,b\n", step), "it has 0 rows, 1 are wanted");
    EXPECT_EQ(flaw_of(csv, "", step), "it has no header");
    EXPECT_EQ(flaw_of(csv, std::string_view("a,b\n1,2\n\0\0\0", 11), step),
              "a zero byte stands in row 3");
    EXPECT_EQ(flaw_of(csv, "a,b\n5\" disk,2\n", step), "");
  }
  Valid other = csv;
  other.separator = ';';
  other.header = false;
  EXPECT_EQ(flaw_of(other, "1,5;2"), "");
  EXPECT_EQ(flaw_of(csv, "1;2"), "it has 0 rows, 1 are wanted");
}

TEST(ContentCheck, gzip_must_be_whole) {
  const std::string packed = gzip("anything at all");
  const Valid valid = rule(Valid::Format::gzip);
  EXPECT_EQ(flaw_of(valid, packed), "");
  EXPECT_EQ(flaw_of(valid, packed, 1), "");
  for (std::size_t size = 0; size < packed.size(); ++size) {
    EXPECT_NE(flaw_of(valid, packed.substr(0, size)), "") << size;
  }
  EXPECT_EQ(flaw_of(valid, "{}"), "this is not gzip");
}

TEST(ContentCheck, what_is_packed_with_gzip_is_unpacked_first) {
  const std::string packed = gzip("{\"a\": 1}");
  for (const std::size_t step : {SIZE_MAX, std::size_t{1}}) {
    EXPECT_EQ(flaw_of(rule(Valid::Format::json), packed, step), "");
    EXPECT_NE(flaw_of(rule(Valid::Format::json), packed.substr(0, packed.size() - 1), step), "");
    EXPECT_EQ(flaw_of(rule(Valid::Format::csv, 5), gzip("a\n1\n"), step),
              "it has 1 rows, 5 are wanted");
  }
  EXPECT_EQ(flaw_of(rule(Valid::Format::json), gzip("[1"), 2),
            "the JSON ends in the middle, after 2 bytes");
  EXPECT_NE(flaw_of(rule(Valid::Format::json), "\x1f"), "");
}

RC_GTEST_PROP(ContentCheck, a_wrong_checksum_or_size_is_found, (std::uint64_t seed)) {
  Random random(seed);
  std::string packed = gzip(R"([{"date": "2025-01-01", "values": [1, 2, 3]}])");
  const std::size_t at = packed.size() - 1 - random.below(8);  // in the checksum or the size
  packed[at] = static_cast<char>(packed[at] ^ (1 << random.below(8)));
  RC_ASSERT(flaw_of(rule(Valid::Format::json), packed, 1 + random.below(9)) != "");
}

// --- Parquet ----------------------------------------------------------------------------

std::string fixture(const std::string& name) {
  std::ifstream file(UPKEEP_FIXTURES "/parquet/" + name + ".parquet", std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string parquet_flaw(std::string_view bytes, std::uint64_t min_rows = 0) {
  const auto checked = check_parquet(rule(Valid::Format::parquet, min_rows), bytes.size(),
                                     parquet::testing::from(bytes));
  return checked ? "" : checked.error().text;
}

TEST(ContentCheck, parquet_is_judged_by_its_footer) {
  const std::string bytes = fixture("duckdb-snappy-v1");
  ASSERT_FALSE(bytes.empty());
  EXPECT_EQ(parquet_flaw(bytes), "");
  EXPECT_EQ(parquet_flaw(bytes, 120), "");
  EXPECT_EQ(parquet_flaw(bytes, 121), "it has 120 rows, 121 are wanted");
  EXPECT_EQ(parquet_flaw("PAR1"), "it is too short to be a Parquet file");
}

TEST(ContentCheck, a_parquet_file_that_lacks_bytes_is_found) {
  const std::string bytes = fixture("duckdb-snappy-v1");
  for (std::size_t size = 0; size < bytes.size(); size += 1 + size / 50) {
    EXPECT_NE(parquet_flaw(std::string_view(bytes).substr(0, size)), "") << size;
  }
  // The end is there, but something before it is not.
  for (std::size_t size = 1; size < bytes.size(); size += 1 + size / 50) {
    EXPECT_NE(parquet_flaw(std::string_view(bytes).substr(size)), "") << size;
  }
}

}  // namespace
}  // namespace upkeep
