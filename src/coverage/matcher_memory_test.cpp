// A matcher that remembers the folder of the last key says the same as one that does not.
#include <string>
#include <vector>

#include "base/random.h"
#include "coverage/testing.h"

namespace upkeep {
namespace {

using namespace testing;

/// Keys that fit, in an order that jumps between folders and stays in them, and near misses.
std::vector<std::string> keys_of(const Space& space, Random& random) {
  std::vector<std::string> keys;
  std::uint64_t index = 0;
  for (int i = 0; i < 3000; ++i) {
    index = (random.chance(30) ? random.below(space.size()) : index + 1) % space.size();
    std::string key = space.key(index);
    if (const auto any = key.find("{_}"); any != std::string::npos) key.replace(any, 3, "a-b");
    if (random.chance(20)) key[random.below(key.size())] = "0/-9a"[random.below(5)];
    if (random.chance(5)) key.erase(random.below(key.size()), 1);
    if (random.chance(5)) key.insert(random.below(key.size()), "0");
    keys.push_back(std::move(key));
  }
  return keys;
}

void expect_the_same(const SpacePtr& space) {
  const Matcher& matcher = space->matcher();
  Matcher::Memory memory;
  Random random(1);
  std::size_t found = 0;
  for (const std::string& key : keys_of(*space, random)) {
    if (!key.starts_with(matcher.prefix())) continue;
    Matcher::Hit plain, remembered;
    const bool fits = matcher.find(key, plain);
    ASSERT_EQ(matcher.find_behind_prefix(key, remembered, memory), fits) << key;
    if (!fits) continue;
    ++found;
    ASSERT_EQ(remembered.index, plain.index) << key;
    ASSERT_EQ(remembered.time, plain.time) << key;
  }
  EXPECT_GT(found, 1000u);
}

Dimension ten_days() { return dates("date", "2024-02-25", "2024-03-05"); }
Dimension kinds() { return list("kind", {"plays", "box", "a-b"}); }

TEST(MatcherMemory, folders_that_hold_all_of_some_dimensions) {
  expect_the_same(make_space(collection("lake/{kind}/{date:%Y/%m/%d}/{n:03}.json",
                                        {ten_days(), kinds(), numbers("n", 0, 120)})));
}

TEST(MatcherMemory, a_folder_that_holds_a_part_of_a_date) {
  expect_the_same(
      make_space(collection("lake/{kind}/{date:%Y/%m}/{date:%d}.json", {ten_days(), kinds()})));
}

TEST(MatcherMemory, fields_that_stand_in_the_folder_and_again_behind_it) {
  expect_the_same(make_space(collection("{n}/{kind}/{date}/{kind}-{n}-{date:%Y%m%d}.json",
                                        {ten_days(), kinds(), numbers("n", 5, 25)})));
}

TEST(MatcherMemory, a_folder_that_holds_a_part_of_a_row) {
  std::vector<std::vector<std::string>> texts;
  for (int i = 0; i < 200; ++i) {
    texts.push_back({"season " + std::to_string(i / 40), std::to_string(i * 7)});
  }
  auto games = std::make_shared<Rows>(std::vector<std::string>{"season", "game"});
  for (const auto& row : texts) games->add(std::vector<std::string_view>{row[0], row[1]});
  Surroundings around;
  around.tables["schedule"] = games;
  expect_the_same(make_space(
      collection(
          "lake/{season}/{kind}/{game}.json",
          {table("schedule", {{"season", FieldType::text}, {"game", FieldType::number}}), kinds()}),
      around));
}

TEST(MatcherMemory, any_text_in_a_folder_and_behind_it) {
  expect_the_same(make_space(
      collection("lake/{date}/{_}/{kind}/{n}.json", {ten_days(), kinds(), numbers("n", 0, 30)})));
  expect_the_same(make_space(
      collection("lake/{date}/{kind}/{_}-{n}.json", {ten_days(), kinds(), numbers("n", 0, 30)})));
}

}  // namespace
}  // namespace upkeep
