#include "api/gap_rows.h"

#include "api/json_writer.h"
#include "base/json_text.h"

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

GapWriter::GapWriter(const Space& space) : space_(space) {
  begin_ = "{\"collection\": ";
  append_json_string(begin_, space.collection().name);
  begin_ += ", \"partition\": {";
  for (std::size_t axis = 0; axis < space.axes().size(); ++axis) {
    fields_.push_back({Dial(space, axis), {}, {}});
  }
}

void GapWriter::append(const PlannedGap& gap, std::string& out) {
  out += begin_;
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    Fields& fields = fields_[i];
    const std::uint64_t value = fields.dial.at(gap.index);
    if (fields.value != value) {
      fields.value = value;
      fields.json.clear();
      const Axis& axis = *space_.axes()[i];
      for (std::size_t field = 0; field < axis.fields().size(); ++field) {
        if (i > 0 || field > 0) fields.json += ", ";
        append_json_string(fields.json, axis.fields()[field]);
        fields.json += ": ";
        append_json_string(fields.json, axis.text(value, field));
      }
    }
    out += fields.json;
  }
  if (since_ != gap.since) {
    since_ = gap.since;
    since_json_.clear();
    append_json_string(since_json_, to_text(gap.since));
  }
  out += "}, \"key\": ";
  append_json_string(out, space_.key(gap.index));
  out.append(", \"reason\": \"").append(to_text(gap.kind));
  out.append("\", \"priority\": \"").append(to_text(gap.priority));
  out.append("\", \"since\": ").append(since_json_).append("}");
}

}  // namespace upkeep
