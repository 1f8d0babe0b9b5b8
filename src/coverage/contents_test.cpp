// What is known of the contents of objects: kept while they stay as they are, forgotten when they
// change, when they go, and when the rule is another one.
#include <fmt/format.h>

#include <algorithm>

#include "coverage/comparison.h"
#include "coverage/coverage_file.h"
#include "coverage/testing.h"

namespace upkeep {
namespace {

using namespace upkeep::testing;
using namespace std::chrono_literals;

const Time noon = at("2024-01-10T12:00:00Z");

struct Listed {
  int number = 0;
  Time modified = noon - 1h;
  std::uint64_t size = 100;
};

SpacePtr games(double sample = 1, const std::string& key = "a/{n}.json") {
  Collection made = collection(key, {numbers("n", 0, 9)});
  made.expect.valid = Valid{};
  made.expect.valid->sample = sample;
  return make_space(made);
}

Coverage listed(const SpacePtr& space, const std::vector<Listed>& objects,
                const Coverage* known = nullptr, Time taken_at = noon) {
  const std::vector<std::shared_ptr<const Coverage>> all = {
      known == nullptr ? nullptr : std::make_shared<const Coverage>(*known)};
  Comparison comparison({}, {space}, taken_at, taken_at, {}, all);
  for (const Listed& o : objects) {
    comparison.add({fmt::format("a/{}.json", o.number), o.size, o.modified});
  }
  return comparison.finish()[0];
}

/// Reads everything that is to be read; those of `invalid` are not valid.
Coverage checked(const SpacePtr& space, Coverage coverage,
                 std::vector<std::uint64_t> invalid = {}) {
  for (std::uint64_t i = 0; i < space->size(); ++i) {
    if ((coverage.unchecked_word(0) >> i & 1) == 0) continue;
    const bool valid = std::ranges::find(invalid, i) == invalid.end();
    note_contents(coverage, *space, i, {.objects = 1, .valid = valid});
  }
  return coverage;
}

TEST(Contents, are_read_once) {
  const auto space = games();
  const std::vector<Listed> objects = {{1}, {2}, {3}};
  const Coverage first = listed(space, objects);
  EXPECT_EQ(first.unchecked_word(0), 0b1110u);
  const Coverage known = checked(space, first, {2});
  EXPECT_EQ(known.unchecked_word(0), 0u);
  EXPECT_EQ(known.gap(2), GapKind::invalid);
  const Coverage again = listed(space, objects, &known, noon + 1h);
  EXPECT_EQ(again.unchecked_word(0), 0u);
  EXPECT_EQ(again.gap(1), std::nullopt);
  EXPECT_EQ(again.gap(2), GapKind::invalid);
}

TEST(Contents, of_objects_that_change_come_or_come_back_are_read_again) {
  const auto space = games();
  const Coverage known = checked(space, listed(space, {{1}, {2}, {3}}), {1, 2});
  const Coverage changed =
      listed(space, {{1}, {2, noon + 1min}, {4, noon - 2h}}, &known, noon + 1h);
  EXPECT_EQ(changed.unchecked_word(0), 0b10100u);
  EXPECT_EQ(changed.gap(1), GapKind::invalid);
  EXPECT_EQ(changed.gap(2), std::nullopt) << "nobody knows";
  const Coverage back = listed(space, {{1}, {2}, {3}}, &changed, noon + 2h);
  EXPECT_EQ(back.unchecked_word(0), 0b1100u);
}

TEST(Contents, are_not_known_of_what_was_written_while_it_was_listed) {
  const auto space = games();
  const std::vector<Listed> objects = {{1, noon - 1s}, {2, noon - 1h}};
  const Coverage known = checked(space, listed(space, objects));
  EXPECT_EQ(listed(space, objects, &known, noon + 1h).unchecked_word(0), 0b10u);
}

/// Its clock shows 11:00 when it is noon here.
TEST(Contents, of_a_store_with_a_slow_clock_are_read_when_they_change) {
  const auto space = games();
  const Coverage known = checked(space, listed(space, {{1, noon - 1h}, {2, noon - 2h}}));
  const Coverage later = listed(space, {{1, noon - 1h}, {2, noon - 59min}}, &known, noon + 1h);
  EXPECT_EQ(later.unchecked_word(0), 0b100u);
}

TEST(Contents, are_judged_anew_by_another_rule) {
  const Coverage known = checked(games(), listed(games(), {{1}}), {1});
  const Coverage other = listed(games(0.99999), {{1}}, &known, noon + 1h);
  EXPECT_EQ(other.unchecked_word(0), 0b10u);
  EXPECT_EQ(other.gap(1), std::nullopt);
}

TEST(Contents, come_before_all_else_that_is_wrong_with_an_object) {
  Collection made = collection("a/{n}.json", {numbers("n", 0, 9)});
  made.expect.valid = Valid{};
  made.expect.min_size = 50;
  const auto space = make_space(made);
  const std::vector<Listed> objects = {{1, noon - 1h, 10}, {2, noon - 1h, 10}};
  const Coverage known = checked(space, listed(space, objects), {1});
  for (const Coverage& one : {known, listed(space, objects, &known, noon + 1h)}) {
    EXPECT_EQ(one.gap(1), GapKind::invalid);
    EXPECT_EQ(one.gap(2), GapKind::undersized);
    EXPECT_EQ(one.undersized.count(), 1u) << "a partition has one mark";
  }
}

TEST(Contents, of_one_of_several_objects_are_read_each_time) {
  const auto space = games(1, "a/{n}{_}json");
  Coverage known = listed(space, {{1}, {2}});
  note_contents(known, *space, 1, {.objects = 2, .valid = false});
  note_contents(known, *space, 2, {.objects = 1, .valid = false});
  EXPECT_EQ(known.gap(1), GapKind::invalid);
  const Coverage again = listed(space, {{1}, {2}}, &known, noon + 1h);
  EXPECT_EQ(again.unchecked_word(0), 0b10u);
  EXPECT_EQ(again.gap(2), GapKind::invalid);
}

TEST(Contents, that_two_threads_saw_are_one) {
  const auto space = games();
  const Coverage known = checked(space, listed(space, {{1}, {2}}), {1});
  const std::vector<std::shared_ptr<const Coverage>> all = {
      std::make_shared<const Coverage>(known)};
  Comparison one({}, {space}, noon + 1h, noon + 1h, {}, all);
  Comparison two({}, {space}, noon + 1h, noon + 1h, {}, all);
  one.add({"a/1.json", 1, noon - 1h});
  two.add({"a/2.json", 1, noon + 1min});
  one.merge(two);
  const Coverage merged = one.finish()[0];
  EXPECT_EQ(merged.unchecked_word(0), 0b100u);
  EXPECT_EQ(merged.contents.through, noon + 1min + 1ms);
}

TEST(Contents, are_kept_in_files_by_value) {
  const auto before = games();
  Coverage known = checked(before, listed(before, {{1}, {2}}), {2});
  known.contents.trouble = "connection reset";
  Collection grown = before->collection();
  grown.dimensions = {numbers("n", 2, 9)};
  const auto now = make_space(grown);
  const auto read = decode_coverage(encode_coverage(*before, known), *now);
  ASSERT_TRUE(read) << read.error().text;
  EXPECT_EQ(read->contents.rule, to_text(Valid{}));
  EXPECT_EQ(read->contents.through, known.contents.through);
  EXPECT_EQ(read->contents.trouble, "connection reset");
  EXPECT_EQ(read->contents.checked.count(), 1u);
  EXPECT_EQ(read->gap(0), GapKind::invalid);
}

TEST(Contents, that_were_read_beside_an_old_report_fill_what_was_not_known) {
  const auto space = games();
  Coverage known = listed(space, {{1}, {2}, {3}}, nullptr, noon + 1h);
  note_contents(known, *space, 1, {.objects = 1, .valid = false});
  Coverage old = listed(space, {{1}, {2}}, nullptr, noon - 1h);
  note_contents(old, *space, 1, {.objects = 1, .valid = true});  // of an earlier life, may be
  note_contents(old, *space, 2, {.objects = 1, .valid = false});
  take_contents(known, old);
  EXPECT_EQ(known.gap(1), GapKind::invalid);
  EXPECT_EQ(known.gap(2), GapKind::invalid);
  EXPECT_EQ(known.unchecked_word(0), 0b1000u);
  EXPECT_EQ(known.contents.through, old.contents.through);
}

TEST(Contents, that_are_sampled_are_the_same_each_time) {
  Valid tenth;
  tenth.sample = 0.1;
  int count = 0;
  for (int i = 0; i < 100'000; ++i) count += is_sampled(tenth, fmt::format("a/{}.json", i)) ? 1 : 0;
  EXPECT_NEAR(count, 10'000, 500);
  EXPECT_TRUE(is_sampled(Valid{}, "x"));
}

}  // namespace
}  // namespace upkeep
