// Every way to cut a report short is an error: what is not read must never count as missing.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "io/fake_store.h"
#include "io/report_reader.h"
#include "report/md5.h"
#include "report/testing.h"

namespace upkeep {
namespace {

using testing::gzip;

constexpr std::string_view folder = "inventory/lake/daily/2024-01-03T00-00Z/";
constexpr std::string_view data_key = "inventory/lake/daily/data/0";

std::string md5_of(std::string_view bytes) {
  Md5 md5;
  md5.add(bytes);
  return md5.finish().value();
}

std::string manifest_of(std::string_view format, std::string_view bytes) {
  return fmt::format(
      R"({{"sourceBucket": "lake", "version": "2016-11-30", "creationTimestamp": "1704240000000",)"
      R"( "fileFormat": "{}", "fileSchema": "Bucket, Key, Size, LastModifiedDate, StorageClass",)"
      R"( "files": [{{"key": "{}", "size": {}, "MD5checksum": "{}"}}]}})",
      format, data_key, bytes.size(), md5_of(bytes));
}

/// A report of one file in a store of its own.
struct Delivered {
  std::string format = "CSV", data, manifest, checksum;

  /// The manifest and its checksum speak of the data as it is now.
  void sign() {
    manifest = manifest_of(format, data);
    checksum = md5_of(manifest);
  }

  /// How many objects it gives, or an error. No report at all is an error, too.
  Result<std::size_t> read() const {
    FakeStore store;
    store.put_bytes(std::string(folder) + "manifest.json", manifest);
    store.put_bytes(std::string(folder) + "manifest.checksum", checksum);
    store.put_bytes(std::string(data_key), data);
    UPKEEP_TRY(const auto report, find_report(store, "inventory"));
    if (!report) return fail("there is no report");
    std::size_t count = 0;
    UPKEEP_CHECK(read_report(store, *report,
                             {[&](std::span<const Object> objects) { count += objects.size(); }}));
    return count;
  }
};

std::string rows() {
  std::string text;
  for (int i = 0; i < 6; ++i) {
    text +=
        fmt::format("\"lake\",\"games/{}.json\",\"{}\",\"2024-01-02T03:04:05.000Z\",\"STANDARD\"\n",
                    i, 100 * i);
  }
  return text;
}

Delivered csv(std::string_view plain) {
  Delivered made{.format = "CSV", .data = gzip(plain), .manifest = {}, .checksum = {}};
  made.sign();
  return made;
}

Delivered parquet() {
  std::ifstream file(UPKEEP_FIXTURES "/parquet/report-duckdb.parquet", std::ios::binary);
  Delivered made{.format = "Parquet", .data = {}, .manifest = {}, .checksum = {}};
  made.data = {std::istreambuf_iterator<char>(file), {}};
  made.sign();
  return made;
}

TEST(ReportDamage, a_whole_report_is_read) { EXPECT_EQ(csv(rows()).read().value(), 6u); }

TEST(ReportDamage, a_data_file_that_was_cut_short_anywhere_is_an_error) {
  const Delivered whole = csv(rows());
  for (std::size_t size = 0; size < whole.data.size(); ++size) {
    Delivered cut = whole;
    cut.data.resize(size);
    EXPECT_FALSE(cut.read()) << size;
    cut.sign();  // it was cut before its sum was made
    EXPECT_FALSE(cut.read()) << size;
  }
}

TEST(ReportDamage, a_data_file_with_a_wrong_byte_anywhere_is_an_error) {
  const Delivered whole = csv(rows());
  for (std::size_t at = 0; at < whole.data.size(); ++at) {
    Delivered wrong = whole;
    wrong.data[at] = static_cast<char>(wrong.data[at] ^ 1);
    EXPECT_FALSE(wrong.read()) << at;
  }
}

/// Only whole rows are rows; a report that ends behind one cannot be told from a shorter one.
TEST(ReportDamage, rows_that_were_cut_short_anywhere_are_an_error) {
  const std::string plain = rows();
  for (std::size_t size = 1; size < plain.size(); ++size) {
    const bool is_whole_row = plain[size - 1] == '\n' || plain[size] == '\n';
    EXPECT_EQ(csv(plain.substr(0, size)).read().has_value(), is_whole_row) << size;
  }
}

TEST(ReportDamage, a_row_with_too_few_or_too_many_columns_is_an_error) {
  EXPECT_FALSE(csv(rows() + "\"lake\",\"games/7.json\",\"100\"\n" + rows()).read());
  EXPECT_FALSE(csv(rows() + "\"lake\"\n").read());
  std::string longer = rows();
  longer.insert(longer.size() - 1, ",\"more\"");
  EXPECT_FALSE(csv(longer).read());
}

TEST(ReportDamage, a_parquet_file_that_was_cut_short_anywhere_is_an_error) {
  const Delivered whole = parquet();
  ASSERT_GT(whole.data.size(), 1000u);
  for (std::size_t size = 0; size < whole.data.size(); ++size) {
    Delivered cut = whole;
    cut.data.resize(size);
    cut.sign();
    EXPECT_FALSE(cut.read()) << size;
  }
}

TEST(ReportDamage, a_manifest_that_was_cut_short_anywhere_is_an_error) {
  const Delivered whole = csv(rows());
  for (std::size_t size = 0; size < whole.manifest.size(); ++size) {
    Delivered cut = whole;
    cut.manifest.resize(size);
    EXPECT_FALSE(cut.read()) << size;
    cut.checksum = md5_of(cut.manifest);
    EXPECT_FALSE(cut.read()) << size;
  }
}

TEST(ReportDamage, a_checksum_that_was_cut_short_anywhere_is_an_error) {
  const Delivered whole = csv(rows());
  for (std::size_t size = 0; size < whole.checksum.size(); ++size) {
    Delivered cut = whole;
    cut.checksum.resize(size);
    EXPECT_FALSE(cut.read()) << size;
  }
}

}  // namespace
}  // namespace upkeep
