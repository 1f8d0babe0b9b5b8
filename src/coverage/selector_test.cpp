#include "coverage/selector.h"

#include "coverage/testing.h"

namespace upkeep {
namespace {

using namespace upkeep::testing;

const Time noon = at("2024-01-10T12:00:00Z");

std::string error_of_text(std::string_view text) {
  const auto parsed = parse_condition(text);
  return parsed ? "" : parsed.error().text;
}

/// The indices for which the condition holds, as text.
std::string chosen(const Space& space, std::string_view text) {
  const auto condition = parse_condition(text);
  if (!condition) return condition.error().text;
  const Selector selector(space, std::span(&*condition, 1), noon);
  std::string indices;
  for (std::uint64_t i = 0; i < space.size(); ++i) {
    if (selector.first(i)) indices += " " + std::to_string(i);
  }
  return indices;
}

TEST(Condition, is_terms_joined_by_and) {
  const auto parsed = parse_condition("season==2025-26 and  age < 1w and kind in (pbp, 'a b')");
  ASSERT_TRUE(parsed) << parsed.error().text;
  ASSERT_EQ(parsed->terms.size(), 3u);
  EXPECT_EQ(parsed->terms[0].field, "season");
  EXPECT_EQ(parsed->terms[0].values, std::vector<std::string>{"2025-26"});
  EXPECT_EQ(parsed->terms[1].op, Operator::less);
  EXPECT_EQ(parsed->terms[1].age, std::chrono::days{7});
  EXPECT_EQ(parsed->terms[2].op, Operator::in);
  EXPECT_EQ(parsed->terms[2].values, (std::vector<std::string>{"pbp", "a b"}));
  EXPECT_EQ(parse_condition("a in [x,y]")->terms[0].values, (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(parse_condition("a >= 5")->terms[0].op, Operator::greater_equal);
  EXPECT_EQ(parse_condition("index != and")->terms[0].values[0], "and");
}

TEST(Condition, errors_name_the_column) {
  EXPECT_EQ(error_of_text("a = 5"), "column 3 of `a = 5`: expected one of == != < <= > >= in");
  EXPECT_NE(error_of_text("a == 5 or b == 6").find("column 8"), std::string::npos);
  EXPECT_NE(error_of_text("a == ").find("column 6"), std::string::npos);
  EXPECT_NE(error_of_text("").find("column 1"), std::string::npos);
  EXPECT_NE(error_of_text("a in x").find("column 6"), std::string::npos);
  EXPECT_NE(error_of_text("a in (x").find("column 6"), std::string::npos);
  EXPECT_NE(error_of_text("a in ()").find("column 7"), std::string::npos);
  EXPECT_NE(error_of_text("age < soon").find("column 7"), std::string::npos);
  EXPECT_NE(error_of_text("age in (1d)").find("column 8"), std::string::npos);
  EXPECT_NE(error_of_text("a == 'x").find("never closed"), std::string::npos);
  EXPECT_NE(error_of_text("ä == b ö").find("column 8"), std::string::npos);
  EXPECT_NE(error_of_text("a === b").find("quotes"), std::string::npos);
  EXPECT_NE(error_of_text("a == b and").find("column 11"), std::string::npos);
}

TEST(Condition, fields_must_exist_and_values_have_their_type) {
  const std::vector<std::pair<std::string, FieldType>> types{
      {"season", FieldType::text}, {"n", FieldType::number}, {"d", FieldType::date}};
  const auto check = [&](std::string_view text, bool has_time = true) {
    const auto checked = check_condition(*parse_condition(text), types, has_time);
    return checked ? "" : checked.error().text;
  };
  EXPECT_EQ(check("season == x and n > 4 and d <= 2024-01-02 and age > 1d"), "");
  EXPECT_EQ(check("seasn == x"),
            "there is no field `seasn` (did you mean `season`?); the fields are season, n, d, age");
  EXPECT_EQ(check("n == four"), "`n` is a number, but `four` is none");
  EXPECT_NE(check("d in (2024-01-02, 2024-13-01)").find("`2024-13-01` is none"), std::string::npos);
  EXPECT_NE(check("age < 1d", false).find("`age` needs"), std::string::npos);
}

TEST(Selector, compares_by_the_type_of_the_field) {
  const auto space =
      make_space(collection("{n}/{kind}", {numbers("n", 8, 11), list("kind", {"b", "a"})}));
  EXPECT_EQ(chosen(*space, "n > 9"), " 4 5 6 7");
  EXPECT_EQ(chosen(*space, "n in (8, 011) and kind == a"), " 1 7");
  EXPECT_EQ(chosen(*space, "kind < b and n != 8"), " 3 5 7");
  EXPECT_EQ(chosen(*space, "kind == c"), "");
}

TEST(Selector, dates_and_ages) {
  const auto space = make_space(collection("{d}", {dates("d", "2024-01-07", "2024-01-11")}));
  EXPECT_EQ(chosen(*space, "d >= 2024-01-10"), " 3 4");
  EXPECT_EQ(chosen(*space, "age < 36h"), " 2 3 4");
  EXPECT_EQ(chosen(*space, "age >= 36h"), " 0 1");
  EXPECT_EQ(chosen(*space, "age == 12h"), " 2");
  EXPECT_EQ(chosen(*space, "age > 1d and d != 2024-01-07"), " 1");
}

TEST(Selector, knows_the_fields_of_tables) {
  Surroundings around;
  around.tables["t"] =
      rows({"season", "date"}, {{"b", "2024-01-02"}, {"a", "2024-01-02"}, {"a", "2024-01-09"}});
  const auto space =
      make_space(collection("{season}/{date}",
                            {table("t", {{"season", FieldType::text}, {"date", FieldType::date}})}),
                 around);
  EXPECT_EQ(chosen(*space, "season == a and age < 1d"), " 2");
  EXPECT_EQ(chosen(*space, "season in [a, c]"), " 1 2");
}

TEST(Selector, what_asks_for_a_field_that_is_not_there_holds_for_nothing) {
  const auto space = make_space(collection("{n}", {numbers("n", 0, 2)}));
  EXPECT_EQ(chosen(*space, "season != x"), "");
  EXPECT_EQ(chosen(*space, "age < 1d"), "");
  EXPECT_EQ(chosen(*space, "n == x"), "");
  EXPECT_EQ(chosen(*space, "n < 1"), " 0");
}

TEST(Selector, the_first_rule_that_fits_decides) {
  const auto space = make_space(collection("{n}", {numbers("n", 1, 5)}));
  const std::vector<Condition> rules{*parse_condition("n < 2"), *parse_condition("n < 4"), {}};
  const Selector selector(*space, rules, noon);
  EXPECT_EQ(selector.first(0), 0u);
  EXPECT_EQ(selector.first(2), 1u);
  EXPECT_EQ(selector.first(4), 2u);
  EXPECT_EQ(Selector(*space, {}, noon).first(0), std::nullopt);
}

TEST(Selector, says_how_long_it_stays_the_same) {
  const auto space = make_space(
      collection("{a}/{n}/{b}", {numbers("a", 1, 3), numbers("n", 0, 9), numbers("b", 1, 2)}));
  const std::vector<Condition> rules{*parse_condition("a == 2 and n < 4"),
                                     *parse_condition("n == 7")};
  const Selector selector(*space, rules, noon);
  EXPECT_EQ(selector.steady_until(20), 28u) << "2/0/1 up to 2/3/2";
  EXPECT_EQ(Selector(*space, {}, noon).steady_until(0), std::numeric_limits<std::uint64_t>::max());
  for (std::uint64_t index = 0; index < space->size(); ++index) {
    const std::uint64_t end = std::min(selector.steady_until(index), space->size());
    EXPECT_GT(end, index);
    for (std::uint64_t i = index; i < end; ++i) EXPECT_EQ(selector.first(i), selector.first(index));
  }
}

}  // namespace
}  // namespace upkeep
