// Random inventories: the comparison, which keeps a few bits, must come to what is found by
// keeping everything and judging each partition by itself.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

#include "base/random.h"
#include "base/text.h"
#include "coverage/comparison.h"
#include "coverage/tally_part.h"
#include "coverage/testing.h"

namespace upkeep {
namespace {

using namespace upkeep::testing;

const Time noon = at("2024-01-10T12:00:00Z");

struct Listed {
  std::string key;
  std::uint64_t size = 0;
  Time modified;
};

Collection some_collection(Random& random) {
  static const std::vector<std::string> keys{"a/{d}/{n}",     "a/{d}/{n}-{_}",
                                             "a/{d}/{n}-{x}", "a/b/{d}/{n}-{x}",
                                             "{d}-{n}",       "a/{n:02}/{d:%Y%m%d}"};
  auto made = collection(keys[random.below(keys.size())],
                         {dates("d", "2024-01-05", "2024-01-12"), numbers("n", 1, 4)});
  if (random.chance(50)) made.expect.min_size = 50;
  if (random.chance(50)) made.expect.max_age = std::chrono::hours{72};
  if (random.chance(50)) made.expect.settled_after = std::chrono::hours{24};
  if (random.chance(30)) made.expect.available_after = std::chrono::hours{10};
  const bool free = made.key.find("{x}") != std::string::npos;
  if (free && random.chance(70)) made.expect.count = Count{random.below(4), ""};
  return made;
}

std::vector<Listed> some_objects(const std::vector<SpacePtr>& spaces, Random& random) {
  std::map<std::string, Listed> objects;  // a listing shows no key twice
  for (std::uint64_t i = 0; i < random.below(150); ++i) {
    const Space& space = *spaces[random.below(spaces.size())];
    std::string key = space.key(random.below(space.size()));
    if (const auto open = key.find('{'); open != std::string::npos) {
      key = key.substr(0, open) + "pqr"[random.below(3)];
    }
    if (random.chance(10)) key += "z";
    if (random.chance(5)) key += ".part";
    // Few different times, so that some are equal.
    const Time modified = noon - std::chrono::hours{12 * random.below(12)};
    objects[key] = {key, random.below(3) * 49, modified};
  }
  std::vector<Listed> listed;
  for (const auto& [key, object] : objects) listed.push_back(object);
  for (std::size_t i = listed.size(); i > 1; --i) std::swap(listed[i - 1], listed[random.below(i)]);
  return listed;
}

struct Expected {
  std::vector<Sight> sights;
  std::uint64_t objects = 0, bytes = 0, strays = 0, duplicates = 0;
  explicit Expected(const Space& space) : sights(space.size()) {}
};

std::vector<Expected> compare_plainly(const std::vector<SpacePtr>& spaces,
                                      const std::vector<Listed>& objects) {
  std::vector<Expected> all;
  for (const SpacePtr& space : spaces) all.emplace_back(*space);
  for (const Listed& object : objects) {
    const bool ignored = object.key.ends_with(".part");
    bool claimed = false;
    std::optional<std::size_t> owner;
    for (std::size_t i = 0; i < spaces.size(); ++i) {
      const std::string folder = spaces[i]->key_template().folder();
      if (!object.key.starts_with(folder)) continue;
      ++all[i].objects;
      all[i].bytes += object.size;
      if (!owner || folder.size() > spaces[*owner]->key_template().folder().size()) owner = i;
      const auto index = spaces[i]->find_key(object.key);
      if (ignored || !index) continue;
      claimed = true;
      Sight& sight = all[i].sights[*index];
      const bool single = spaces[i]->has_any() && !spaces[i]->has_free_fields();
      if (single && sight.objects != 0) ++all[i].duplicates;
      see(sight, *spaces[i], object.size, object.modified);
    }
    if (owner && !claimed && !ignored) ++all[*owner].strays;
  }
  return all;
}

RC_GTEST_PROP(ComparisonProperty, agrees_with_judging_each_partition_by_itself,
              (std::uint64_t seed)) {
  Random random(seed);
  std::vector<SpacePtr> spaces;
  for (std::uint64_t i = 0; i <= random.below(3); ++i)
    spaces.push_back(make_space(some_collection(random)));
  const std::vector<Listed> objects = some_objects(spaces, random);
  Store store;
  store.ignore = {"*.part"};
  std::vector<Comparison> comparisons;  // as if so many threads had shared the work
  for (std::uint64_t i = 0; i <= random.below(3); ++i) {
    comparisons.emplace_back(store, spaces, noon, noon);
  }
  for (const Listed& o : objects) {
    comparisons[random.below(comparisons.size())].add({o.key, o.size, o.modified});
  }
  for (std::size_t i = 1; i < comparisons.size(); ++i) comparisons[0].merge(comparisons[i]);
  const auto found = comparisons[0].finish();
  const auto expected = compare_plainly(spaces, objects);
  for (std::size_t i = 0; i < spaces.size(); ++i) {
    const Space& space = *spaces[i];
    for (std::uint64_t index = 0; index < space.size(); ++index) {
      RC_ASSERT(found[i].gap(index) == judge(space, index, expected[i].sights[index], noon));
    }
    RC_ASSERT(found[i].objects == expected[i].objects);
    RC_ASSERT(found[i].bytes == expected[i].bytes);
    RC_ASSERT(found[i].strays == expected[i].strays);
    RC_ASSERT(found[i].duplicates == expected[i].duplicates);
  }
}

RC_GTEST_PROP(ComparisonProperty, sums_and_tallies_agree_with_counting_one_by_one,
              (std::uint64_t seed)) {
  Random random(seed);
  const SpacePtr space = make_space(some_collection(random));
  Coverage coverage;
  coverage.present = Bits(space->size());
  std::vector<std::uint64_t> gone;
  Summary expected;
  std::vector<Tally> cells(32);
  for (std::uint64_t i = 0; i < space->size(); ++i) {
    const std::uint64_t draw = random.below(8);
    const auto kind = draw < gap_kinds.size() ? std::optional(gap_kinds[draw]) : std::nullopt;
    coverage.mark(i, kind);
    const bool tombstone = random.chance(20);
    if (tombstone) gone.push_back(i);
    if (!space->is_due(i, noon)) {
      ++expected.too_early;
    } else if (tombstone && kind == GapKind::missing) {
      ++expected.gone;
    } else {
      ++expected.expected;
      if (kind == GapKind::missing) ++expected.missing;
      if (kind == GapKind::stale) ++expected.stale;
      Tally& cell = cells[space->coordinate(i, 0) * 4 + space->coordinate(i, 1)];
      ++cell.expected;
      if (!kind) ++cell.good;
    }
  }
  const Summary sum = summarize(*space, coverage, noon, gone);
  RC_ASSERT(sum.expected == expected.expected);
  RC_ASSERT(sum.too_early == expected.too_early);
  RC_ASSERT(sum.gone == expected.gone);
  RC_ASSERT(sum.missing == expected.missing);
  RC_ASSERT(sum.stale == expected.stale);
  RC_ASSERT(sum.present + sum.missing == sum.expected);
  const auto found = tally(*space, coverage, noon, gone, 0, 1);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    RC_ASSERT(found[i].good == cells[i].good);
    RC_ASSERT(found[i].expected == cells[i].expected);
  }
  for (const std::size_t by : {0u, 1u}) {
    const auto whole = tally(*space, coverage, noon, gone, by);
    const std::uint64_t first = random.below(whole.size() + 1);
    const std::uint64_t count = random.below(whole.size() - first + 1);
    const auto part = PartialTally(*space, coverage, noon, gone).part(by, first, count);
    RC_ASSERT(part.size() == count);
    for (std::uint64_t i = 0; i < count; ++i) {
      RC_ASSERT(part[i].good == whole[first + i].good);
      RC_ASSERT(part[i].expected == whole[first + i].expected);
    }
  }
}

}  // namespace
}  // namespace upkeep
