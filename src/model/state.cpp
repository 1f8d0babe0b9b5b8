// How changes act on rows in memory.
#include "model/state.h"

#include "base/assert.h"

namespace upkeep {
namespace {

struct Apply {
  State& state;

  void operator()(const PutEngine& change) const { state.engine = change.row; }
  void operator()(const PutPartition& change) const {
    state.partitions.insert_or_assign({change.row.collection, change.row.key}, change.row);
  }
  void operator()(const DropPartition& change) const {
    state.partitions.erase({change.collection, change.key});
  }
  void operator()(const PutAttempt& change) const {
    state.attempts.insert_or_assign(change.row.id, change.row);
  }
  void operator()(const DropAttempt& change) const { state.attempts.erase(change.id); }
  void operator()(const PutIncident& change) const {
    state.incidents.insert_or_assign(change.row.id, change.row);
  }
  void operator()(const DropIncident& change) const { state.incidents.erase(change.id); }
  void operator()(const PutCollection& change) const {
    state.collections.insert_or_assign(change.row.name, change.row);
  }
  void operator()(const DropCollection& change) const { state.collections.erase(change.name); }
  void operator()(const PutUpstream& change) const {
    state.upstreams.insert_or_assign(change.row.name, change.row);
  }
  void operator()(const DropUpstream& change) const { state.upstreams.erase(change.name); }
  void operator()(const PutSchedule& change) const {
    state.schedules.insert_or_assign(change.row.collector, change.row);
  }
  void operator()(const DropSchedule& change) const { state.schedules.erase(change.collector); }
  void operator()(const AddJournal&) const {}
  void operator()(const ExpireJournal&) const {}
};

}  // namespace

std::string_view to_text(IncidentRow::State state) {
  switch (state) {
    case IncidentRow::State::open:
      return "open";
    case IncidentRow::State::acked:
      return "acked";
    case IncidentRow::State::closed:
      return "closed";
  }
  UPKEEP_ASSERT(false);
}

std::optional<IncidentRow::State> parse_incident_state(std::string_view text) {
  using enum IncidentRow::State;
  for (const IncidentRow::State state : {open, acked, closed}) {
    if (to_text(state) == text) return state;
  }
  return {};
}

void apply(State& state, const Change& change) { std::visit(Apply{state}, change); }

}  // namespace upkeep
