// The small things that everything else stands on.
#include <gtest/gtest.h>

#include "base/json.h"
#include "base/random.h"
#include "base/text.h"
#include "base/time.h"
#include "base/zone.h"

namespace upkeep {
namespace {

using namespace std::chrono;
using namespace std::chrono_literals;

const Time noon = sys_days{2025y / 10 / 22} + 12h;

TEST(Time, is_written_and_read_back) {
  EXPECT_EQ(to_text(noon), "2025-10-22T12:00:00Z");
  EXPECT_EQ(to_text(noon + 7ms), "2025-10-22T12:00:00.007Z");
  EXPECT_EQ(to_text(Time{} - 1ms), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(parse_time("2025-10-22T12:00:00.007Z"), noon + 7ms);
  EXPECT_EQ(parse_time("2025-10-22T14:30:00+02:30"), noon);
  for (const char* wrong :
       {"", "2025-10-22", "2025-02-30T00:00:00Z", "2025-10-22T24:00:00Z", "2025-10-22T12:00:00",
        "2025-10-22T12:00:00Z ", "2025-10-22T12:00:00.Z"}) {
    EXPECT_FALSE(parse_time(wrong)) << wrong;
  }
}

TEST(Duration, is_written_and_read_back) {
  EXPECT_EQ(to_text(Duration{90s}), "90s");
  EXPECT_EQ(to_text(Duration{36h}), "36h");
  EXPECT_EQ(to_text(Duration{days{7}}), "7d");
  EXPECT_EQ(to_text(Duration{}), "0s");
  EXPECT_EQ(parse_duration("1h30m"), Duration{90min});
  EXPECT_EQ(parse_duration("2w"), Duration{days{14}});
  EXPECT_EQ(parse_duration("50ms"), Duration{50});
  for (const char* wrong : {"", "1", "h", "1 h", "1y", "-1h", "1.5h", "99999999999w"}) {
    EXPECT_FALSE(parse_duration(wrong)) << wrong;
  }
}

TEST(Duration, is_rounded_for_people) {
  EXPECT_EQ(to_rough_text(340ms), "0.3s");
  EXPECT_EQ(to_rough_text(59s), "59s");
  EXPECT_EQ(to_rough_text(12min + 5s + 9ms), "12m 5s");
  EXPECT_EQ(to_rough_text(days{3} + 4h + 50min), "3d 4h");
  EXPECT_EQ(to_rough_text(2h), "2h");
}

TEST(Size, is_read_in_decimal_and_binary_units) {
  EXPECT_EQ(parse_size("200B"), 200u);
  EXPECT_EQ(parse_size("200"), 200u);
  EXPECT_EQ(parse_size("10KiB"), 10240u);
  EXPECT_EQ(parse_size("1.5 MB"), 1'500'000u);
  EXPECT_EQ(parse_size("2gib"), 2ull << 30);
  for (const char* wrong : {"", "KB", "10XB", "-1B", "1.2.3B", "99999999999TiB"}) {
    EXPECT_FALSE(parse_size(wrong)) << wrong;
  }
  EXPECT_EQ(to_size_text(118'000'000'000), "118.00 GB");
  EXPECT_EQ(to_size_text(999), "999 B");
}

TEST(Share, must_lie_between_nothing_and_all) {
  EXPECT_EQ(parse_share("20%"), 0.2);
  EXPECT_EQ(parse_share("0.95"), 0.95);
  for (const char* wrong : {"", "%", "120%", "-1%", "nan", "20 percent"}) {
    EXPECT_FALSE(parse_share(wrong)) << wrong;
  }
}

TEST(Nearest, finds_the_word_that_was_meant) {
  const std::vector<std::string> words{"expect", "collector", "dimensions"};
  EXPECT_EQ(nearest("expct", words), "expect");
  EXPECT_EQ(nearest("colelctor", words), "collector");
  EXPECT_FALSE(nearest("weather", words));
}

TEST(Pattern, matches_like_a_shell_across_slashes) {
  EXPECT_TRUE(fits_pattern("a/b.part", "*.part"));
  EXPECT_TRUE(fits_pattern("abcabd", "*ab?"));
  EXPECT_FALSE(fits_pattern("abc", "ab"));
  EXPECT_TRUE(fits_pattern("", "**"));
  EXPECT_FALSE(fits_pattern("", "?"));
}

TEST(Utf8, knows_overlong_forms_and_surrogates) {
  EXPECT_TRUE(is_utf8("héé €😀"));
  for (const char* wrong : {"\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\x80"}) {
    EXPECT_FALSE(is_utf8(wrong));
  }
}

TEST(Thousands, are_parted_by_commas) {
  EXPECT_EQ(with_thousands(0), "0");
  EXPECT_EQ(with_thousands(999), "999");
  EXPECT_EQ(with_thousands(172754), "172,754");
  EXPECT_EQ(with_thousands(1000000), "1,000,000");
}

TEST(Zone, knows_days_of_23_and_25_hours) {
  const Zone chicago = Zone::load("America/Chicago").value();
  const Day spring = sys_days{2026y / 3 / 8}, autumn = sys_days{2026y / 11 / 1};
  EXPECT_EQ(chicago.start_of(spring + days{1}) - chicago.start_of(spring), 23h);
  EXPECT_EQ(chicago.start_of(autumn + days{1}) - chicago.start_of(autumn), 25h);
  EXPECT_EQ(chicago.day_at(sys_days{2026y / 3 / 8} + 5h), spring - days{1});
  EXPECT_EQ(chicago.day_at(chicago.start_of(spring)), spring);
  EXPECT_EQ(chicago.day_at(chicago.start_of(spring) - 1ms), spring - days{1});
}

TEST(Zone, begins_a_day_without_midnight_at_the_jump) {
  const Zone beirut = Zone::load("Asia/Beirut").value();  // clocks go from 0:00 to 1:00
  const Day day = sys_days{2022y / 3 / 27};
  EXPECT_EQ(beirut.start_of(day), sys_days{2022y / 3 / 26} + 22h);
  EXPECT_EQ(beirut.day_at(beirut.start_of(day)), day);
  EXPECT_EQ(beirut.day_at(beirut.start_of(day) - 1ms), day - days{1});
}

TEST(Zone, refuses_what_names_no_zone) {
  for (const char* wrong : {"", "Mars/Olympus", "/etc/localtime", "../UTC", "localtime"}) {
    EXPECT_FALSE(Zone::load(wrong)) << wrong;
  }
}

TEST(Json, says_where_it_is_wrong) {
  const auto parsed = parse_json("{\"a\": 1,\n \"b\": }");
  ASSERT_FALSE(parsed);
  EXPECT_TRUE(parsed.error().text.starts_with("line 2, column 7: ")) << parsed.error().text;
}

TEST(Json, writes_bytes_that_are_no_text) {
  EXPECT_EQ(to_text(Json{{"key", "a\xFF"}}), "{\"key\":\"a\xEF\xBF\xBD\"}");
}

TEST(Random, goes_on_where_it_stood) {
  Random first(42);
  EXPECT_EQ(first.next(), 13679457532755275413u);  // the published stream
  Random second(first.state());
  EXPECT_EQ(first.next(), second.next());
}

}  // namespace
}  // namespace upkeep
