// One unit of filling work: one collector run for one batch of gaps.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/time.h"
#include "coverage/space.h"
#include "model/collection.h"
#include "model/gap.h"
#include "model/priority.h"
#include "model/state.h"

namespace upkeep {

struct Task {
  enum class Status : std::uint8_t { pending, running, held };
  std::string id;  ///< "t" and 12 hexadecimal digits: of its collection, gap kind and first key
  CollectionId collection;
  SpacePtr space;
  GapKind kind = GapKind::missing;
  Priority declared = Priority::medium;  ///< by the collection's rules
  Priority priority = Priority::medium;  ///< after promotion
  double score = 0;
  Time deadline = Time::max();  ///< because of which it comes first; Time::max() when none does
  Time since;                   ///< the oldest gap's: when it became due, or was first seen lost
  Time detected;  ///< since when upkeep knows: the wait for promotion counts from here
  std::vector<std::uint64_t> partitions;  ///< ascending
  Status status = Status::pending;
  std::string held_by;  ///< what holds it and until when, a sentence; empty when nothing does
  double progress = 0;  ///< 0 to 1, as its collector reported
};

/// The backlog as it stands: the next window of it, and the numbers of all of it.
struct Queue {
  std::vector<Task> tasks;  ///< at most queue.window
  std::uint64_t total_tasks = 0, total_gaps = 0;
  std::array<std::uint64_t, 4> tasks_by_priority{};  ///< in the order of Priority
  std::map<CollectionId, std::uint64_t> tasks_by_collection;
  Duration estimate{};  ///< of all of it, one after the other
};

/// An attempt in view of people. `task.progress` is what its collector reported.
struct RunningAttempt {
  enum class Phase : std::uint8_t {
    confirming,  ///< the store is being looked at before the collector starts
    running,
    proving,  ///< its process has ended; the store is being looked at
    orphan,   ///< of an earlier life; its process may still be running
  };
  AttemptRow row;
  Task task;  ///< without space and partitions for an orphan
  Phase phase = Phase::running;
};

}  // namespace upkeep
