#include "report/gunzip.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/random.h"
#include "report/testing.h"

namespace upkeep {
namespace {

using namespace upkeep::testing;

Result<std::string> unpack(std::string_view packed, std::size_t step = SIZE_MAX) {
  std::string plain;
  Gunzip gunzip;
  const auto take = [&](std::string_view piece) -> Result<void> {
    plain += piece;
    return {};
  };
  for (; !packed.empty(); packed.remove_prefix(std::min(step, packed.size()))) {
    UPKEEP_CHECK(gunzip.add(packed.substr(0, step), take));
  }
  UPKEEP_CHECK(gunzip.finish());
  return plain;
}

std::string some_text(std::uint64_t seed, std::size_t size) {
  Random random(seed);
  std::string text;
  while (text.size() < size) text += fmt::format("{},{}\n", random.below(100), random.next());
  return text;
}

TEST(Gunzip, gives_back_what_was_packed) {
  const std::string text = some_text(1, 1 << 20);
  for (const int level : {0, 1, 6, 9}) EXPECT_EQ(unpack(gzip(text, level)), text);
  EXPECT_EQ(unpack(gzip("")), "");
}

RC_GTEST_PROP(Gunzip, takes_several_members_in_pieces_of_any_size, (std::uint64_t seed)) {
  Random random(seed);
  std::string packed, plain;
  for (std::uint64_t left = 1 + random.below(5); left > 0; --left) {
    const std::string text = some_text(random.next(), random.below(5000));
    packed += gzip(text, static_cast<int>(random.below(10)));
    plain += text;
  }
  packed.append(random.below(20), '\0');
  const auto unpacked = unpack(packed, 1 + random.below(random.chance(50) ? 8 : 3000));
  RC_ASSERT(unpacked.has_value() && *unpacked == plain);
}

TEST(Gunzip, every_missing_byte_is_an_error) {
  const std::string one = gzip(some_text(1, 3000)), packed = one + gzip(some_text(2, 2000));
  for (std::size_t size = 0; size < packed.size(); ++size) {
    if (size == one.size()) continue;  // the end of a member: the reader of rows must see this
    EXPECT_FALSE(unpack(packed.substr(0, size))) << size;
    EXPECT_FALSE(unpack(packed.substr(0, size), 7)) << size;
  }
}

TEST(Gunzip, damage_is_an_error) {
  const std::string text = some_text(3, 3000), packed = gzip(text);
  for (std::size_t bit = 10 * 8; bit < packed.size() * 8; ++bit) {
    std::string damaged = packed;
    damaged[bit / 8] ^= static_cast<char>(1 << (bit % 8));
    // Up to seven bits fill the last byte of the data and mean nothing.
    EXPECT_TRUE(!unpack(damaged) || unpack(damaged) == text) << bit;
  }
}

TEST(Gunzip, says_what_is_wrong) {
  const std::string packed = gzip("text");
  EXPECT_EQ(error_of(unpack("")), "it is empty, which is not gzip");
  EXPECT_EQ(error_of(unpack("PK\3\4")), "this is not gzip");
  EXPECT_EQ(error_of(unpack("\x1fxxxxxxxxxxx")), "this is not gzip");
  EXPECT_EQ(error_of(unpack(packed.substr(0, 15))),
            "the gzip data ends too early: it was cut short");
  EXPECT_EQ(error_of(unpack(packed + "x")), "there is something behind the end of the gzip data");
  EXPECT_EQ(error_of(unpack(packed + std::string(1, '\0') + packed)),
            "there is something behind the end of the gzip data");
  std::string damaged = packed;
  damaged[damaged.size() - 6] ^= 1;
  EXPECT_EQ(error_of(unpack(damaged)), "the checksum (CRC-32) is wrong");
}

TEST(Gunzip, the_error_of_the_taker_ends_it) {
  Gunzip gunzip;
  const auto refuse = [](std::string_view) -> Result<void> { return fail("no more"); };
  EXPECT_EQ(error_of(gunzip.add(gzip("text"), refuse)), "no more");
}

TEST(Gunzip, every_cut_of_a_packed_report_is_an_error) {
  std::string rows;
  for (int i = 0; i < 50; ++i) rows += fmt::format("\"b\",\"key/{}.json\",\"{}\"\n", i, i * i);
  const std::string packed = gzip(rows);
  const auto read = [](std::string_view bytes) -> Result<std::size_t> {
    std::vector<Found> found;
    const std::vector<std::string> columns{"Bucket", "Key", "Size"};
    UPKEEP_TRY(auto report, CsvReport::make(columns, "b", into(found)));
    Gunzip gunzip;
    UPKEEP_CHECK(gunzip.add(bytes, [&](std::string_view piece) { return report.add(piece); }));
    UPKEEP_CHECK(gunzip.finish());
    UPKEEP_CHECK(report.finish());
    return found.size();
  };
  EXPECT_EQ(read(packed), 50u);
  for (std::size_t size = 0; size < packed.size(); ++size) {
    EXPECT_FALSE(read(std::string_view(packed).substr(0, size))) << size;
  }
}

}  // namespace
}  // namespace upkeep
