// How many keys a second the comparison takes, on one core, and what more collections cost.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "coverage/comparison.h"

namespace {

using namespace upkeep;

Day day(int y, unsigned m, unsigned d) {
  return std::chrono::sys_days{std::chrono::year{y} / std::chrono::month{m} / std::chrono::day{d}};
}

Dimension days_of_ten_years() {
  return {"date", DateRange{{false, 0, day(2015, 1, 1)}, {false, 0, day(2024, 12, 31)}, {}}, true};
}

Dimension kinds() { return {"kind", ValueList{{"play_by_play", "box_score", "shots"}}, false}; }

Collection collection(const std::string& key, std::vector<Dimension> dimensions) {
  Collection made;
  made.name = key;
  made.key = key;
  made.dimensions = std::move(dimensions);
  return made;
}

SpacePtr space_of(const Collection& from, const Surroundings& around = {}) {
  return Space::make(from, around).value();
}

/// Keys as a listing has them: in order, one behind the other in memory.
class Listing {
 public:
  explicit Listing(std::vector<std::string> keys) {
    std::ranges::sort(keys);
    for (const std::string& key : keys) text_ += key;
    std::size_t begin = 0;
    for (const std::string& key : keys) {
      keys_.push_back(std::string_view(text_).substr(begin, key.size()));
      begin += key.size();
    }
  }
  const std::vector<std::string_view>& keys() const { return keys_; }

 private:
  std::string text_;
  std::vector<std::string_view> keys_;
};

std::vector<std::string> keys_of(const Space& space, std::size_t count) {
  Random random(7);
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < count; ++i) {
    std::string key = space.key(random.below(space.size()));
    if (const auto any = key.find("{_}"); any != std::string::npos) key.replace(any, 3, "v1-final");
    keys.push_back(std::move(key));
  }
  return keys;
}

void compare(benchmark::State& state, const std::vector<SpacePtr>& spaces,
             std::vector<std::string> keys) {
  const Listing listing(std::move(keys));
  const Store store{.name = "lake", .directory = {}, .ignore = {"*.part", "_SUCCESS"}};
  const Time now{std::chrono::sys_days{day(2025, 1, 1)}};
  Comparison comparison(store, spaces, now, now);
  for (auto _ : state) {
    for (const std::string_view key : listing.keys()) comparison.add({key, 100, now});
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(listing.keys().size() * state.iterations()));
}

constexpr std::size_t keys_max = 1 << 16;

/// A date, a number and a list: 5.5 million partitions.
void typical(benchmark::State& state) {
  const auto space =
      space_of(collection("espn/{kind}/{date:%Y/%m/%d}/{game:04}.json",
                          {days_of_ten_years(), kinds(), {"game", NumberRange{0, 499, 1}, false}}));
  compare(state, {space}, keys_of(*space, keys_max));
}
BENCHMARK(typical);

void with_any_text(benchmark::State& state) {
  const auto space =
      space_of(collection("espn/{kind}/{date}/{game:04}-{_}.json",
                          {days_of_ten_years(), kinds(), {"game", NumberRange{0, 499, 1}, false}}));
  compare(state, {space}, keys_of(*space, keys_max));
}
BENCHMARK(with_any_text);

/// A million rows of a schedule: every key is looked up by hash.
void table_of_a_million_rows(benchmark::State& state) {
  auto rows = std::make_shared<Rows>(std::vector<std::string>{"season", "date", "game"});
  std::string date;
  for (int i = 0; i < 1'000'000; ++i) {
    date.clear();
    append_date(minutes_at(day(2015, 1, 1) + std::chrono::days{i % 3650}), false, date);
    const std::string game = std::to_string(401'000'000 + i * 7);
    const std::string season = std::to_string(2015 + i % 10);
    rows->add(std::vector<std::string_view>{season, date, game});
  }
  Table table;
  table.fields = {
      {"season", FieldType::text}, {"date", FieldType::date}, {"game", FieldType::text}};
  Surroundings around;
  around.tables["schedule"] = rows;
  const auto space =
      space_of(collection("espn/{season}/{date}/{game}.json", {{"schedule", table, true}}), around);
  compare(state, {space}, keys_of(*space, keys_max));
}
BENCHMARK(table_of_a_million_rows);

/// Collections side by side, each with its own folder; the keys are spread over all.
void collections(benchmark::State& state) {
  std::vector<SpacePtr> spaces;
  std::vector<std::string> keys;
  const auto count = static_cast<std::size_t>(state.range(0));
  for (std::size_t i = 0; i < count; ++i) {
    const std::string folder = "lake/source" + std::to_string(i) + "/";
    spaces.push_back(space_of(
        collection(folder + "{kind}/{date:%Y/%m/%d}/{game:04}.json",
                   {days_of_ten_years(), kinds(), {"game", NumberRange{0, 19, 1}, false}})));
    for (std::string& key : keys_of(*spaces.back(), keys_max / count)) {
      keys.push_back(std::move(key));
    }
  }
  compare(state, spaces, std::move(keys));
}
BENCHMARK(collections)->Arg(1)->Arg(20)->Arg(200);

/// What no collection claims costs time, too.
void strays(benchmark::State& state) {
  const auto space =
      space_of(collection("espn/{kind}/{date:%Y/%m/%d}/{game:04}.json",
                          {days_of_ten_years(), kinds(), {"game", NumberRange{0, 499, 1}, false}}));
  std::vector<std::string> keys = keys_of(*space, keys_max);
  for (std::string& key : keys) key.replace(key.size() - 5, 5, "x.json");
  compare(state, {space}, keys);
}
BENCHMARK(strays);

}  // namespace
