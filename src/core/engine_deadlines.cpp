// What was not there by its deadline is an incident of its collection, until it is there or the
// next deadline has come.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "core/deadlines.h"
#include "core/engine_parts.h"
#include "core/gap_walk.h"

namespace upkeep {

void Engine::Parts::due(Time now, const DeadlineDue&) {
  Time next = Time::max();
  for (std::uint64_t i = 0; i < collections.size(); ++i) {
    renew_deadline(now, CollectionId{i});
    const auto& by = config.collections[i].by;
    if (by) next = std::min(next, next_after(by->times, now, config.zone));
  }
  if (next != Time::max()) timers.at(next, DeadlineDue{});
}

/// What an attempt is busy with is not there either; what is said not to exist upstream is not
/// late.
void Engine::Parts::renew_deadline(Time now, CollectionId id) {
  const CollectionTrack& track = of(id);
  const std::string target = "collection:" + config.of(id).name;
  if (!config.of(id).by) incidents.settle(target, "deadline", "it has none any more", now);
  if (!config.of(id).by || track.standing != Standing::known) return;
  const Deadlines deadlines(config.of(id).by, now, config.zone);
  BacklogInput input;
  input.collection = id;
  input.space = track.space;
  input.coverage = &track.coverage;
  input.rows = &track.rows;
  input.losses = track.coverage.lost;
  input.first_seen = track.row.first_seen == Time{} ? now : track.row.first_seen;
  const Condition all;
  GapWalk walk(config.of(id), all, input, now);
  PlannedGap gap;
  std::uint64_t late = 0, first = 0;
  while (walk.next(gap)) {
    const std::uint64_t alike =
        1 + walk.skip_alike(gap, track.space->size(), track.space->size()).count;
    if (!deadlines.is_late(gap.since)) continue;
    if (late == 0) first = gap.index;
    late += alike;
  }
  if (late == 0) {
    incidents.settle(target, "deadline",
                     "what was due is there, or another deadline has passed since", now);
    return;
  }
  incidents.raise(target, "deadline",
                  fmt::format("{} of what was due {} not there by {}: {}{}", with_thousands(late),
                              late == 1 ? "is" : "are", to_text(deadlines.last()),
                              track.space->key(first), late == 1 ? "" : " and others"),
                  late, now);
}

}  // namespace upkeep
