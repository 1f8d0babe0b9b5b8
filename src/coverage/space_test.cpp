#include "coverage/space.h"

#include "coverage/testing.h"

namespace upkeep {
namespace {

using namespace upkeep::testing;
using Unit = CalendarStep::Unit;

constexpr CalendarStep monthly{Unit::months, 1, {}};
constexpr CalendarStep yearly{Unit::months, 12, {}};
constexpr CalendarStep hourly{Unit::length, 1, std::chrono::hours{1}};

void expect_both_ways(const Space& space) {
  for (std::uint64_t i = 0; i < space.size(); ++i) {
    const std::string key = space.key(i);
    EXPECT_EQ(space.find_written(key), i) << key;
    EXPECT_EQ(space.find(space.partition(i)), i) << key;
    if (space.has_exact_keys()) {
      EXPECT_EQ(space.find_key(key), i) << key;
    }
  }
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(Space, the_last_dimension_runs_fastest) {
  const auto space = make_space(
      collection("{date}/{kind}/{n}", {dates("date", "2024-02-28", "2024-03-01"),
                                       list("kind", {"pbp", "box"}), numbers("n", 9, 11)}));
  ASSERT_EQ(space->size(), 18u);
  EXPECT_EQ(space->key(0), "2024-02-28/pbp/9");
  EXPECT_EQ(space->key(1), "2024-02-28/pbp/10");
  EXPECT_EQ(space->key(3), "2024-02-28/box/9");
  EXPECT_EQ(space->key(17), "2024-03-01/box/11");
  EXPECT_EQ(space->text(7), "date=2024-02-29 kind=pbp n=10");
  EXPECT_EQ(space->stride(0), 6u);
  EXPECT_EQ(space->coordinate(17, 1), 1u);
  expect_both_ways(*space);
}

TEST(Space, a_key_without_fields_is_one_partition) {
  const auto space = make_space(collection("a/b.json", {}));
  EXPECT_EQ(space->size(), 1u);
  EXPECT_EQ(space->find_key("a/b.json"), 0u);
  EXPECT_EQ(space->find_key("a/b.jsonx"), std::nullopt);
  EXPECT_TRUE(space->has_exact_keys());
}

TEST(Space, dates_take_the_written_form_of_the_template) {
  const auto space =
      make_space(collection("x/{date:%Y/%m/%d}.json", {dates("date", "2023-12-30", "2024-01-02")}));
  EXPECT_EQ(space->key(0), "x/2023/12/30.json");
  EXPECT_EQ(space->find_key("x/2024/01/02.json"), 3u);
  EXPECT_EQ(space->find_key("x/2024/1/02.json"), std::nullopt);
  EXPECT_EQ(space->find_key("x/2024/02/30.json"), std::nullopt);
  EXPECT_EQ(space->find_key("x/2024/01/03.json"), std::nullopt);
  EXPECT_EQ(space->find_key("x/2023/12/29.json"), std::nullopt);
  expect_both_ways(*space);
}

TEST(Space, appearances_of_one_field_must_agree) {
  const auto split =
      make_space(collection("{date:%Y}/{date:%m-%d}", {dates("date", "2023-12-30", "2024-01-02")}));
  EXPECT_EQ(split->key(3), "2024/01-02");
  expect_both_ways(*split);
  const auto twice = make_space(collection(
      "{season}/{season}-{date:%Y%m%d-%j}.json",
      {list("season", {"2023-24", "2024-25"}), dates("date", "2024-02-28", "2024-03-01")}));
  EXPECT_EQ(twice->key(5), "2024-25/2024-25-20240301-061.json");
  EXPECT_EQ(twice->find_key("2024-25/2023-24-20240301-061.json"), std::nullopt);
  expect_both_ways(*twice);
}

TEST(Space, a_second_appearance_that_differs_does_not_fit) {
  const auto space = make_space(
      collection("{s}/{s}_{n}/{n:03}.json", {list("s", {"a", "bc"}), numbers("n", 7, 12)}));
  EXPECT_EQ(space->key(0), "a/a_7/007.json");
  EXPECT_EQ(space->find_key("a/bc_7/007.json"), std::nullopt);
  EXPECT_EQ(space->find_key("a/a_7/008.json"), std::nullopt);
  expect_both_ways(*space);
  const auto days =
      make_space(collection("{d:%Y-%m-%d}-{d:%j-%y}", {dates("d", "2024-02-28", "2024-03-01")}));
  EXPECT_EQ(days->key(2), "2024-03-01-061-24");
  EXPECT_EQ(days->find_key("2024-03-01-060-24"), std::nullopt);
  EXPECT_EQ(days->find_key("2024-03-01-061-23"), std::nullopt);
  expect_both_ways(*days);
}

TEST(Space, months_and_years_need_no_day) {
  const auto months =
      make_space(collection("{m:%Y-%m}", {dates("m", "2023-11-30", "2024-04-30", monthly)}));
  ASSERT_EQ(months->size(), 6u);
  EXPECT_EQ(months->partition(3)[0].second, "2024-02-29");
  EXPECT_EQ(months->key(3), "2024-02");
  expect_both_ways(*months);
  const auto years =
      make_space(collection("{y:%Y}", {dates("y", "2020-02-29", "2024-02-28", yearly)}));
  ASSERT_EQ(years->size(), 4u);
  EXPECT_EQ(years->key(3), "2023");
  expect_both_ways(*years);
}

TEST(Space, steps_under_a_day_run_in_utc) {
  const auto zone = Zone::load("America/Chicago");
  ASSERT_TRUE(zone);
  const Surroundings around{at("2024-03-10T01:30:00Z"), *zone, {}};
  const auto space = make_space(
      collection("{t:%Y%m%dT%H}", {dates_until_today("t", "2024-03-09", hourly)}), around);
  EXPECT_EQ(space->size(), 48u);
  EXPECT_EQ(space->key(25), "20240310T01");
  EXPECT_EQ(space->partition(25)[0].second, "2024-03-10T01:00Z");
  EXPECT_EQ(space->end(0), at("2024-03-09T01:00:00Z"));
  expect_both_ways(*space);
  const auto plain =
      make_space(collection("x/{t}.csv", {dates("t", "2024-03-09", "2024-03-09", hourly)}));
  EXPECT_EQ(plain->key(1), "x/2024-03-09T01:00Z.csv");
  expect_both_ways(*plain);
}

TEST(Space, days_are_those_of_the_zone) {
  const auto zone = Zone::load("America/Chicago");
  ASSERT_TRUE(zone);
  auto wanted = collection("{date}", {dates_until_today("date", "2024-03-09")});
  wanted.expect.available_after = std::chrono::hours{6};
  const auto space = make_space(wanted, {at("2024-03-12T03:00:00Z"), *zone, {}});
  ASSERT_EQ(space->size(), 3u);
  EXPECT_EQ(space->end(0), at("2024-03-10T06:00:00Z"));
  EXPECT_EQ(space->end(1), at("2024-03-11T05:00:00Z"));  // the clocks go forward: 23 hours
  EXPECT_EQ(space->due(1), at("2024-03-11T11:00:00Z"));
  EXPECT_TRUE(space->is_due(1, at("2024-03-11T11:00:00Z")));
  EXPECT_FALSE(space->is_due(1, at("2024-03-11T10:59:59Z")));
}

TEST(Space, without_a_time_everything_is_due) {
  const auto space = make_space(collection("{n}", {numbers("n", 1, 3)}));
  EXPECT_FALSE(space->time_axis());
  EXPECT_TRUE(space->is_due(0, at("1970-01-01T00:00:00Z")));
}

TEST(Space, a_range_that_begins_after_today_is_empty) {
  const auto space =
      make_space(collection("{d}/{n}", {dates_until_today("d", "2030-01-01"), numbers("n", 0, 9)}),
                 {at("2024-01-01T00:00:00Z"), {}, {}});
  EXPECT_EQ(space->size(), 0u);
  EXPECT_EQ(space->find_key("2030-01-01/0"), std::nullopt);
  EXPECT_TRUE(contains(error_of(collection("{d}", {dates("d", "2030-01-02", "2030-01-01")})),
                       "dimension `d`: `from` (2030-01-02) is after `to` (2030-01-01)"));
}

TEST(Space, only_the_canonical_form_of_a_number_matches) {
  const auto space = make_space(collection("{game:04}", {numbers("game", 0, 12345)}));
  EXPECT_EQ(space->find_key("0007"), 7u);
  EXPECT_EQ(space->find_key("7"), std::nullopt);
  EXPECT_EQ(space->find_key("00007"), std::nullopt);
  EXPECT_EQ(space->find_key("12345"), 12345u);
  EXPECT_EQ(space->find_key("012345"), std::nullopt);
  EXPECT_EQ(space->find_key("12346"), std::nullopt);
  EXPECT_EQ(space->find_key("99999999999999999999999"), std::nullopt);
  EXPECT_EQ(space->find_key("00a7"), std::nullopt);
  const auto plain = make_space(collection("{n}.x", {numbers("n", 8, 20, 4)}));
  EXPECT_EQ(plain->size(), 4u);
  EXPECT_EQ(plain->find_key("12.x"), 1u);
  EXPECT_EQ(plain->find_key("13.x"), std::nullopt);
  EXPECT_EQ(plain->find_key("012.x"), std::nullopt);
  EXPECT_EQ(plain->find_key(".x"), std::nullopt);
  EXPECT_EQ(plain->find_key("24.x"), std::nullopt);
  expect_both_ways(*space);
}

TEST(Space, a_table_gives_several_fields_at_once) {
  Surroundings around;
  around.tables["schedule"] =
      rows({"season", "date", "game", "venue"}, {{"2023-24", "2024-01-02", "0042", "x"},
                                                 {"2024-25", "2024-11-05", "42", "y"},
                                                 {"2023-24", "2024-01-02", "0042", "z"},
                                                 {"2023-24", "2024-01-02", "7", "z"}});
  const auto made = collection(
      "{season}/{date:%Y/%m/%d}/{game}.json",
      {table("schedule",
             {{"season", FieldType::text}, {"date", FieldType::date}, {"game", FieldType::text}})});
  const auto space = make_space(made, around);
  ASSERT_EQ(space->size(), 3u);  // the repeated row counts once
  EXPECT_EQ(space->key(0), "2023-24/2024/01/02/0042.json");
  EXPECT_EQ(space->key(2), "2023-24/2024/01/02/7.json");
  EXPECT_EQ(space->find_key("2024-25/2024/11/05/42.json"), 1u);
  EXPECT_EQ(space->find_key("2023-24/2024/11/05/42.json"), std::nullopt);
  EXPECT_EQ(space->end(1), at("2024-11-06T00:00:00Z"));
  expect_both_ways(*space);
}

TEST(Space, numbers_of_a_table_lose_their_zeros) {
  Surroundings around;
  around.tables["t"] = rows({"n"}, {{"007"}, {"12"}});
  const auto space =
      make_space(collection("{n:04}", {table("t", {{"n", FieldType::number}})}), around);
  EXPECT_EQ(space->key(0), "0007");
  EXPECT_EQ(space->partition(0)[0].second, "7");
  expect_both_ways(*space);
}

TEST(Space, a_key_may_hold_some_fields_of_a_table_when_they_tell_the_rows_apart) {
  Surroundings around;
  around.tables["t"] = rows({"game", "date"}, {{"1", "2024-01-02"}, {"2", "2024-01-02"}});
  const auto wanted = collection(
      "{game}.json", {table("t", {{"date", FieldType::date}, {"game", FieldType::text}})});
  const auto space = make_space(wanted, around);
  EXPECT_EQ(space->find_key("2.json"), 1u);
  expect_both_ways(*space);
  around.tables["t"] =
      rows({"game", "date"}, {{"1", "2024-01-02"}, {"2", "2024-01-02"}, {"1", "2024-01-03"}});
  EXPECT_TRUE(contains(error_of(wanted, around), "the rows 1 and 3 have the same key"));
}

TEST(Space, values_that_cannot_stand_in_a_key_are_errors_that_name_the_row) {
  const auto wanted = collection("{a}", {table("t", {{"a", FieldType::text}})});
  for (const std::string_view bad : {"", ".", "..", "x/y", "x\ny"}) {
    Surroundings around;
    around.tables["t"] = rows({"a"}, {{"fine"}, {bad}});
    EXPECT_TRUE(contains(error_of(wanted, around), "dimension `t`, row 2, column `a`")) << bad;
  }
  EXPECT_TRUE(
      contains(error_of(collection("{a}", {list("a", {"x", ""})})), "dimension `a`, value 2"));
  Surroundings around;
  around.tables["t"] = rows({"a"}, {{"1x"}});
  EXPECT_TRUE(
      contains(error_of(collection("{a}", {table("t", {{"a", FieldType::number}})}), around),
               "`1x` is not a whole number"));
  EXPECT_TRUE(contains(error_of(collection("{a}", {table("t", {{"a", FieldType::date}})}), around),
                       "`1x` is not a date"));
  EXPECT_TRUE(contains(error_of(collection("{b}", {table("t", {{"b", FieldType::text}})}), around),
                       "no column `b`; it has a"));
}

TEST(Space, a_value_that_holds_the_literal_behind_it_is_an_error) {
  EXPECT_TRUE(
      contains(error_of(collection("{a}-{n}.json", {list("a", {"x", "y-z"}), numbers("n", 1, 2)})),
               "the value `y-z` of `a` holds `-`"));
  EXPECT_FALSE(error_of(collection("{a}--{n}", {list("a", {"x-"}), numbers("n", 1, 2)})).empty());
  EXPECT_EQ(error_of(collection("{a}_{n}", {list("a", {"x-"}), numbers("n", 1, 2)})), "");
  // A date is read by its width, so its hyphens do no harm.
  const auto space = make_space(
      collection("{d}-{n}", {dates("d", "2024-01-01", "2024-01-03"), numbers("n", 1, 12)}));
  expect_both_ways(*space);
}

TEST(Space, of_fields_side_by_side_all_but_one_have_a_fixed_width) {
  const auto fine =
      make_space(collection("{d:%Y%m}{a}{n:02}.x", {dates("d", "2024-01-01", "2024-03-01", monthly),
                                                    list("a", {"p", "qrs"}), numbers("n", 0, 99)}));
  EXPECT_EQ(fine->find_key("202402qrs07.x"), 1 * 200 + 100 + 7u);
  expect_both_ways(*fine);
  EXPECT_TRUE(
      contains(error_of(collection("{a}{n}", {list("a", {"p", "qrs"}), numbers("n", 0, 99)})),
               "nothing tells where one of `{a}` `{n}` ends"));
  EXPECT_FALSE(error_of(collection("{n}0{m}", {numbers("n", 0, 99), numbers("m", 0, 99)})).empty());
  EXPECT_FALSE(error_of(collection("{_}{n}", {numbers("n", 0, 99)})).empty());
}

TEST(Space, free_fields_and_any_text_stay_as_they_are_in_the_written_key) {
  const auto space =
      make_space(collection("{d}/{x}-{n:02}/{x}-{_}.json",
                            {dates("d", "2024-01-01", "2024-01-02"), numbers("n", 1, 12)}));
  EXPECT_FALSE(space->has_exact_keys());
  EXPECT_EQ(space->key(1), "2024-01-01/{x}-02/{x}-{_}.json");
  EXPECT_EQ(space->find_key("2024-01-01/a-b-02/a-b-z.json"), 1u);
  EXPECT_EQ(space->find_key("2024-01-01/a-b-02/a-c-z.json"), std::nullopt);
  EXPECT_EQ(space->find_key("2024-01-01/-02/-z.json"), std::nullopt);
  EXPECT_EQ(space->find_key("2024-01-01/a-02/a-z/z.json"), std::nullopt);
  expect_both_ways(*space);
}

TEST(Space, any_text_takes_as_little_as_it_can_and_as_much_as_it_must) {
  const auto space = make_space(collection("{_}-{n}.json", {numbers("n", 1, 12)}));
  EXPECT_EQ(space->find_key("a-b-7.json"), 6u);
  EXPECT_EQ(space->find_key("a.json-3.json"), 2u);
  EXPECT_EQ(space->find_key("-3.json"), std::nullopt);
  EXPECT_EQ(space->find_key("--3.json"), 2u);
  EXPECT_EQ(space->find_key("x/a-3.json"), std::nullopt);
  const auto behind = make_space(collection("{n}-{_}.json", {numbers("n", 1, 12)}));
  EXPECT_EQ(behind->find_key("7-x.json.json"), 6u);
  EXPECT_EQ(behind->find_key("7-.json"), std::nullopt);
}

TEST(Space, a_written_form_that_cannot_be_read_back_is_an_error_with_its_mend) {
  const auto of = [](const std::string& key, CalendarStep every = {}) {
    return error_of(collection(key, {dates("d", "1999-01-01", "2024-01-01", every)}));
  };
  EXPECT_TRUE(contains(of("{d:%Y-%m}"), "does not tell the day of `d`; add %d"));
  EXPECT_TRUE(contains(of("{d:%m-%d}"), "does not tell the year of `d`; add %Y"));
  EXPECT_TRUE(contains(of("{d:%Y-%d}"), "month"));
  EXPECT_TRUE(contains(of("{d:%Y-%b-%d}"), "column 1 of the key: %b"));
  EXPECT_TRUE(contains(of("{d:%Y-%m-%d}", hourly), "hour"));
  EXPECT_TRUE(
      contains(of("{d:%Y-%m-%d%H}", {Unit::length, 1, std::chrono::minutes{30}}), "minute"));
  EXPECT_TRUE(contains(of("{d:04}"), "year"));
  EXPECT_EQ(of("{d:%y/%j}"), "");
  EXPECT_EQ(of("{d:%y}", yearly), "");
  EXPECT_TRUE(contains(of("{d:%Y/..}/{d}"), "`..` is no part of a key"));
  EXPECT_TRUE(contains(
      error_of(collection("{d:%y-%m-%d}", {dates("d", "1901-01-01", "2024-01-01")})), "write %Y"));
  EXPECT_TRUE(contains(error_of(collection("{n:4}", {numbers("n", 0, 9)})),
                       "no written form of the number"));
  EXPECT_TRUE(contains(error_of(collection("{a:04}", {list("a", {"x"})})), "is text"));
  EXPECT_TRUE(
      contains(error_of(collection("{n}/{x:04}", {numbers("n", 0, 9)})), "has no dimension"));
}

TEST(Space, short_years_are_those_of_the_range) {
  const auto space = make_space(collection("{d:%y%m%d}", {dates("d", "1999-12-31", "2000-01-02")}));
  EXPECT_EQ(space->key(1), "000101");
  expect_both_ways(*space);
}

TEST(Space, each_dimension_must_stand_in_the_key) {
  EXPECT_TRUE(contains(error_of(collection("{n}", {numbers("n", 1, 2), list("a", {"x", "y"})})),
                       "does not hold `{a}`"));
  EXPECT_TRUE(contains(error_of(collection("{n}", {numbers("n", 1, 2), list("n", {"x", "y"})})),
                       "another dimension gives the field `n`"));
}

TEST(Space, too_many_partitions_are_taken_for_a_typing_error) {
  EXPECT_TRUE(contains(
      error_of(collection("{n}/{m}", {numbers("n", 1, 1'000'000), numbers("m", 1, 1'000'000)})),
      "dimension `n` makes for more than 4,294,967,296 partitions"));
  EXPECT_FALSE(error_of(collection("{n}", {numbers("n", 0, ~0ull)})).empty());
}

TEST(Space, counts_come_from_the_config_or_a_column) {
  auto wanted =
      collection("{season}/{game}.json", {table("t", {{"season", FieldType::text}}, {"games"})});
  Surroundings around;
  around.tables["t"] = rows({"season", "games"}, {{"2023-24", "1230"}, {"2024-25", "15"}});
  EXPECT_EQ(make_space(wanted, around)->count_min(1), 1u);
  wanted.expect.count = Count{7, ""};
  EXPECT_EQ(make_space(wanted, around)->count_min(1), 7u);
  wanted.expect.count = Count{1, "games"};
  EXPECT_EQ(make_space(wanted, around)->count_min(1), 15u);
  around.tables["t"] = rows({"season", "games"}, {{"2023-24", "many"}});
  EXPECT_TRUE(contains(error_of(wanted, around), "row 1, column `games`"));
  wanted.key = "{season}.json";
  EXPECT_FALSE(error_of(wanted, around).empty());
}

TEST(Space, find_wants_all_fields_in_canonical_form) {
  const auto space = make_space(
      collection("{d}/{n:03}", {dates("d", "2024-01-01", "2024-01-03"), numbers("n", 1, 12)}));
  EXPECT_EQ(space->find({{"n", "2"}, {"d", "2024-01-02"}}), 13u);
  EXPECT_EQ(space->find({{"n", "002"}, {"d", "2024-01-02"}}), std::nullopt);
  EXPECT_EQ(space->find({{"d", "2024-01-02"}}), std::nullopt);
  EXPECT_EQ(space->find({{"n", "2"}, {"d", "2024-01-02"}, {"x", "1"}}), std::nullopt);
  EXPECT_EQ(space->find({{"n", "2"}, {"d", "2024-1-2"}}), std::nullopt);
}

}  // namespace
}  // namespace upkeep
