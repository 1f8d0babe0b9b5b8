#include "base/cron.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/text.h"
#include "base/zone_clock.h"

namespace upkeep {
namespace {

using namespace std::chrono;

Cron cron(std::string_view text) {
  auto parsed = Cron::parse(text);
  EXPECT_TRUE(parsed) << parsed.error().text;
  return parsed ? *parsed : *Cron::parse("@daily");
}

Time time(std::string_view text) { return *parse_time(text); }

/// The next runs after `from`, in RFC 3339.
std::vector<std::string> runs(std::string_view text, std::string_view zone, std::string_view from,
                              int count) {
  const Cron schedule = cron(text);
  const Zone there = *Zone::load(zone);
  std::vector<std::string> found;
  Time at = time(from);
  for (int i = 0; i < count; ++i) {
    at = schedule.next_after(at, there);
    found.push_back(to_text(at));
  }
  return found;
}

using Texts = std::vector<std::string>;

TEST(Cron, a_run_is_the_next_time_that_fits_all_fields) {
  EXPECT_EQ(runs("30 2 * * *", "UTC", "2026-01-31T02:30:00Z", 2),
            (Texts{"2026-02-01T02:30:00Z", "2026-02-02T02:30:00Z"}));
  EXPECT_EQ(runs("30 2 * * *", "UTC", "2026-01-31T02:29:59.999Z", 1),
            (Texts{"2026-01-31T02:30:00Z"}));
  EXPECT_EQ(runs("*/20 8-9 1 jan,Jul *", "UTC", "2026-01-01T08:50:00Z", 4),
            (Texts{"2026-01-01T09:00:00Z", "2026-01-01T09:20:00Z", "2026-01-01T09:40:00Z",
                   "2026-07-01T08:00:00Z"}));
  EXPECT_EQ(runs("0 0 29 2 *", "UTC", "2096-03-01T00:00:00Z", 1), (Texts{"2104-02-29T00:00:00Z"}));
  EXPECT_EQ(runs("0 0 29 2 */7", "UTC", "2088-03-01T00:00:00Z", 1),
            (Texts{"2128-02-29T00:00:00Z"}));
}

TEST(Cron, day_and_weekday_are_alternatives_when_neither_begins_with_a_star) {
  EXPECT_EQ(runs("0 0 13 * 5", "UTC", "2026-02-10T00:00:00Z", 3),
            (Texts{"2026-02-13T00:00:00Z", "2026-02-20T00:00:00Z", "2026-02-27T00:00:00Z"}));
  EXPECT_EQ(runs("0 0 15 * 5", "UTC", "2026-02-10T00:00:00Z", 3),
            (Texts{"2026-02-13T00:00:00Z", "2026-02-15T00:00:00Z", "2026-02-20T00:00:00Z"}));
  EXPECT_EQ(runs("0 0 */2 * 5", "UTC", "2026-02-10T00:00:00Z", 2),
            (Texts{"2026-02-13T00:00:00Z", "2026-02-27T00:00:00Z"}));
}

TEST(Cron, short_forms_and_both_sundays_mean_the_same) {
  const auto same = [](std::string_view one, std::string_view other) {
    return runs(one, "UTC", "2026-02-10T00:00:00Z", 9) ==
           runs(other, "UTC", "2026-02-10T00:00:00Z", 9);
  };
  EXPECT_TRUE(same("@hourly", "0 * * * *"));
  EXPECT_TRUE(same("@daily", "0 0 * * *"));
  EXPECT_TRUE(same("@weekly", "0 0 * * sun"));
  EXPECT_TRUE(same("@monthly", "0 0 1 * *"));
  EXPECT_TRUE(same("@yearly", "0 0 1 1 *"));
  EXPECT_TRUE(same("0 0 * * 7", "0 0 * * 0"));
  EXPECT_TRUE(same("0 0 * * 5-7", "0 0 * * FRI-SUN"));
  EXPECT_TRUE(same("0 0 * * 0-7", " 0\t0 *  * *\n"));
  EXPECT_EQ(cron(" 0 0 * * 7 ").text(), "0 0 * * 7");
}

TEST(Cron, a_time_that_is_skipped_runs_at_the_jump_and_one_that_repeats_runs_once) {
  EXPECT_EQ(runs("30 2 * * *", "America/Chicago", "2026-03-07T12:00:00Z", 2),
            (Texts{"2026-03-08T08:00:00Z", "2026-03-09T07:30:00Z"}));
  EXPECT_EQ(runs("*/10 2 * * *", "America/Chicago", "2026-03-08T00:00:00Z", 2),
            (Texts{"2026-03-08T08:00:00Z", "2026-03-09T07:00:00Z"}));
  EXPECT_EQ(runs("30 1 * * *", "America/Chicago", "2026-11-01T00:00:00Z", 2),
            (Texts{"2026-11-01T06:30:00Z", "2026-11-02T07:30:00Z"}));
  EXPECT_EQ(runs("0 2 30 12 *", "Pacific/Apia", "2011-12-30T00:00:00Z", 1),
            (Texts{"2011-12-30T10:00:00Z"}));  // that day was left out
}

TEST(Cron, where_every_hour_is_allowed_each_real_hour_has_its_runs) {
  EXPECT_EQ(runs("30 * * * *", "America/Chicago", "2026-11-01T06:00:00Z", 3),
            (Texts{"2026-11-01T06:30:00Z", "2026-11-01T07:30:00Z", "2026-11-01T08:30:00Z"}));
  EXPECT_EQ(runs("30 * * * *", "America/Chicago", "2026-03-08T07:00:00Z", 2),
            (Texts{"2026-03-08T07:30:00Z", "2026-03-08T08:30:00Z"}));
}

TEST(Cron, an_error_names_the_field_and_what_it_may_be) {
  const auto error = [](std::string_view text) {
    const auto parsed = Cron::parse(text);
    return parsed ? "parsed" : parsed.error().text;
  };
  EXPECT_EQ(error("60 * * * *"),
            "`60` is no minute of a schedule: it is out of range; it may be 0 to 59, a list such "
            "as 1,3, a range or a step such as */2, or *");
  EXPECT_EQ(error("0 2 * *"),
            "`0 2 * *` is no schedule: it has 4 fields instead of five, which are minute, hour, "
            "day of the month, month and weekday, as in `0 2 * * *`");
  EXPECT_EQ(error("@often"),
            "`@often` is no schedule; those with @ are @hourly, @daily, @weekly, @monthly and "
            "@yearly");
  EXPECT_EQ(error("0 0 30,31 2 *"),
            "`0 0 30,31 2 *` is a schedule that never comes: no month `2` has a day `30,31`");
  EXPECT_EQ(error("0 0 30 2 1"), "parsed");  // the Mondays of February
  const std::vector<std::pair<std::string, std::string>> parts{
      {"0 24 * * *", "`24` is no hour of"},
      {"0 0 0 * *", "`0` is no day of the month of"},
      {"0 0 * 13 *", "`13` is no month of"},
      {"0 0 * * 8", "`8` is no weekday of"},
      {"0 0 * * mond", "it is no such value"},
      {"0 0 * mon *",
       "`mon` is no month of a schedule: it is no such value; it may be 1 to 12 or "
       "JAN to DEC,"},
      {"-1 0 * * *", "a value is missing"},
      {"1, 0 * * *", "a value is missing"},
      {"1-2-3 0 * * *", "it is no such value"},
      {"99999999999999999999 0 * * *", "it is no such value"},
      {"*/0 * * * *", "the step must be 1 to 59"},
      {"*/60 * * * *", "the step must be 1 to 59"},
      {"*/ * * * *", "the step must be 1 to 59"},
      {"5/10 * * * *", "a step needs a range before it, `5-59` say"},
      {"0 22-4 * * *", "the range ends before it begins; write `22-23,0-4` to go round the end"},
      {"0 0 L * *", "it is no such value"},
      {"0 0 ? * *", "it is no such value"},
      {"", "it has 0 fields"},
      {"0 0 0 * * *", "it has 6 fields"}};
  for (const auto& [text, part] : parts) {
    EXPECT_NE(error(text).find(part), std::string::npos) << text << ": " << error(text);
  }
}

/// One field of a random schedule, as text and as the values that it allows.
struct RandomField {
  std::string text;
  std::array<bool, 60> allowed{};
};

RandomField random_field(Random& random, int min, int max, std::uint64_t stars) {
  RandomField field;
  if (random.chance(stars)) {
    const int step = random.chance(50) ? 1 : 1 + static_cast<int>(random.below(7));
    for (int i = min; i <= max; i += step) field.allowed.at(static_cast<std::size_t>(i)) = true;
    field.text = step == 1 ? "*" : "*/" + std::to_string(step);
    return field;
  }
  const auto span = static_cast<std::uint64_t>(max - min + 1);
  for (std::uint64_t part = 1 + random.below(3); part > 0; --part) {
    const int from = min + static_cast<int>(random.below(span));
    const int to = std::min(max, from + static_cast<int>(random.below(4)));
    const int step = 1 + static_cast<int>(random.below(3));
    for (int i = from; i <= to; i += step) field.allowed.at(static_cast<std::size_t>(i)) = true;
    field.text += (field.text.empty() ? "" : ",") + std::to_string(from) + "-" +
                  std::to_string(to) + "/" + std::to_string(step);
  }
  return field;
}

struct RandomSchedule {
  std::array<RandomField, 5> fields;

  explicit RandomSchedule(Random& random)
      : fields{random_field(random, 0, 59, 30), random_field(random, 0, 23, 40),
               random_field(random, 1, 31, 60), random_field(random, 1, 12, 90),
               random_field(random, 0, 6, 60)} {}

  std::string text() const {
    std::string all;
    for (const RandomField& field : fields) all += (all.empty() ? "" : " ") + field.text;
    return all;
  }
  bool allows(std::size_t field, std::uint64_t value) const {
    return fields.at(field).allowed.at(value);
  }
  bool has_day(local_days day) const {
    const year_month_day date(day);
    const bool by_day = allows(2, unsigned(date.day()));
    const bool by_weekday = allows(4, weekday(day).c_encoding());
    const bool either = fields[2].text.front() != '*' && fields[4].text.front() != '*';
    return allows(3, unsigned(date.month())) &&
           (either ? by_day || by_weekday : by_day && by_weekday);
  }
  bool fits(LocalTime local) const {
    const auto day = floor<days>(local);
    const hh_mm_ss clock(floor<minutes>(local - day));
    return has_day(day) && allows(1, static_cast<std::uint64_t>(clock.hours().count())) &&
           allows(0, static_cast<std::uint64_t>(clock.minutes().count()));
  }
  bool is_hourly() const {
    return std::count(fields[1].allowed.begin(), fields[1].allowed.end(), true) == 24;
  }
  bool can_come() const {
    for (local_days day{sys_days{2000y / 1 / 1}.time_since_epoch()};; day += days{1}) {
      if (has_day(day)) return true;
      if (year_month_day(day).year() > 2045y) return false;
    }
  }

  /// Looks at each minute: what a person with a clock on the wall would do.
  std::vector<Time> runs(Time from, Time to, const ZoneClock& clock) const {
    std::vector<Time> found;
    LocalTime seen = clock.at(from - minutes{1});
    for (Time at = from; at < to; at += minutes{1}) {
      const LocalTime now = clock.at(at);
      bool runs = is_hourly() && fits(now);
      for (; seen < now; seen += minutes{1}) runs |= !is_hourly() && fits(seen + minutes{1});
      if (runs) found.push_back(at);
    }
    return found;
  }
};

struct Turn {
  std::string_view zone, around;
};

class CronOracle : public testing::TestWithParam<Turn> {};

TEST_P(CronOracle, a_watch_of_each_minute_finds_the_same_runs) {
  const Zone zone = *Zone::load(GetParam().zone);
  const ZoneClock clock(zone);
  const Time turn = time(GetParam().around), from = turn - days{3}, to = from + days{6};
  Random random(hash_of(GetParam().zone));
  int compared = 0;
  for (int round = 0; round < 60; ++round) {
    const RandomSchedule schedule(random);
    const auto parsed = Cron::parse(schedule.text());
    ASSERT_EQ(parsed.has_value(), schedule.can_come()) << schedule.text();
    if (!parsed) continue;
    const auto expected = schedule.runs(from, to, clock);
    std::vector<Time> found;
    for (Time at = from - Duration{1}; (at = parsed->next_after(at, zone)) < to;) {
      found.push_back(at);
    }
    ASSERT_EQ(found, expected) << schedule.text();
    for (int look = 0; look < 20 && !expected.empty(); ++look) {
      const auto left = static_cast<std::uint64_t>((to - expected.front()).count());
      Time at = expected.front() + Duration{random.below(left)};
      if (look == 0) at = std::max(expected.front(), turn);  // its moment, to the millisecond
      const Time last = *std::prev(std::ranges::upper_bound(expected, at));
      ASSERT_EQ(parsed->last_at(at, zone), last) << schedule.text() << " at " << to_text(at);
      ++compared;
    }
  }
  EXPECT_GT(compared, 300);
}

constexpr std::array turns{Turn{"UTC", "2026-03-01T00:00:00Z"},
                           Turn{"America/Chicago", "2026-03-08T08:00:00Z"},
                           Turn{"America/Chicago", "2026-11-01T07:00:00Z"},
                           Turn{"America/Chicago", "2099-11-01T07:00:00Z"},
                           Turn{"Europe/Berlin", "2026-03-29T01:00:00Z"},
                           Turn{"Europe/Berlin", "2026-10-25T01:00:00Z"},
                           Turn{"Australia/Lord_Howe", "2026-04-04T15:00:00Z"},
                           Turn{"Australia/Lord_Howe", "2026-10-03T15:30:00Z"},
                           Turn{"America/Sao_Paulo", "2018-02-18T02:00:00Z"},
                           Turn{"America/Sao_Paulo", "2018-11-04T03:00:00Z"},
                           Turn{"Pacific/Apia", "2011-12-30T10:00:00Z"},
                           Turn{"Pacific/Kwajalein", "1969-09-30T13:00:00Z"}};

INSTANTIATE_TEST_SUITE_P(turns, CronOracle, testing::ValuesIn(turns));

}  // namespace
}  // namespace upkeep
