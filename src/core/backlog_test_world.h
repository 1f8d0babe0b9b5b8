// Tests only: a few collections, what is known of them, and the backlog of it.
#pragma once
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/backlog.h"
#include "coverage/selector.h"

namespace upkeep::backlog_test {

using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::sys_days;

inline const Time now = sys_days{std::chrono::year{2025} / 11 / 1} + 12h;

inline Condition condition(std::string_view text) { return parse_condition(text).value(); }

/// A gate that is open.
inline bool anything(const Backlog::Head&) { return true; }

/// Some collections, what is known of them, and a backlog of it.
struct World {
  struct Part {
    SpacePtr space;
    Coverage coverage;
    std::map<std::uint64_t, PartitionRow> rows;
    std::vector<std::uint64_t> busy;
    std::vector<Loss> losses;
    Time first_seen = now;
    std::string held_by;
  };
  Config config;
  Condition where;
  std::vector<Part> parts;
  std::uint64_t keep = 1000;

  /// Adds a collection of which nothing is there.
  Part& add(Collection collection, std::shared_ptr<const Rows> table = nullptr) {
    Surroundings surroundings{now, Zone(), {}};
    if (table) surroundings.tables["games"] = table;
    auto space = Space::make(collection, surroundings);
    if (!space) throw std::runtime_error(space.error().text);
    parts.push_back({*space, {}, {}, {}, {}, now, {}});
    parts.back().coverage.present = Bits(parts.back().space->size());
    config.collections.push_back(std::move(collection));
    return parts.back();
  }
  CollectorId collector(std::optional<Batch> batch = {}) {
    Collector collector;
    collector.name = "c" + std::to_string(config.collectors.size());
    collector.batch = std::move(batch);
    collector.estimate = 2min;
    config.collectors.push_back(std::move(collector));
    return {config.collectors.size() - 1};
  }
  Backlog backlog() const {
    std::vector<BacklogInput> inputs;
    for (std::uint64_t i = 0; i < parts.size(); ++i) {
      const Part& part = parts[i];
      inputs.push_back({{i},
                        part.space,
                        &part.coverage,
                        &part.rows,
                        part.busy,
                        part.losses,
                        part.first_seen,
                        part.held_by});
    }
    return Backlog(config, where, inputs, now, {.tasks = keep});
  }
  std::vector<Task> tasks() const { return backlog().window(keep).tasks; }
};

inline Dimension days_dimension(int from, int to) {
  DateRange range;
  range.from.day = sys_days{std::chrono::year{2025} / 10 / 1} + days{from};
  range.to.day = sys_days{std::chrono::year{2025} / 10 / 1} + days{to};
  return {"date", range, true};
}

inline Dimension numbers(std::string name, std::uint64_t from, std::uint64_t to) {
  return {std::move(name), NumberRange{from, to, 1}};
}

/// A collection without a time axis: numbers from 0.
inline Collection counted(std::string name, std::uint64_t size) {
  Collection collection;
  collection.name = name;
  collection.key = name + "/{n}";
  collection.dimensions = {numbers("n", 0, size - 1)};
  return collection;
}

/// A collection of days, counted from 2025-10-01.
inline Collection daily(std::string name, int from, int to) {
  Collection collection;
  collection.name = name;
  collection.key = name + "/{date}";
  collection.dimensions = {days_dimension(from, to)};
  return collection;
}

}  // namespace upkeep::backlog_test
