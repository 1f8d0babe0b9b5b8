// The fixtures were made by tests/fixtures/parquet/make.mjs, which says what row i holds.
#include "parquet/file.h"

#include <fmt/format.h>

#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <optional>

#include "base/time.h"
#include "parquet/testing.h"

namespace upkeep::parquet {
namespace {

using namespace testing;

constexpr std::int64_t row_count = 120;

std::string fixture(const std::string& name) {
  std::ifstream file(UPKEEP_FIXTURES "/parquet/" + name + ".parquet", std::ios::binary);
  std::string bytes(std::istreambuf_iterator<char>(file), {});
  EXPECT_FALSE(bytes.empty()) << name;
  return bytes;
}

/// Every value as text; "-" where it is missing.
using Table = std::map<std::string, std::vector<std::string>>;

Result<Table> read(std::string_view bytes, const std::vector<std::string>& names) {
  UPKEEP_TRY(const File file, File::open(bytes.size(), from(bytes)));
  std::vector<std::size_t> wanted;
  for (const std::string& name : names) {
    UPKEEP_TRY(const std::size_t column, file.find(name));
    wanted.push_back(column);
  }
  Table table;
  const auto take = [&](const Batch& batch) -> Result<void> {
    for (std::size_t i = 0; i < names.size(); ++i) {
      const Values& values = batch.columns[i];
      const bool is_text = file.columns()[wanted[i]].kind == Kind::text;
      EXPECT_EQ(is_text ? values.texts.size() : values.numbers.size(), batch.rows);
      for (std::size_t row = 0; row < batch.rows; ++row) {
        const bool is_missing = !values.is_missing.empty() && values.is_missing[row];
        table[names[i]].push_back(is_missing ? "-"
                                  : is_text  ? std::string(values.texts[row])
                                             : fmt::format("{}", values.numbers[row]));
      }
    }
    return {};
  };
  UPKEEP_CHECK(file.read(wanted, take));
  return table;
}

using Expected = std::function<std::string(std::int64_t)>;

void expect(const std::string& bytes, const std::map<std::string, Expected>& columns) {
  std::vector<std::string> names;
  for (const auto& [name, value] : columns) names.push_back(name);
  const auto table = read(bytes, names);
  ASSERT_TRUE(table) << table.error().text;
  for (const auto& [name, value] : columns) {
    const auto& values = table->at(name);
    ASSERT_EQ(values.size(), static_cast<std::size_t>(row_count)) << name;
    for (std::int64_t i = 0; i < row_count; ++i) {
      ASSERT_EQ(values[static_cast<std::size_t>(i)], value(i)) << name << ", row " << i;
    }
    const auto alone = read(bytes, {name});
    ASSERT_TRUE(alone) << alone.error().text;
    EXPECT_EQ(alone->at(name), values);
  }
}

std::string key(std::int64_t i) { return fmt::format("espn/2024/{}/game-{}.json", i % 7, i); }

Expected number(std::function<std::int64_t(std::int64_t)> of) {
  return [of](std::int64_t i) { return fmt::format("{}", of(i)); };
}

/// Missing where `if_missing` says so.
Expected unless(std::function<bool(std::int64_t)> if_missing, Expected value) {
  return [=](std::int64_t i) { return if_missing(i) ? "-" : value(i); };
}

std::int64_t milliseconds(std::string_view time) {
  return parse_time(time).value().time_since_epoch().count();
}

const std::map<std::string, Expected> of_duckdb{
    {"key", key},
    {"size",
     unless([](auto i) { return i % 11 == 3; }, number([](auto i) { return i * i * 37 - 50; }))},
    {"below", number([](auto i) { return -i; })},
    {"large", number([](auto i) { return 4'000'000'000 + i; })},
    {"flag", unless([](auto i) { return i % 5 == 4; }, number([](auto i) { return i % 3 == 0; }))},
    {"day", number([](auto i) { return 18'262 + i; })},
    {"moment",
     number([](auto i) { return milliseconds("2024-01-01T00:00:00.123Z") + i * 3'600'000; })},
    {"moment_ms", number([](auto i) { return i - 1; })},
    {"kind",
     [](auto i) {
       return std::vector<std::string>{"play_by_play", "box_score", "-", "shots"}.at(i % 4);
     }},
    {"nothing", [](auto) { return "-"; }},
};

TEST(ParquetFile, of_duckdb_is_read_with_every_codec) {
  for (const char* name : {"uncompressed-v1", "snappy-v1", "gzip-v1", "zstd-v1"}) {
    SCOPED_TRACE(name);
    expect(fixture(fmt::format("duckdb-{}", name)), of_duckdb);
  }
}

TEST(ParquetFile, of_duckdb_is_read_with_newer_pages) {
  for (const char* name : {"snappy-v2", "zstd-v2"}) {
    SCOPED_TRACE(name);
    expect(fixture(fmt::format("duckdb-{}", name)), of_duckdb);
  }
}

TEST(ParquetFile, required_columns_are_read_in_every_encoding_over_many_pages) {
  const auto ninth = [](std::int64_t i) {
    std::uint64_t power = 1;  // wraps around, as the file's 64 bits would
    for (int n = 0; n < 9; ++n) power *= static_cast<std::uint64_t>(i);
    return static_cast<std::int64_t>(i % 2 == 1 ? power : ~power + 1);
  };
  expect(fixture("hyparquet-encodings"),
         {{"plain", key},
          {"delta_length", key},
          {"delta", key},
          {"dictionary", [](auto i) { return fmt::format("kind-{}", i % 3); }},
          {"int32", number([](auto i) { return static_cast<std::int32_t>(i * 1000003); })},
          {"int64", number(ninth)},
          {"plain64", number([](auto i) { return i; })},
          {"boolean", number([](auto i) { return i % 3 == 0; })}});
}

TEST(ParquetFile, optional_columns_are_read_in_newer_encodings) {
  expect(fixture("hyparquet-optional"),
         {{"text", unless([](auto i) { return i % 4 == 1; }, key)},
          {"number", unless([](auto i) { return i % 7 < 3; }, number([](auto i) { return i; }))},
          {"moment", unless([](auto i) { return i == 5; },
                            number([](auto i) { return 1'704'067'200'000 + i; }))}});
}

TEST(ParquetFile, row_groups_can_be_read_one_by_one) {
  const std::string bytes = fixture("hyparquet-encodings");
  const auto file = File::open(bytes.size(), from(bytes));
  ASSERT_TRUE(file);
  EXPECT_EQ(file->rows(), 120u);
  ASSERT_EQ(file->row_groups(), 3u);
  std::vector<std::int64_t> numbers;
  const std::vector<std::size_t> wanted{file->find("plain64").value()};
  ASSERT_TRUE(file->read_row_group(1, wanted, [&](const Batch& batch) -> Result<void> {
    numbers.insert(numbers.end(), batch.columns[0].numbers.begin(), batch.columns[0].numbers.end());
    return {};
  }));
  EXPECT_EQ(numbers.size(), 50u);
  EXPECT_EQ(numbers.front(), 50);
}

std::string error_in(const std::string& name, const std::string& column) {
  const auto table = read(fixture(name), {column});
  return table ? "" : table.error().text;
}

TEST(ParquetFile, what_is_not_read_is_named) {
  EXPECT_EQ(error_in("duckdb-brotli-v1", "key"),
            "column `key`: it is compressed with BROTLI, which is not read; write the file with "
            "SNAPPY, GZIP, ZSTD or without compression");
  EXPECT_EQ(error_in("hyparquet-encodings", "split"),
            "column `split`: it is encoded as BYTE_STREAM_SPLIT, which is not read; write the file "
            "with the encodings PLAIN or RLE_DICTIONARY");
  EXPECT_EQ(error_in("duckdb-snappy-v1", "price"),
            "the column `price` (INT32) holds neither text, whole numbers, dates, timestamps nor "
            "booleans; write it as one of these");
  EXPECT_EQ(error_in("duckdb-snappy-v1", "list.list.element"),
            "the column `list.list.element` is nested or a list; only plain columns are read");
  EXPECT_EQ(error_in("duckdb-snappy-v1", "kye"),
            "there is no column `kye`; did you mean `key`? there are: key, size, below, large, "
            "flag, day, moment, moment_ms, kind, nothing, list.list.element, price");
}

TEST(ParquetFile, every_missing_byte_is_an_error) {
  const std::string bytes = fixture("duckdb-snappy-v2");
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(read(std::string_view(bytes).substr(0, size), {"key", "size"})) << size;
  }
}

TEST(ParquetFile, damage_never_makes_fewer_rows) {
  for (const char* name : {"duckdb-snappy-v1", "hyparquet-optional"}) {
    const std::string bytes = fixture(name);
    const std::vector<std::string> names =
        name[0] == 'd' ? std::vector<std::string>{"key", "flag", "kind"}
                       : std::vector<std::string>{"text", "number", "moment"};
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      for (const int bit : {0, 3, 7}) {
        std::string damaged = bytes;
        damaged[i] ^= static_cast<char>(1 << bit);
        const auto table = read(damaged, names);
        if (!table) continue;
        for (const auto& [column, values] : *table) {
          EXPECT_EQ(values.size(), static_cast<std::size_t>(row_count)) << i;
        }
      }
    }
  }
}

TEST(ParquetFile, other_files_are_refused) {
  const auto error = [](std::string_view bytes) {
    const auto file = File::open(bytes.size(), from(bytes));
    return file ? "" : file.error().text;
  };
  EXPECT_EQ(error(""), "it is too short to be a Parquet file");
  EXPECT_EQ(error("key,size\nabc,17\n"),
            "it does not end as a Parquet file does: it is something else or was cut short");
  EXPECT_EQ(error("PAR1\xff\xff\xff\x7fPAR1"),
            "the footer of the Parquet file is damaged or was cut short");
  EXPECT_EQ(error("PARExxxxPARE"), "the Parquet file is encrypted, which is not read");
}

}  // namespace
}  // namespace upkeep::parquet
