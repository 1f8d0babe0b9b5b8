#include "io/kept_rows.h"

#include <gtest/gtest.h>

#include <array>

#include "coverage/byte_stream.h"

namespace upkeep {
namespace {

using namespace std::chrono_literals;

KeptRows example() {
  KeptRows kept;
  kept.origin = "lake plans/{day}.csv 0";
  const Time day = std::chrono::sys_days{std::chrono::year{2025} / 11 / 1};
  kept.sources = {{"plans/a.csv", 40, day + 1h, 2},
                  {"plans/b.csv", 12, Time{}, 0},
                  {"plans/c.csv", 30, day, 1}};
  kept.rows = std::make_shared<Rows>(std::vector<std::string>{"date", "game"});
  for (const auto& [date, game] : {std::pair{"2025-11-01", "1"}, {"2025-11-01", "2"}, {"", "\n"}}) {
    const std::array<std::string_view, 2> texts{date, game};
    EXPECT_TRUE(kept.rows->add(texts));
  }
  return kept;
}

TEST(KeptRows, come_back_as_they_were) {
  const KeptRows before = example();
  const auto after = decode_rows(encode_rows(before));
  ASSERT_TRUE(after) << after.error().text;
  EXPECT_EQ(after->origin, before.origin);
  ASSERT_EQ(after->sources.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(after->sources[i].key, before.sources[i].key);
    EXPECT_EQ(after->sources[i].size, before.sources[i].size);
    EXPECT_EQ(after->sources[i].modified, before.sources[i].modified);
    EXPECT_EQ(after->sources[i].rows, before.sources[i].rows);
  }
  EXPECT_EQ(after->rows->columns(), before.rows->columns());
  ASSERT_EQ(after->rows->size(), 3u);
  EXPECT_EQ(after->rows->at(1, 1), "2");
  EXPECT_EQ(after->rows->at(2, 1), "\n");
}

TEST(KeptRows, of_a_file_that_was_cut_or_changed_are_an_error) {
  const std::string bytes = encode_rows(example());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    EXPECT_FALSE(decode_rows(std::string_view(bytes).substr(0, i))) << i;
    std::string changed = bytes;
    changed[i] = static_cast<char>(changed[i] ^ 0x21);
    EXPECT_FALSE(decode_rows(changed)) << i;
  }
  EXPECT_FALSE(decode_rows(bytes + "x"));
}

/// The checksum belongs to it, so that what stands behind it is tried.
std::string sealed(std::string_view content) {
  ByteWriter checksum;
  checksum.word(checksum_of(content), 4);
  return std::string(content) + checksum.bytes();
}

TEST(KeptRows, that_were_sealed_wrong_are_an_error_or_rows_that_can_be_read) {
  const std::string bytes = encode_rows(example());
  const std::string_view content = std::string_view(bytes).substr(0, bytes.size() - 4);
  ASSERT_TRUE(decode_rows(sealed(content)));
  for (std::size_t i = 0; i < content.size(); ++i) {
    EXPECT_FALSE(decode_rows(sealed(content.substr(0, i)))) << i;
    std::string changed(content);
    for (int value = 0; value < 256; ++value) {
      changed[i] = static_cast<char>(value);
      const auto kept = decode_rows(sealed(changed));
      if (!kept) continue;
      std::uint64_t rows = 0;
      for (const KeptRows::Source& source : kept->sources) rows += source.rows;
      EXPECT_EQ(rows, kept->rows->size());
    }
  }
}

}  // namespace
}  // namespace upkeep
