#include "api/gap_rows.h"

#include "api/words.h"

namespace upkeep {

void for_each_gap(const CollectionStanding& standing, const Condition& where, Time now,
                  const std::function<bool(const PlannedGap&)>& take) {
  BacklogInput input;
  input.collection = standing.id;
  input.space = standing.view.space;
  input.coverage = standing.view.coverage;
  input.rows = standing.rows;
  input.losses = standing.view.coverage->lost;
  input.first_seen = standing.first_seen;
  GapWalk walk(standing.view.space->collection(), where, input, now);
  PlannedGap gap;
  while (walk.next(gap)) {
    if (!take(gap)) return;
  }
}

void write_gap(JsonWriter& json, const Space& space, const PlannedGap& gap) {
  json.begin_object().member("collection", space.collection().name).key("partition");
  write(json, space.partition(gap.index));
  json.member("key", space.key(gap.index))
      .member("reason", to_text(gap.kind))
      .member("priority", to_text(gap.priority))
      .member("since", to_text(gap.since))
      .end_object();
}

}  // namespace upkeep
