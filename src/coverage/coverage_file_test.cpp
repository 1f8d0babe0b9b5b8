#include "coverage/coverage_file.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include "coverage/byte_stream.h"
#include "coverage/testing.h"

namespace upkeep {
namespace {

using namespace upkeep::testing;

const Time noon = at("2024-01-10T12:00:00Z");
constexpr CalendarStep monthly{CalendarStep::Unit::months, 1, {}};
constexpr CalendarStep hourly{CalendarStep::Unit::length, 1, std::chrono::hours{1}};

Coverage some_of(const Space& space, std::uint64_t seed = 7) {
  Coverage coverage;
  coverage.taken_at = noon;
  coverage.present = Bits(space.size());
  coverage.objects = 12;
  coverage.bytes = 1ull << 40;
  coverage.strays = 2;
  coverage.duplicates = 3;
  coverage.stray_samples = {"x/a", "x/b"};
  if (space.size() > 3) {
    coverage.lost = {{1, 2, noon}, {3, 3, noon + std::chrono::hours{1}}};
    coverage.looked = {{0, 1, noon, {}}, {2, 2, noon, GapKind::stale}};
  }
  for (std::uint64_t i = 0; i < space.size(); ++i) {
    const std::uint64_t draw = (i + seed) * 0x9e3779b97f4a7c15u >> 61;
    if (draw < 6) coverage.mark(i, draw == 5 ? std::nullopt : std::optional(gap_kinds[draw]));
    if (draw >= 6) coverage.mark(i, {});
  }
  return coverage;
}

Coverage carried(const Space& from, const Coverage& coverage, const Space& to) {
  const auto decoded = decode_coverage(encode_coverage(from, coverage), to);
  if (!decoded) ADD_FAILURE() << decoded.error().text;
  return decoded.value_or(Coverage{});
}

/// Every partition of `to` has what it had in `from`, or is missing.
void expect_carried(const Space& from, const Space& to) {
  const Coverage before = some_of(from);
  const Coverage after = carried(from, before, to);
  ASSERT_EQ(after.present.size(), to.size());
  for (std::uint64_t i = 0; i < to.size(); ++i) {
    auto partition = to.partition(i);
    const auto there = from.find(partition);
    EXPECT_EQ(after.gap(i), there ? before.gap(*there) : GapKind::missing) << to.text(i);
  }
}

TEST(CoverageFile, gives_back_what_was_put_in) {
  const auto space = make_space(
      collection("{d}/{kind}/{n}", {dates("d", "2024-01-01", "2024-02-28"),
                                    list("kind", {"pbp", "box"}), numbers("n", 3, 30, 3)}));
  const Coverage before = some_of(*space);
  const Coverage after = carried(*space, before, *space);
  EXPECT_EQ(after.taken_at, before.taken_at);
  EXPECT_EQ(after.present, before.present);
  EXPECT_EQ(after.invalid, before.invalid);
  EXPECT_EQ(after.undersized, before.undersized);
  EXPECT_EQ(after.stale, before.stale);
  EXPECT_EQ(after.incomplete, before.incomplete);
  EXPECT_EQ(after.objects, 12u);
  EXPECT_EQ(after.bytes, 1ull << 40);
  EXPECT_EQ(after.strays, 2u);
  EXPECT_EQ(after.duplicates, 3u);
  EXPECT_EQ(after.stray_samples, before.stray_samples);
  EXPECT_EQ(after.lost, before.lost);
  EXPECT_EQ(after.looked, before.looked);
}

TEST(CoverageFile, marks_of_nobody_stay_without_size) {
  const auto space = make_space(collection("{n}", {numbers("n", 1, 100)}));
  Coverage coverage;
  coverage.present = Bits(100);
  EXPECT_EQ(carried(*space, coverage, *space).stale.size(), 0u);
}

TEST(CoverageFile, is_carried_over_when_ranges_grow_or_shrink) {
  const std::string key = "{d}/{kind}/{n}";
  const auto made = [&](std::string_view from, std::string_view to, std::vector<std::string> kinds,
                        std::uint64_t first, std::uint64_t last) {
    return make_space(collection(
        key, {dates("d", from, to), list("kind", std::move(kinds)), numbers("n", first, last)}));
  };
  const auto base = made("2024-01-05", "2024-01-20", {"a", "b", "c"}, 10, 99);
  expect_carried(*base, *made("2024-01-05", "2024-01-25", {"a", "b", "c"}, 10, 99));
  expect_carried(*base, *made("2024-01-01", "2024-01-10", {"a", "b", "c"}, 10, 99));
  expect_carried(*base, *made("2024-01-05", "2024-01-20", {"c", "x", "a"}, 10, 99));
  expect_carried(*base, *made("2024-01-05", "2024-01-20", {"a", "b", "c"}, 7, 120));
  expect_carried(*base, *made("2024-01-07", "2024-01-21", {"b", "c", "d"}, 50, 150));
  expect_carried(*base, *made("2025-01-07", "2025-01-21", {"b"}, 50, 150));
}

TEST(CoverageFile, is_carried_over_when_dimensions_change_places) {
  const std::string key = "{d}/{kind}/{n}";
  const Dimension d = dates("d", "2024-01-05", "2024-01-20");
  const Dimension kind = list("kind", {"a", "b", "c"});
  const Dimension n = numbers("n", 10, 40);
  const auto base = make_space(collection(key, {d, kind, n}));
  expect_carried(*base, *make_space(collection(key, {n, kind, d})));
  expect_carried(*base, *make_space(collection(key, {kind, d, n})));
}

TEST(CoverageFile, is_carried_over_when_rows_are_inserted) {
  const auto wanted = collection(
      "{season}/{date}/{game}",
      {table("t",
             {{"season", FieldType::text}, {"date", FieldType::date}, {"game", FieldType::number}}),
       list("kind", {"x"})});
  auto with_kind = wanted;
  with_kind.key += "/{kind}";
  Surroundings before, after;
  before.tables["t"] =
      rows({"season", "date", "game"},
           {{"a", "2024-01-02", "07"}, {"a", "2024-01-03", "8"}, {"b", "2025-01-03", "8"}});
  after.tables["t"] = rows({"game", "season", "date"}, {{"9", "a", "2024-01-01"},
                                                        {"7", "a", "2024-01-02"},
                                                        {"8", "b", "2025-01-03"},
                                                        {"8", "a", "2024-01-03"}});
  expect_carried(*make_space(with_kind, before), *make_space(with_kind, after));
}

TEST(CoverageFile, months_hours_and_lists_of_numbers_are_carried_over_by_value) {
  expect_carried(*make_space(collection("{m}", {dates("m", "2023-01-31", "2024-01-31", monthly)})),
                 *make_space(collection("{m}", {dates("m", "2022-10-31", "2024-03-31", monthly)})));
  expect_carried(*make_space(collection("{m}", {dates("m", "2023-01-01", "2024-01-31", monthly)})),
                 *make_space(collection("{m}", {dates("m", "2023-02-01", "2023-03-31")})));
  expect_carried(*make_space(collection("{t}", {dates("t", "2023-01-30", "2023-01-31", hourly)})),
                 *make_space(collection("{t}", {dates("t", "2023-01-31", "2023-02-02", hourly)})));
  expect_carried(*make_space(collection("{n}", {list("n", {"8", "011", "10", "x"})})),
                 *make_space(collection("{n}", {numbers("n", 5, 12)})));
  expect_carried(*make_space(collection("{n}", {numbers("n", 5, 12)})),
                 *make_space(collection("{n}", {list("n", {"8", "011", "10", "x"})})));
}

TEST(CoverageFile, an_empty_range_knows_nothing) {
  const auto wanted = collection("{d}", {dates_until_today("d", "2024-01-05")});
  const auto empty = make_space(wanted, {at("2024-01-01T00:00:00Z"), {}, {}});
  const auto grown = make_space(wanted, {noon, {}, {}});
  const Coverage after = carried(*empty, {}, *grown);
  EXPECT_EQ(after.present.size(), 6u);
  EXPECT_EQ(after.present.count(), 0u);
  EXPECT_EQ(carried(*grown, some_of(*grown), *empty).present.size(), 0u);
}

TEST(CoverageFile, of_another_key_or_other_fields_is_refused) {
  const auto space = make_space(collection("{n}", {numbers("n", 1, 100)}));
  const std::string bytes = encode_coverage(*space, some_of(*space));
  const auto other_key = make_space(collection("x/{n}", {numbers("n", 1, 100)}));
  EXPECT_NE(decode_coverage(bytes, *other_key).error().text.find("another key"), std::string::npos);
  auto a = collection("{n}/{x}", {numbers("n", 1, 100)});
  auto b = collection("{n}/{x}", {numbers("n", 1, 100), list("x", {"y"})});
  const auto one = make_space(a), two = make_space(b);
  for (const auto& [from, to] : {std::pair{one, two}, std::pair{two, one}}) {
    const auto decoded = decode_coverage(encode_coverage(*from, some_of(*from)), *to);
    ASSERT_FALSE(decoded);
    EXPECT_NE(decoded.error().text.find("other fields"), std::string::npos);
  }
}

TEST(CoverageFile, every_damaged_or_missing_byte_is_an_error) {
  const auto space = make_space(
      collection("{d}/{kind}/{n}", {dates("d", "2024-01-01", "2024-01-09"),
                                    list("kind", {"pbp", "box"}), numbers("n", 3, 30, 3)}));
  const std::string bytes = encode_coverage(*space, some_of(*space));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(decode_coverage(bytes.substr(0, size), *space)) << size;
  }
  for (std::size_t i = 0; i < bytes.size() * 8; ++i) {
    std::string flipped = bytes;
    flipped[i / 8] ^= static_cast<char>(1 << (i % 8));
    EXPECT_FALSE(decode_coverage(flipped, *space)) << i;
  }
  EXPECT_FALSE(decode_coverage(bytes + "x", *space));
  EXPECT_EQ(decode_coverage("something else", *space).error().text, "this is no coverage file");
}

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    for (const int digit :
         {static_cast<unsigned char>(c) / 16, static_cast<unsigned char>(c) % 16}) {
      text += "0123456789abcdef"[digit];
    }
  }
  return text;
}

Coverage documented() {
  Coverage coverage;
  coverage.taken_at = Time{std::chrono::milliseconds{-1}};
  coverage.objects = 300;
  coverage.stray_samples = {"x"};
  coverage.lost = {{0, 1, coverage.taken_at}, {4, 4, Time{std::chrono::milliseconds{64}}}};
  coverage.looked = {{2, 2, coverage.taken_at, GapKind::missing}};
  coverage.present = Bits(6);
  coverage.present.set(5);
  return coverage;
}

SpacePtr documented_space() {
  return make_space(
      collection("{d}/{k}", {dates("d", "1970-01-01", "1970-01-03"), list("k", {"ab", "ac"})}));
}

TEST(CoverageFile, version_1_is_still_read) {
  const std::string_view digits =
      "55504b4545504356010000005b00000000000000077b647d2f7b6b7d01ac02000000010178"
      "02000101020080010102000101020101016403000401020301016b020000026162010163"
      "01062000000000000000000000005aa0eac9";
  std::string bytes;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16));
  }
  const auto read = decode_coverage(bytes, *documented_space());
  ASSERT_TRUE(read) << read.error().text;
  EXPECT_EQ(read->lost, documented().lost);
  EXPECT_EQ(read->looked, documented().looked);
  EXPECT_EQ(read->present, documented().present);
  EXPECT_EQ(read->contents.rule, "");
}

TEST(CoverageFile, version_2_stays_as_it_is_documented) {
  Coverage coverage = documented();
  coverage.contents = {
      .rule = "r", .through = coverage.taken_at, .checked = Bits(6), .trouble = "t"};
  coverage.contents.checked.set(5);
  EXPECT_EQ(hex(encode_coverage(*documented_space(), coverage)),
            "55504b4545504356020000006a00000000000000"  // magic, version, length
            "077b647d2f7b6b7d01ac02000000010178"        // key, time, counts, samples
            "0200010102008001"                          // two losses
            "0102000101"                                // a look
            "02010101640300040102"                      // two dimensions: dates …
            "0301016b020000026162010163"                // … and a list
            "0106200000000000000000000000"              // planes
            "017201017401062000000000000000"            // contents
            "364a305e");
}

TEST(CoverageFile, of_a_complete_collection_is_small) {
  const auto space = make_space(collection("{n}", {numbers("n", 0, 999'999)}));
  Coverage coverage;
  coverage.present = Bits(space->size());
  for (auto& word : coverage.present.words()) word = ~0ull;
  EXPECT_LT(encode_coverage(*space, coverage).size(), 100u);
  EXPECT_EQ(carried(*space, coverage, *space).present.count(), 1'000'000u);
}

/// Found by its size, before each day was looked up in the calendar.
TEST(CoverageFile, dates_that_are_more_than_they_can_be_are_refused_at_once) {
  const auto space = make_space(collection("{d}", {dates("d", "2024-01-01", "2024-01-09")}));
  Coverage coverage;
  coverage.taken_at = noon;
  coverage.present = Bits(9);
  std::string bytes = encode_coverage(*space, coverage);
  const std::string to = "\xa6\xb4\x02";  // 2024-01-09, as the days since 1970
  const std::size_t at = bytes.find(to);
  ASSERT_NE(at, std::string::npos);
  bytes.replace(at, to.size(), "\xa6\xb4\x87\x02").resize(bytes.size() - 4);
  ByteWriter length, checksum;
  length.word(bytes.size() + 4);
  bytes.replace(12, 8, length.bytes());
  checksum.word(checksum_of(bytes), 4);
  EXPECT_EQ(decode_coverage(bytes + checksum.bytes(), *space).error().text,
            "the coverage file is damaged: its dates; it may be deleted at any time");
}

/// A seed of an old format would be refused at once, and teach the fuzzer nothing. After a change
/// of the format, write them anew.
TEST(CoverageFile, the_seeds_of_the_fuzzer_are_read) {
  Surroundings around;
  around.tables["t"] = rows({"s", "g"}, {{"a", "1"}, {"b", "22"}, {"b", "1"}});
  const auto space = make_space(
      collection("{d}/{s}/{g}/{n}", {dates("d", "2024-01-01", "2024-01-09"),
                                     table("t", {{"s", FieldType::text}, {"g", FieldType::number}}),
                                     numbers("n", 1, 7)}),
      around);
  std::size_t looked = 0;
  const std::filesystem::path folder = UPKEEP_SEEDS "/coverage_file";
  for (const auto& seed : std::filesystem::directory_iterator(folder)) {
    std::ifstream file(seed.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    const auto coverage = decode_coverage(bytes, *space);
    ASSERT_TRUE(coverage) << seed.path() << ": " << coverage.error().text;
    looked += coverage->looked.size();
  }
  EXPECT_GT(looked, 0u);
}

}  // namespace
}  // namespace upkeep
