// How many attempts may run at once: of all, of one collection, of those with the same value of a
// label, and of partitions that failed again and again. The last are tried for ever, but what is
// new must not wait for them.
#include <fmt/format.h>

#include <algorithm>

#include "core/engine_parts.h"

namespace upkeep {
namespace {

/// Proofs take no place.
bool takes_place(const AttemptTrack& attempt) {
  return attempt.view.phase != RunningAttempt::Phase::proving;
}

template <class Predicate>
std::uint64_t count_running(const std::map<AttemptId, AttemptTrack>& attempts, Predicate counts) {
  return static_cast<std::uint64_t>(std::ranges::count_if(attempts, [&](const auto& entry) {
    return takes_place(entry.second) && counts(entry.second);
  }));
}

}  // namespace

bool Engine::Parts::has_room() const {
  const std::uint64_t busy = count_running(attempts, [](const AttemptTrack&) { return true; });
  // Proofs must not pile up when collectors are faster than looks.
  return busy < config.limits.tasks && attempts.size() < 4 * config.limits.tasks + 16;
}

/// Why no further task of the collection may start while those run that do; empty when one may.
std::string Engine::Parts::no_place_for(CollectionId id, bool rested) const {
  const Collection& collection = config.of(id);
  const auto full = [](std::uint64_t running, std::string_view whose, std::string_view key) {
    return fmt::format("{} {} run{}, as many as `{}` allows; the next starts when one ends",
                       running, whose, running == 1 ? "s" : "", key);
  };
  if (collection.max_tasks) {
    const std::uint64_t running = count_running(
        attempts, [&](const AttemptTrack& attempt) { return attempt.collection == id; });
    if (running >= *collection.max_tasks) {
      return full(running, "of its tasks", "max_tasks");
    }
  }
  for (const auto& [label, most] : config.limits.tasks_of_each) {
    const auto value = collection.labels.find(label);
    if (value == collection.labels.end()) continue;
    const std::uint64_t running = count_running(attempts, [&](const AttemptTrack& attempt) {
      if (!attempt.collection) return false;
      const auto& labels = config.of(*attempt.collection).labels;
      const auto other = labels.find(label);
      return other != labels.end() && other->second == value->second;
    });
    if (running >= most) {
      const std::string whose =
          fmt::format("task{} of {} {}", running == 1 ? "" : "s", label, value->second);
      return full(running, whose, "limits.tasks_of_each." + label);
    }
  }
  if (!rested) return {};
  const std::uint64_t running =
      count_running(attempts, [](const AttemptTrack& attempt) { return attempt.rested; });
  if (running < config.limits.rested_tasks()) return {};
  return full(running, running == 1 ? "task of what rested" : "tasks of what rested",
              "limits.rested");
}

}  // namespace upkeep
