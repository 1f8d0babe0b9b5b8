#include "report/csv.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstring>

#include "base/random.h"
#include "report/testing.h"

namespace upkeep {
namespace {

using namespace upkeep::testing;

const std::vector<std::string> usual{"Bucket", "Key", "Size", "LastModifiedDate"};
const std::vector<std::string> versions{"Bucket",         "Key",  "VersionId",       "IsLatest",
                                        "IsDeleteMarker", "Size", "LastModifiedDate"};
// So much text behind a row that the quick way takes it.
const std::string more_rows = [] {
  std::string rows;
  for (int i = 0; i < 4; ++i) rows += "\"b\",\"more\",\"1\",\"2024-01-02T03:04:05.000Z\"\n";
  return rows;
}();

Result<std::vector<Found>> read(const std::vector<std::string>& columns, std::string_view text,
                                std::size_t step = SIZE_MAX) {
  std::vector<Found> found;
  UPKEEP_TRY(auto report, CsvReport::make(columns, "b", into(found)));
  for (; !text.empty(); text.remove_prefix(std::min(step, text.size()))) {
    UPKEEP_CHECK(report.add(text.substr(0, step)));
  }
  UPKEEP_CHECK(report.finish());
  return found;
}

/// The one row, read the quick way and the slow one.
Found one(std::string_view row) {
  const auto slowly = read(usual, row);
  const auto quickly = read(usual, std::string(row) + more_rows);
  EXPECT_EQ(error_of(slowly), "");
  EXPECT_EQ(error_of(quickly), "");
  if (!slowly || !quickly || slowly->size() != 1 || quickly->size() != 5) return {};
  EXPECT_EQ(slowly->front(), quickly->front());
  return slowly->front();
}

std::string refused(const std::vector<std::string>& columns, const std::string& rows) {
  const std::string slowly = error_of(read(columns, rows));
  if (columns == usual) {
    EXPECT_EQ(slowly, error_of(read(columns, rows + more_rows))) << rows;
  }
  return slowly;
}

TEST(CsvReport, a_row_becomes_an_object) {
  const Found found = one("\"b\",\"espn/2024/1.json\",\"1234\",\"2024-01-02T03:04:05.678Z\"\n");
  EXPECT_EQ(found.key, "espn/2024/1.json");
  EXPECT_EQ(found.size, 1234u);
  EXPECT_EQ(found.modified, moment("2024-01-02T03:04:05.678Z"));
}

TEST(CsvReport, keys_are_decoded) {
  const auto key = [](std::string_view written) {
    return one(fmt::format("\"b\",\"{}\",\"1\",\"2024-01-02T03:04:05.000Z\"\n", written)).key;
  };
  EXPECT_EQ(key("a+b%2Bc%2bd"), "a b+c+d");
  EXPECT_EQ(key("%C3%A4/%22%2C%0A"), "ä/\",\n");
  EXPECT_EQ(key("a%3Db"), "a=b");
  EXPECT_EQ(key("plain/but/much/longer/than/sixteen/characters%21"),
            "plain/but/much/longer/than/sixteen/characters!");
}

TEST(CsvReport, fields_may_be_written_in_any_way) {
  const Found plain{"k", 7, moment("2024-02-29T00:00:00Z")};
  EXPECT_EQ(one("b,k,7,2024-02-29T00:00:00.000Z\n"), plain);
  EXPECT_EQ(one("\"b\",k,\"7\",2024-02-29T00:00:00Z\r\n"), plain);
  EXPECT_EQ(one("\"b\",\"k\",\"7\",\"2024-02-29T01:00:00+01:00\"\r\n"), plain);
  EXPECT_EQ(one("\"b\",\"k\"\"\n,\",\"0007\",\"2024-02-29T00:00:00.000Z\"\n").key, "k\"\n,");
  EXPECT_EQ(one("\"b\",\"k\",\"18446744073709551615\",\"2024-02-29T00:00:00.000Z\"\n").size,
            UINT64_MAX);
  EXPECT_EQ(read(usual, "b,k,7,2024-02-29T00:00:00Z")->front(), plain) << "no line break";
  EXPECT_EQ(read(usual, "")->size(), 0u);
}

TEST(CsvReport, every_number_of_digits_is_read) {
  std::uint64_t size = 1;
  for (int digits = 1; digits <= 19; ++digits, size = size * 10 + size % 7 + 1) {
    EXPECT_EQ(one(fmt::format("\"b\",\"k\",\"{}\",\"2024-01-02T03:04:05.000Z\"\n", size)).size,
              size);
  }
}

TEST(CsvReport, every_day_and_second_is_read) {
  Random random(1);
  for (int i = 0; i < 3000; ++i) {
    const Time time{std::chrono::seconds{static_cast<std::int64_t>(random.below(4'000'000'000))}};
    std::string text = to_text(time);
    text.insert(text.size() - 1, ".000");
    EXPECT_EQ(one(fmt::format("\"b\",\"k\",\"1\",\"{}\"\n", text)).modified, time) << text;
  }
}

TEST(CsvReport, older_versions_and_delete_markers_are_passed_over) {
  const std::string date = "\"2024-01-02T03:04:05.000Z\"\n";
  const std::string rows = "\"b\",\"new\",\"v2\",\"true\",\"false\",\"3\"," + date +
                           "\"b\",\"new\",\"v1\",\"false\",\"false\",\"2\"," + date +
                           "\"b\",\"gone\",\"v2\",\"true\",\"true\",\"\"," + date +
                           "\"b\",\"gone\",\"v1\",\"false\",\"false\",\"1\"," + date +
                           "\"b\",\"kept\",\"null\",\"true\",\"false\",\"5\"," + date;
  for (const std::size_t step : {std::size_t{1}, std::size_t{100}, SIZE_MAX}) {
    const auto found = read(versions, rows + rows, step);
    ASSERT_TRUE(found) << found.error().text;
    ASSERT_EQ(found->size(), 4u);
    EXPECT_EQ(found->at(0).key, "new");
    EXPECT_EQ(found->at(0).size, 3u);
    EXPECT_EQ(found->at(1).key, "kept");
  }
}

TEST(CsvReport, columns_may_be_absent_or_unknown) {
  const auto found =
      read({"Bucket", "Key", "SomethingNew"}, "\"b\",\"k\",\"x\"\n\"b\",\"l\",\"\"\n");
  ASSERT_TRUE(found) << found.error().text;
  EXPECT_EQ(found->size(), 2u);
  EXPECT_EQ(found->front().modified, Time{});
  const auto report = CsvReport::make(std::vector<std::string>{"Key", "Size"}, "b", {});
  EXPECT_TRUE(report->columns().size);
  EXPECT_FALSE(report->columns().modified);
  EXPECT_EQ(error_of(read({"Bucket", "Size"}, "")), "there is no column `Key` in `Bucket, Size`");
  EXPECT_EQ(error_of(read({"Key", "Size", "Size"}, "")),
            "the column `Size` stands twice in `Key, Size, Size`");
}

TEST(CsvReport, an_error_names_the_row) {
  const std::string good = "\"b\",\"k\",\"1\",\"2024-01-02T03:04:05.000Z\"\n";
  EXPECT_EQ(refused(usual, good + "\"b\",\"k\",\"1\"\n"),
            "row 2: it has 3 columns, but the manifest names 4");
  EXPECT_EQ(refused(usual, "\"b\",\"k\",\"1\",\"2024-01-02T03:04:05.000Z\",\n"),
            "row 1: it has 5 columns, but the manifest names 4");
  EXPECT_EQ(refused(usual, "\n"), "row 1: it has 1 column, but the manifest names 4");
  EXPECT_EQ(refused(usual, "\"c\",\"k\",\"1\",\"2024-01-02T03:04:05.000Z\"\n"),
            "row 1: `Bucket` is `c`, which is not `b`");
  EXPECT_EQ(refused(usual, "\"b\",\"k\",\"-1\",\"2024-01-02T03:04:05.000Z\"\n"),
            "row 1: `Size` is `-1`, which is not a number of bytes");
  EXPECT_EQ(refused(usual, "\"b\",\"k\",\"\",\"2024-01-02T03:04:05.000Z\"\n"),
            "row 1: `Size` is ``, which is not a number of bytes");
  EXPECT_EQ(refused(usual, "\"b\",\"k\",\"99999999999999999999\",\"2024-01-02T03:04:05.000Z\"\n"),
            "row 1: `Size` is `99999999999999999999`, which is not a number of bytes");
  EXPECT_EQ(refused(usual, "\"b\",\"k%4\",\"1\",\"2024-01-02T03:04:05.000Z\"\n"),
            "row 1: `Key` is `k%4`, which is no URL-encoded text: two hexadecimal digits must "
            "follow `%`");
  EXPECT_EQ(refused(usual, "\"b\",\"\",\"1\",\"2024-01-02T03:04:05.000Z\"\n"),
            "row 1: `Key` is ``, which is no key");
  EXPECT_EQ(refused(versions, "b,k,v,yes,false,1,2024-01-02T03:04:05.000Z\n"),
            "row 1: `IsLatest` is `yes`, which is neither true nor false");
}

TEST(CsvReport, a_wrong_date_is_an_error) {
  for (const char* date :
       {"2024-02-30T03:04:05.000Z", "2024-01-02T24:04:05.000Z", "2024-01-02T03:60:05.000Z",
        "2024-01-02 T3:04:05.000Z", "2024-01-02T03:04:05.000", "2024-01-02T03:0:-5.000Z",
        "2024-01-02T03104:05.000Z", "2024-1-02T03:04:05.000Z", "", "yesterday"}) {
    const std::string refusal = refused(usual, fmt::format("\"b\",\"k\",\"1\",\"{}\"\n", date));
    EXPECT_TRUE(refusal.ends_with("which is no time like 2024-01-02T03:04:05.000Z")) << refusal;
  }
}

TEST(CsvReport, wrong_quotes_are_errors) {
  const std::string end = ",\"1\",\"2024-01-02T03:04:05.000Z\"\n";
  EXPECT_EQ(refused(usual, "\"b\",\"k\"x" + end), "row 1: there is text behind a closing quote");
  EXPECT_EQ(refused(usual, "\"b\",k\"\"x" + end),
            "row 1: a quote stands in a field without quotes");
  EXPECT_EQ(error_of(read(usual, "\"b\",\"k\",\"1\",\"2024-01-02")),
            "row 1: a quoted field never ends");
}

TEST(CsvReport, a_row_that_ends_with_a_comma_was_cut_short) {
  const std::vector<std::string> columns{"Key", "StorageClass"};
  EXPECT_EQ(read(columns, "\"a\",\"STANDARD\"\n\"b\",\n").value().size(), 2u);
  EXPECT_EQ(error_of(read(columns, "\"a\",\"STANDARD\"\n\"b\",")), "row 2: it was cut short");
}

TEST(CsvReport, a_row_without_end_does_not_fill_the_memory) {
  const auto found = read(usual, "\"" + std::string(3 << 20, 'x'), 4096);
  EXPECT_EQ(error_of(found), "row 1: it is longer than 1048576 bytes; this is no inventory report");
}

TEST(CsvReport, something_can_be_read_behind_each_key) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += fmt::format("\"b\",\"key{}{}\"\n", i % 3 ? "" : "%20", i);
  std::uint64_t sum = 0, keys = 0;
  const auto take = [&](std::span<const Object> objects) {
    for (const Object& object : objects) {
      std::uint64_t word;  // the address sanitizer looks at this
      std::memcpy(&word, object.key.data() + object.key.size(), sizeof word);
      sum += word;
      ++keys;
    }
  };
  auto report = CsvReport::make(std::vector<std::string>{"Bucket", "Key"}, "b", take);
  for (std::size_t at = 0; at < text.size(); at += 700) {
    const std::string_view part = std::string_view(text).substr(at, 700);
    const std::vector<char> piece(part.begin(), part.end());
    ASSERT_TRUE(report->add({piece.data(), piece.size()}));
  }
  ASSERT_TRUE(report->finish());
  EXPECT_EQ(keys, 1000u);
  EXPECT_NE(sum, 0u);
}

/// Rows as S3 writes them, and odd ones among them.
std::string random_rows(Random& random, std::uint64_t count) {
  std::string text;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::string key = fmt::format("{}/{}{}", std::string(random.below(60), 'k'), i,
                                        random.chance(10) ? "%2C+\"\"" : "");
    const Time time{std::chrono::seconds{static_cast<std::int64_t>(random.below(2'000'000'000))}};
    const bool latest = random.chance(80);
    text += fmt::format("\"b\",\"{}\",\"v\",\"{}\",\"{}\",\"{}\",\"{}\"{}", key, latest,
                        random.chance(10), random.next() >> random.below(64), to_text(time),
                        random.chance(10) ? "\r\n" : "\n");
  }
  return text;
}

RC_GTEST_PROP(CsvReport, pieces_may_end_anywhere, (std::uint64_t seed)) {
  Random random(seed);
  const std::string text = random_rows(random, 1 + random.below(30));
  const auto whole = read(versions, text), cut = read(versions, text, 1 + random.below(300));
  RC_ASSERT(whole && cut);
  RC_ASSERT(*whole == *cut);
}

}  // namespace
}  // namespace upkeep
