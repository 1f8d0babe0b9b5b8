// Planning: from coverage to the next tasks, on collections of several shapes.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "base/random.h"
#include "core/backlog.h"
#include "coverage/selector.h"

namespace upkeep {
namespace {

using namespace std::chrono;
using namespace std::chrono_literals;

const Time now = sys_days{2025y / 11 / 1} + 12h;

/// Collections of `days` × `games`, of which `missing` in a thousand are missing.
struct Lake {
  Config config;
  std::vector<SpacePtr> spaces;
  std::vector<Coverage> coverages;

  Lake(std::uint64_t collections, std::uint64_t days, std::uint64_t games, bool with_dates,
       std::uint64_t missing, std::optional<Batch> batch) {
    Collector collector;
    collector.name = "espn";
    collector.batch = std::move(batch);
    config.collectors.push_back(collector);
    for (std::uint64_t i = 0; i < collections; ++i) {
      Collection collection;
      collection.name = "c" + std::to_string(i);
      collection.key = "espn/" + collection.name + "/{day}/{game}.json";
      if (with_dates) {
        DateRange range;
        range.to.day = sys_days{2025y / 10 / 30};
        range.from.day = range.to.day - std::chrono::days{days - 1};
        collection.dimensions.push_back({"day", range, true});
        collection.priority.push_back({parse_condition("age < 7d").value(), Priority::critical});
      } else {
        collection.dimensions.push_back({"day", NumberRange{0, days - 1, 1}});
      }
      collection.dimensions.push_back({"game", NumberRange{0, games - 1, 1}});
      collection.priority.push_back({parse_condition("game < 10").value(), Priority::low});
      collection.collector = CollectorId{0};
      spaces.push_back(Space::make(collection, {now, Zone(), {}}).value());
      config.collections.push_back(collection);
      Random random(i);
      Coverage& coverage = coverages.emplace_back();
      coverage.present = Bits(days * games);
      for (std::uint64_t index = 0; index < days * games; ++index) {
        if (random.below(1000) >= missing) coverage.present.set(index);
      }
    }
  }

  Queue plan(std::uint64_t keep) const {
    std::vector<BacklogInput> inputs;
    for (std::uint64_t i = 0; i < spaces.size(); ++i) {
      inputs.push_back({{i}, spaces[i], &coverages[i], nullptr, {}, {}, now - 1h, {}});
    }
    return Backlog(config, {}, inputs, now, {.tasks = keep}).window(1000);
  }
};

void run(benchmark::State& state, const Lake& lake) {
  const auto keep = static_cast<std::uint64_t>(state.range(0));
  std::uint64_t gaps = 0;
  for (auto _ : state) {
    const Queue queue = lake.plan(keep);
    gaps = queue.total_gaps;
    benchmark::DoNotOptimize(queue);
  }
  state.counters["gaps"] = static_cast<double>(gaps);
}

void million_gaps_in_20_collections(benchmark::State& state) {
  run(state, Lake(20, 1000, 50, true, 1000, {}));
}
void million_gaps_without_time(benchmark::State& state) {
  run(state, Lake(20, 1000, 50, false, 1000, {}));
}
void million_gaps_in_batches_by_day(benchmark::State& state) {
  run(state, Lake(20, 1000, 50, true, 1000, Batch{{"day"}, 50}));
}
void million_gaps_in_batches_by_game(benchmark::State& state) {
  run(state, Lake(20, 1000, 50, true, 1000, Batch{{"game"}, 50}));
}
void one_percent_of_100_million(benchmark::State& state) {
  run(state, Lake(1, 4000, 25'000, true, 10, {}));
}
void one_percent_of_100_million_in_batches(benchmark::State& state) {
  run(state, Lake(1, 4000, 25'000, true, 10, Batch{{"day"}, 100}));
}
void all_of_100_million(benchmark::State& state) {
  run(state, Lake(1, 4000, 25'000, true, 1000, {}));
}
void all_of_100_million_without_time(benchmark::State& state) {
  run(state, Lake(1, 4000, 25'000, false, 1000, {}));
}
void all_of_100_million_in_batches(benchmark::State& state) {
  run(state, Lake(1, 4000, 25'000, true, 1000, Batch{{"game"}, 100}));
}

// The argument is how many tasks are kept.
#define PLAN_BENCH(name) BENCHMARK(name)->Arg(1000)->Arg(20'000)->Unit(benchmark::kMillisecond)
PLAN_BENCH(million_gaps_in_20_collections);
PLAN_BENCH(million_gaps_without_time);
PLAN_BENCH(million_gaps_in_batches_by_day);
PLAN_BENCH(million_gaps_in_batches_by_game);
PLAN_BENCH(one_percent_of_100_million);
PLAN_BENCH(one_percent_of_100_million_in_batches);
PLAN_BENCH(all_of_100_million);
PLAN_BENCH(all_of_100_million_without_time);
PLAN_BENCH(all_of_100_million_in_batches);

}  // namespace
}  // namespace upkeep
