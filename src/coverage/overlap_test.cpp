// Which pairs of collections are refused because both would collect one object.
#include "coverage/comparison.h"
#include "coverage/key_pattern.h"
#include "coverage/testing.h"

namespace upkeep {
namespace {

using namespace upkeep::testing;

Collection claimed(const std::string& name, const std::string& key, std::vector<Dimension> by) {
  auto made = collection(key, std::move(by));
  made.name = name;
  made.collector = CollectorId{0};
  return made;
}

std::string overlap(const Collection& a, const Collection& b) {
  const std::vector<SpacePtr> spaces{make_space(a), make_space(b)};
  const auto checked = check_no_overlap(spaces);
  return checked ? "" : checked.error().text;
}

TEST(Overlap, two_collections_with_collectors_may_not_claim_one_object) {
  auto a = claimed("one", "a/{n}/{kind}.json", {numbers("n", 1, 9), list("kind", {"box"})});
  auto b = claimed("two", "a/{n}/{kind}.json", {numbers("n", 9, 19), list("kind", {"pbp", "box"})});
  EXPECT_NE(overlap(a, b).find("`one` and `two` both have a collector and both claim the object "
                               "`a/9/box.json`"),
            std::string::npos);
  b.collector.reset();
  EXPECT_EQ(overlap(a, b), "");
  b.collector = CollectorId{1};
  b.store = StoreId{1};
  EXPECT_EQ(overlap(a, b), "");
  b.store = a.store;
  b.dimensions[1] = list("kind", {"pbp"});
  EXPECT_EQ(overlap(a, b), "");
}

TEST(Overlap, any_text_is_tried_with_the_keys_of_the_other) {
  const auto a = claimed("one", "a/{n}-{_}.json", {numbers("n", 1, 9)});
  EXPECT_NE(overlap(a, claimed("two", "a/{k}.json", {list("k", {"x", "3-y"})})), "");
  EXPECT_EQ(overlap(a, claimed("two", "a/{k}.json", {list("k", {"x", "3y"})})), "");
}

TEST(Overlap, two_keys_with_any_text_are_laid_over_each_other) {
  const Dimension days = dates("d", "2024-01-01", "2024-01-09");
  const auto claims = [&](const std::string& name, const std::string& key,
                          std::vector<std::string> kinds) {
    return claimed(name, key, {days, list("k", std::move(kinds))});
  };
  const auto a = claims("one", "a/{d}/{_}-{k}.json", {"box"});
  EXPECT_EQ(overlap(a, claims("two", "a/{d}/{_}-{k}.json", {"pbp"})), "");
  EXPECT_NE(overlap(a, claims("two", "a/{d}/{_}-{k}.json", {"pbp", "box"})), "");
  EXPECT_NE(overlap(a, claims("two", "a/{d}/{k}-{_}.json", {"pbp"})).find("pbp-box.json"),
            std::string::npos);
  EXPECT_EQ(overlap(a, claims("two", "a/{d}/{k}-{_}y.json", {"pbp"})), "");
  EXPECT_EQ(overlap(a, claims("two", "a/{d}/{_}/{k}.json", {"box"})), "");
  EXPECT_NE(overlap(claimed("one", "{_}/{d}.json", {days}), claimed("two", "x/{d}{_}", {days})),
            "");
  EXPECT_EQ(overlap(claimed("one", "{_}/{d}.json", {days}),
                    claimed("two", "x/{d}{_}", {dates("d", "2023-01-01", "2023-01-09")})),
            "");
}

TEST(Overlap, a_free_field_that_must_be_the_same_twice_is_left_to_the_matcher) {
  const auto a = claimed("one", "{x}/{x}-{n}.json", {numbers("n", 1, 2)});
  EXPECT_EQ(overlap(a, claimed("two", "p/q-{_}{n:01}.json", {numbers("n", 1, 2)})), "");
}

TEST(Overlap, huge_collections_whose_fields_have_nothing_in_common_are_told_apart_at_once) {
  const Dimension days = dates("d", "2000-01-01", "2024-12-31");
  const Dimension many = numbers("n", 0, 99'999);
  const auto of = [&](const std::string& name, const std::string& source) {
    return claimed(name, "lake/{s}/{d}/{n:06}.json", {list("s", {source}), days, many});
  };
  EXPECT_EQ(overlap(of("one", "espn"), of("two", "nba")), "");
  EXPECT_NE(overlap(of("one", "espn"), of("two", "espn")), "");
}

TEST(KeyPattern, finds_a_common_text_or_says_that_there_is_none) {
  const auto common = [](std::vector<std::string> a, std::vector<std::string> b) {
    return common_text({std::move(a)}, {std::move(b)}).value_or("none");
  };
  EXPECT_EQ(common({"ab"}, {"ab"}), "ab");
  EXPECT_EQ(common({"ab"}, {"ac"}), "none");
  EXPECT_EQ(common({"a", "c"}, {"abc"}), "abc");
  EXPECT_EQ(common({"a", "c"}, {"ac"}), "none");
  EXPECT_EQ(common({"a", "c"}, {"a/c"}), "none");
  EXPECT_EQ(common({"", "-b"}, {"a-", ""}), "a-b");
  EXPECT_EQ(common({"", "-", "-z"}, {"a", "z"}), "a-x-z");
  EXPECT_EQ(common({"a", "b"}, {"", "c"}), "none");
}

}  // namespace
}  // namespace upkeep
