#include "parquet/decoder.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <string>

#include "base/time.h"
#include "parquet/delta.h"
#include "parquet/runs.h"

namespace upkeep::parquet {
namespace {

using namespace std::string_view_literals;
using namespace std::string_literals;
using Numbers = std::vector<std::uint32_t>;

Numbers runs(std::string_view bytes, unsigned width, std::size_t count) {
  Numbers numbers(count);
  RunReader reader(bytes, width);
  return reader.read(numbers) ? numbers : Numbers{};
}

TEST(RunReader, reads_runs_and_packed_numbers) {
  // The example of the format's description: 0 to 7 with three bits each.
  EXPECT_EQ(runs("\x03\x88\xc6\xfa"sv, 3, 8), (Numbers{0, 1, 2, 3, 4, 5, 6, 7}));
  EXPECT_EQ(runs("\x06\x05"sv, 3, 3), (Numbers{5, 5, 5}));
  EXPECT_EQ(runs("\x04\x01\x02\x03\x03\x88\xc6\xfa"sv, 24, 2), (Numbers{0x030201, 0x030201}));
  EXPECT_EQ(runs("\x04\x05\x03\x88\xc6\xfa"sv, 3, 4), (Numbers{5, 5, 0, 1}));
  EXPECT_EQ(runs("\x04"sv, 0, 2), (Numbers{0, 0}));
}

TEST(RunReader, what_ends_too_early_is_refused) {
  EXPECT_EQ(runs(""sv, 3, 1), Numbers{});
  EXPECT_EQ(runs("\x06"sv, 3, 3), Numbers{});
  EXPECT_EQ(runs("\x06\x05"sv, 3, 4), Numbers{});
  EXPECT_EQ(runs("\x06\x08"sv, 3, 3), Numbers{}) << "a fourth bit";
  EXPECT_EQ(runs("\x03\x88\xc6"sv, 3, 6), Numbers{});
  EXPECT_EQ(runs("\x03\x88\xc6"sv, 3, 5), (Numbers{0, 1, 2, 3, 4})) << "the end may be left out";
  EXPECT_EQ(runs("\x06\x05\x00\x00\x00\x00"sv, 33, 1), Numbers{});
  EXPECT_EQ(runs("\xff\xff\xff\xff\xff\xff\xff"sv, 1, 1), Numbers{});
}

TEST(RunReader, what_is_damaged_stays_so) {
  RunReader reader("\x06\x02"sv, 1);  // three times 2, in one bit
  EXPECT_FALSE(reader.skip_all(1, 3));
  Numbers numbers(3);
  EXPECT_FALSE(reader.read(numbers));
}

TEST(DeltaReader, reads_the_examples_of_the_format) {
  std::vector<std::int64_t> numbers(5);
  DeltaReader steady("\x80\x01\x04\x05\x02\x02\x00\x00\x00\x00"sv);
  ASSERT_TRUE(steady.read(numbers));
  EXPECT_EQ(numbers, (std::vector<std::int64_t>{1, 2, 3, 4, 5}));
  // 7, 5, 3, 1, 2, 3, 4, 5: the least difference is -2, the others take two bits.
  const std::string bytes =
      "\x80\x01\x04\x08\x0e\x03\x02\x00\x00\x00\xc0\x3f\x00\x00\x00\x00\x00\x00"s + "behind";
  DeltaReader turning(bytes);
  numbers.resize(8);
  ASSERT_TRUE(turning.read(numbers));
  EXPECT_EQ(numbers, (std::vector<std::int64_t>{7, 5, 3, 1, 2, 3, 4, 5}));
  EXPECT_EQ(turning.rest(), "behind");
  EXPECT_FALSE(turning.read(numbers));
}

TEST(Decoder, old_timestamps_become_milliseconds) {
  const std::int64_t nanoseconds = 3'723'004'567'890;
  const std::int32_t day = 2'440'588 + 19'723;
  std::string bytes(12, '\0');
  std::memcpy(bytes.data(), &nanoseconds, 8);
  std::memcpy(bytes.data() + 8, &day, 4);
  const Column column{.name = "c", .kind = Kind::timestamp, .type = PhysicalType::int96};
  const auto decoder = make_decoder(column, Encoding::plain, bytes, 1, nullptr);
  ASSERT_TRUE(decoder);
  std::int64_t time = 0;
  ASSERT_TRUE((*decoder)->numbers({&time, 1}));
  EXPECT_EQ(Time{Duration{time}}, parse_time("2024-01-01T01:02:03.004Z").value());
  EXPECT_FALSE((*decoder)->numbers({&time, 1}));
}

TEST(Decoder, times_are_rounded_down_but_never_to_midnight) {
  EXPECT_EQ(to_milliseconds(1'999, 1'000), 1);
  EXPECT_EQ(to_milliseconds(-1, 1'000), -1);
  EXPECT_EQ(to_milliseconds(0, 1'000), 0);
  EXPECT_EQ(to_milliseconds(1, 1'000'000), 1);
  EXPECT_EQ(to_milliseconds(86'400'000'000, 1'000), 86'400'000);
  EXPECT_EQ(to_milliseconds(86'400'000'001, 1'000), 86'400'001);
  EXPECT_EQ(to_milliseconds(-86'399'999'999, 1'000), -86'399'999);
}

TEST(Decoder, values_of_one_size_are_texts) {
  const Column column{.name = "c", .kind = Kind::text, .type = PhysicalType::fixed, .width = 3};
  const auto decoder = make_decoder(column, Encoding::plain, "abcdefgh", 2, nullptr);
  std::array<std::string_view, 2> texts;
  ASSERT_TRUE((*decoder)->texts(texts));
  EXPECT_EQ(texts[1], "def");
  EXPECT_FALSE((*decoder)->texts(std::span(texts).first(1)));
}

TEST(Decoder, positions_beyond_the_dictionary_are_refused) {
  const Column column{.name = "c", .kind = Kind::number, .type = PhysicalType::int64};
  const Dictionary dictionary{.numbers = {10, 20, 30}, .texts = {}};
  const auto read = [&](std::string_view bytes) {
    std::int64_t number = -1;
    const auto decoder =
        make_decoder(column, Encoding::rle_dictionary, bytes, 1, &dictionary).value();
    return decoder->numbers({&number, 1}) ? number : -1;
  };
  EXPECT_EQ(read("\x02\x02\x02"sv), 30);
  EXPECT_EQ(read("\x02\x02\x03"sv), -1);
  EXPECT_EQ(read("\x40\x02\x03"sv), -1) << "64 bits wide";
  EXPECT_EQ(read(""sv), -1);
}

TEST(Decoder, an_encoding_that_does_not_fit_is_refused) {
  const Column text{.name = "c", .kind = Kind::text, .type = PhysicalType::byte_array};
  EXPECT_FALSE(make_decoder(text, Encoding::delta_binary_packed, "\x80\x01\x04\x01\x02", 1, {}));
  EXPECT_FALSE(make_decoder(text, Encoding::rle, "\0\0\0\0"sv, 1, {}));
  EXPECT_FALSE(make_decoder(text, Encoding::bit_packed, "", 1, {}));
}

}  // namespace
}  // namespace upkeep::parquet
