#include "coverage/comparison.h"

#include "coverage/testing.h"

namespace upkeep {
namespace {

using namespace upkeep::testing;
using namespace std::chrono_literals;

const Time noon = at("2024-01-10T12:00:00Z");

struct Listed {
  std::string key;
  std::uint64_t size = 100;
  Time modified = noon;
};

std::vector<Coverage> compare(std::vector<SpacePtr> spaces, const std::vector<Listed>& objects,
                              const Store& store = {}) {
  Comparison comparison(store, std::move(spaces), noon - 1min, noon);
  for (const Listed& o : objects) comparison.add({o.key, o.size, o.modified});
  return comparison.finish();
}

SpacePtr games() { return make_space(collection("a/{n:02}.json", {numbers("n", 1, 20)})); }

TEST(Comparison, an_object_fills_its_partition) {
  const auto found = compare({games()}, {{"a/03.json", 7}, {"a/20.json", 8}})[0];
  EXPECT_EQ(found.present.count(), 2u);
  EXPECT_EQ(found.gap(2), std::nullopt);
  EXPECT_EQ(found.gap(19), std::nullopt);
  EXPECT_EQ(found.gap(0), GapKind::missing);
  EXPECT_EQ(found.objects, 2u);
  EXPECT_EQ(found.bytes, 15u);
  EXPECT_EQ(found.strays, 0u);
  EXPECT_EQ(found.taken_at, noon - 1min);
  EXPECT_EQ(found.stale.size(), 0u);
}

TEST(Comparison, what_fits_no_value_is_a_stray_of_the_longest_folder) {
  const auto deep = make_space(collection("a/b/{n}.json", {numbers("n", 1, 20)}));
  const auto found = compare({games(), deep, games()},
                             {{"a/21.json"}, {"a/x"}, {"a/b/21.json"}, {"a/b/1.json"}, {"c/1"}});
  EXPECT_EQ(found[0].strays, 2u);
  EXPECT_EQ(found[0].stray_samples, (std::vector<std::string>{"a/21.json", "a/x"}));
  EXPECT_EQ(found[1].stray_samples, (std::vector<std::string>{"a/b/21.json"}));
  EXPECT_EQ(found[2].strays, 0u);  // the folder is the same: the first has them
  EXPECT_EQ(found[0].objects, 4u);
  EXPECT_EQ(found[1].objects, 2u);
  EXPECT_EQ(found[2].objects, 4u);
}

TEST(Comparison, where_the_keys_of_a_collection_are_unknown_nothing_is_a_stray) {
  const auto around = make_space(collection("{n}", {numbers("n", 1, 20)}));
  const auto below = make_space(collection("a/b/{n}.json", {numbers("n", 1, 20)}));
  const std::vector<std::string> unknown{"a/"};
  Comparison comparison({}, {around, below}, noon, noon, unknown);
  for (const char* key : {"3", "x", "a/x", "a/b/1.json", "a/b/x", "ab"})
    comparison.add({key, 1, noon});
  const auto found = comparison.finish();
  EXPECT_EQ(found[0].stray_samples, (std::vector<std::string>{"ab", "x"}));
  EXPECT_EQ(found[0].objects, 6u);
  EXPECT_EQ(found[1].strays, 0u);
  EXPECT_TRUE(found[1].present.test(0));
}

TEST(Comparison, two_collections_may_claim_one_object) {
  const auto found = compare({games(), games()}, {{"a/03.json"}});
  EXPECT_TRUE(found[0].present.test(2));
  EXPECT_TRUE(found[1].present.test(2));
  EXPECT_EQ(found[0].strays + found[1].strays, 0u);
}

TEST(Comparison, an_ignored_object_claims_nothing_and_is_no_stray) {
  Store store;
  store.ignore = {"*.part", "_SUCCESS", "a/tmp/*", "0?.json"};
  const auto found = compare(
      {games()},
      {{"a/x.part"}, {"a/_SUCCESS"}, {"a/tmp/x"}, {"a/03.json"}, {"a/x_SUCCESS"}, {"a/12.json"}},
      store)[0];
  EXPECT_EQ(found.present.count(), 1u);
  EXPECT_EQ(found.stray_samples, (std::vector<std::string>{"a/x_SUCCESS"}));
  EXPECT_EQ(found.objects, 6u);
}

TEST(Comparison, few_strays_are_kept_as_samples_in_any_order_of_the_listing) {
  std::vector<Listed> objects;
  for (int i = 99; i >= 10; --i) objects.push_back({"a/x" + std::to_string(i)});
  const auto found = compare({games()}, objects)[0];
  EXPECT_EQ(found.strays, 90u);
  ASSERT_EQ(found.stray_samples.size(), 10u);
  EXPECT_EQ(found.stray_samples.front(), "a/x10");
  EXPECT_EQ(found.stray_samples.back(), "a/x19");
}

TEST(Comparison, marks_are_disjoint) {
  auto wanted = collection("{d}", {dates("d", "2024-01-01", "2024-01-09")});
  wanted.expect.min_size = 50;
  wanted.expect.settled_after = 48h;
  const auto found =
      compare({make_space(wanted)}, {{"2024-01-01", 49, at("2024-01-02T00:00:00Z")},
                                     {"2024-01-02", 50, at("2024-01-02T00:00:00Z")},
                                     {"2024-01-03", 50, at("2024-01-06T00:00:00Z")},
                                     {"2024-01-09", 50, at("2024-01-09T23:00:00Z")}})[0];
  EXPECT_EQ(found.gap(0), GapKind::undersized);
  EXPECT_FALSE(found.stale.test(0));
  EXPECT_EQ(found.gap(1), GapKind::stale);
  EXPECT_EQ(found.gap(2), std::nullopt);
  EXPECT_EQ(found.gap(8), std::nullopt);  // not settled yet
}

TEST(Comparison, of_several_objects_the_newest_counts_and_the_others_are_duplicates) {
  auto wanted = collection("{n}-{_}", {numbers("n", 1, 5)});
  wanted.expect.min_size = 50;
  wanted.expect.max_age = 1h;
  const auto found = compare({make_space(wanted)}, {{"1-a", 49, noon - 1min},
                                                    {"1-b", 50, noon - 2min},
                                                    {"2-a", 50, noon - 2h},
                                                    {"2-b", 49, noon - 3h},
                                                    {"3-a", 49, noon - 3min},
                                                    {"3-b", 50, noon - 3min},
                                                    {"4-a", 49, noon - 3h},
                                                    {"4-b", 50, noon}})[0];
  EXPECT_EQ(found.gap(0), GapKind::undersized);
  EXPECT_EQ(found.gap(1), GapKind::stale);
  EXPECT_EQ(found.gap(2), std::nullopt);
  EXPECT_EQ(found.gap(3), std::nullopt);
  EXPECT_EQ(found.gap(4), GapKind::missing);
  EXPECT_EQ(found.duplicates, 4u);
}

TEST(Comparison, objects_of_free_fields_are_counted) {
  auto wanted = collection("{n}/{game}-{_}", {numbers("n", 1, 6)});
  wanted.expect.min_size = 50;
  wanted.expect.max_age = 1h;
  wanted.expect.count = Count{2, ""};
  const auto space = make_space(wanted);
  const auto found = compare({space}, {{"1/a-x"},
                                       {"1/b-x"},
                                       {"2/a-x"},
                                       {"2/b-x", 49},
                                       {"3/a-x", 49},
                                       {"3/b-x", 49},
                                       {"4/a-x", 60, noon - 2h},
                                       {"4/b-x", 60, noon - 3h},
                                       {"5/a-x", 60, noon - 2h},
                                       {"5/b-x", 60, noon}})[0];
  EXPECT_EQ(found.gap(0), std::nullopt);
  EXPECT_EQ(found.gap(1), GapKind::incomplete);
  EXPECT_EQ(found.gap(2), GapKind::undersized);
  EXPECT_EQ(found.gap(3), GapKind::stale);
  EXPECT_EQ(found.gap(4), std::nullopt);
  EXPECT_EQ(found.gap(5), GapKind::missing);
  EXPECT_EQ(found.duplicates, 0u);
  EXPECT_FALSE(found.incomplete.test(2));
}

TEST(Comparison, where_no_object_is_needed_none_is_missing) {
  auto wanted = collection("{n}/{game}", {numbers("n", 1, 2)});
  wanted.expect.count = Count{0, ""};
  const auto space = make_space(wanted);
  const auto found = compare({space}, {})[0];
  EXPECT_EQ(found.gap(0), std::nullopt);
  EXPECT_EQ(summarize(*space, found, noon, {}).good(), 2u);
}

}  // namespace
}  // namespace upkeep
