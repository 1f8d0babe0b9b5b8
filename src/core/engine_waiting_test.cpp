// Nobody waits for ever: weeks of more work than can be done, in which each gap has its turn.
#include <fmt/format.h>

#include <array>

#include "base/random.h"
#include "core/engine_test_world.h"

namespace upkeep::engine_test {
namespace {

constexpr std::array classes = {Priority::critical, Priority::high, Priority::medium,
                                Priority::low};
constexpr std::array<const char*, 4> names = {"critical", "high", "medium", "low"};
/// Between two looks at the world; a gap is known with the next step, and found in it.
constexpr Duration tick = 10min, unseen = 1h;

/// A collection of each priority, with something new each hour or day. In one of them more comes
/// in an hour than can be done.
class Overload : public World {
 public:
  explicit Overload(std::uint64_t seed) : dice_(seed), flooded_(dice_.below(classes.size())) {
    config.limits.tasks = 1 + dice_.below(3);
    config.queue.promote_after = dice_.chance(50) ? 6h : 24h;
    for (std::uint64_t i = 0; i < classes.size(); ++i) {
      const bool is_flood = i == flooded_;
      const CollectionId id = add(names[i], is_flood ? 6 * config.limits.tasks + 1 : 3);
      Collection& collection = config.collections[id.value];
      collection.key = std::string(names[i]) + "/{date:%Y-%m-%dT%H}/{n}";
      const CalendarStep hourly{CalendarStep::Unit::length, 1, 1h};
      const DateBound from{.day = std::chrono::floor<days>(now) - days{is_flood ? 0 : 4}};
      collection.dimensions.insert(
          collection.dimensions.begin(),
          {"date", DateRange{from, {.today = true}, is_flood ? hourly : CalendarStep{}}, true});
      collection.priority = {{parse_condition("n >= 0").value(), classes[i]}};
      collector(id).timeout = 2h;
      collector(id).retries = {.max = 2, .base = 1min, .cap = 10min, .rest = 6h};
    }
    begin();
    check_order();
    at_first_ = appeared_.size();
  }

  void run(Duration whole) {
    for (const Time end = now + whole; now < end;) {
      for (const std::string& key : running_keys()) finish(key);
      pass(tick);
      check_order();
    }
  }

  /// Of those that were there at first, who was not attempted yet?
  Keys waiting_since(Time moment) const {
    Keys keys;
    for (const auto& [key, since] : appeared_) {
      if (since <= moment && !attempted_.contains(key)) keys.push_back(key);
    }
    return keys;
  }
  /// Until what was there at first must have had its turn: the lowest class has become the highest,
  /// and those who wait as long do so in a row, for ten to twenty minutes each.
  Duration bound() const {
    return 3 * config.queue.promote_after + unseen +
           static_cast<std::int64_t>(at_first_ / config.limits.tasks + 1) * 2 * tick;
  }

 private:
  /// Most succeed; some fail now and then, and some always.
  void finish(const std::string& key) {
    const bool is_poisoned = key.ends_with('7');
    end(key, is_poisoned || dice_.chance(10) ? 1 : 0);
  }

  /// Whoever was just started for the first time: did nobody wait who had come before, and had
  /// waited long enough to be of the highest class?
  void check_order() {
    note_what_is_new();
    for (; seen_ < started.size(); ++seen_) {
      const std::string& starts = started[seen_];
      attempted_.insert(starts);
      for (const auto& [key, since] : appeared_) {
        if (attempted_.contains(key) || now - since < to_the_top(key) + unseen) continue;
        EXPECT_LE(appeared_.at(starts), since + unseen)
            << starts << " starts, and " << key << " waits for "
            << std::chrono::floor<std::chrono::hours>(now - since).count() << " h";
      }
    }
  }
  void note_what_is_new() {
    for (std::uint64_t i = 0; i < classes.size(); ++i) {
      const Space& space = *view(i).space;
      for (std::uint64_t& p = noted_[i]; p < space.size() && space.is_due(p, now); ++p) {
        appeared_[space.key(p)] = now;
      }
    }
  }
  Duration to_the_top(const std::string& key) const {
    const std::string name = key.substr(0, key.find('/'));
    return (std::ranges::find(names, name) - names.begin()) * config.queue.promote_after;
  }

  Random dice_;
  std::uint64_t flooded_;                 ///< the collection that grows
  std::array<std::uint64_t, 4> noted_{};  ///< so many of each are known to the test
  std::map<std::string, Time> appeared_;  ///< by key
  std::set<std::string> attempted_;
  std::size_t seen_ = 0, at_first_ = 0;
};

class Waiting : public testing::TestWithParam<std::uint64_t> {};

TEST_P(Waiting, is_bounded_for_each_priority_whatever_is_flooded) {
  Overload world(GetParam());
  const Time begun = world.now;
  world.run(world.bound());
  EXPECT_EQ(world.waiting_since(begun), Keys());
  EXPECT_GT(world.engine->queue(world.now).total_gaps, 50) << "there was too little to do";
}

INSTANTIATE_TEST_SUITE_P(Worlds, Waiting, testing::Range<std::uint64_t>(1, 25));

}  // namespace
}  // namespace upkeep::engine_test
