// Random losses in a collection that changes: each partition keeps its own, whatever its
// number is now.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "base/random.h"
#include "coverage/carry_over.h"
#include "coverage/coverage_file.h"
#include "coverage/testing.h"

namespace upkeep {
namespace {

using namespace upkeep::testing;

constexpr std::string_view key = "{d}/{kind}/{n}/{s}-{g}";

std::vector<std::string> some_texts(Random& random) {
  std::vector<std::string> texts;
  for (const char* text : {"a", "b", "c", "d"}) {
    if (random.chance(60)) texts.emplace_back(text);
  }
  if (texts.empty()) texts.emplace_back("b");
  if (random.chance(30)) std::ranges::reverse(texts);
  return texts;
}

/// Ranges from anywhere to anywhere, rows in any order, dimensions in any place.
SpacePtr some_space(Random& random) {
  const Day from = day(2024, 1, 1) + std::chrono::days{random.below(4)};
  const DateRange range{
      {false, 0, from}, {false, 0, from + std::chrono::days{random.below(4)}}, {}};
  const std::uint64_t first = 8 + random.below(4);
  std::vector<Dimension> dimensions{{"d", range, true},
                                    list("kind", some_texts(random)),
                                    numbers("n", first, first + random.below(5)),
                                    table("t", {{"s", FieldType::text}, {"g", FieldType::number}})};
  auto table_rows = std::make_shared<Rows>(std::vector<std::string>{"s", "g"});
  for (const std::string& s : some_texts(random)) {
    for (const std::string_view g : {"1", "2", "3"}) {
      if (g == "1" || random.chance(50)) table_rows->add(std::vector<std::string_view>{s, g});
    }
  }
  for (std::size_t i = random.chance(50) ? dimensions.size() : 0; i > 1; --i) {
    std::swap(dimensions[i - 1], dimensions[random.below(i)]);
  }
  Surroundings around;
  around.tables["t"] = std::move(table_rows);
  return make_space(collection(std::string(key), std::move(dimensions)), around);
}

std::vector<Loss> some_losses(Random& random, std::uint64_t size) {
  std::vector<Loss> losses;
  for (std::uint64_t first = random.below(5); first < size;) {
    const std::uint64_t last = std::min(first + random.below(9), size - 1);
    const Time since = at("2024-01-10T12:00:00Z") + std::chrono::hours{random.below(3)};
    losses.push_back({first, last, since});
    first = last + 1 + random.below(12) * random.below(2);
  }
  return losses;
}

std::optional<Time> since_of(const std::vector<Loss>& losses, std::uint64_t index) {
  for (const Loss& loss : losses) {
    if (loss.first <= index && index <= loss.last) return loss.since;
  }
  return {};
}

RC_GTEST_PROP(CoverageFileProperty, what_need_not_be_numbered_anew_is_the_same,
              (std::uint64_t seed)) {
  Random random(seed);
  Random again = random;
  const SpacePtr from = some_space(random);
  const SpacePtr twin = some_space(again), other = some_space(random);
  const auto have_same_texts = [&](const Space& to) {
    bool same = from->size() == to.size();
    for (std::uint64_t i = 0; same && i < to.size(); ++i) {
      same = from->partition(i) == to.partition(i);
    }
    return same;
  };
  RC_ASSERT(have_same_values(*from, *twin));
  // Single values tell nothing of steps, so the same texts may be called others; never the other
  // way.
  RC_ASSERT(!have_same_values(*from, *other) || have_same_texts(*other));
  Coverage before;
  before.present = Bits(from->size());
  before.lost = some_losses(random, from->size());
  for (const SpacePtr& to : {twin, other}) {
    const auto filed = decode_coverage(encode_coverage(*from, before), *to);
    RC_ASSERT(filed.has_value());
    const Coverage carried = carry_over(*from, before, *to);
    for (std::uint64_t i = 0; i < to->size(); ++i) {
      RC_ASSERT(since_of(carried.lost, i) == since_of(filed->lost, i));
    }
  }
}

RC_GTEST_PROP(CoverageFileProperty, each_partition_keeps_when_it_was_lost, (std::uint64_t seed)) {
  Random random(seed);
  for (int round = 0; round < 10; ++round) {
    const SpacePtr from = some_space(random);
    const SpacePtr to = random.chance(10) ? from : some_space(random);
    Coverage before;
    before.present = Bits(from->size());
    before.lost = some_losses(random, from->size());
    const auto after = decode_coverage(encode_coverage(*from, before), *to);
    RC_ASSERT(after.has_value());
    for (std::uint64_t i = 0; i < to->size(); ++i) {
      auto partition = to->partition(i);
      const auto there = from->find(partition);
      RC_ASSERT(since_of(after->lost, i) ==
                (there ? since_of(before.lost, *there) : std::optional<Time>{}));
    }
    for (std::size_t i = 0; i < after->lost.size(); ++i) {
      const Loss& loss = after->lost[i];
      RC_ASSERT(loss.first <= loss.last);
      RC_ASSERT(loss.last < to->size());
      if (i == 0) continue;
      const Loss& earlier = after->lost[i - 1];
      RC_ASSERT(earlier.last < loss.first);
      RC_ASSERT(earlier.last + 1 != loss.first || earlier.since != loss.since);
    }
  }
}

}  // namespace
}  // namespace upkeep
