#include "core/incidents.h"

#include <fmt/format.h>

namespace upkeep {

std::string to_text(IncidentId id) { return fmt::format("i{}", id.value); }

Incidents::Incidents(Rows rows, std::uint64_t& next_id, std::vector<Change>& changes)
    : rows_(std::move(rows)), next_id_(next_id), changes_(changes) {
  for (const auto& [id, row] : rows_) {
    if (row.state != IncidentRow::State::closed) open_[{row.target, row.kind}] = id;
  }
}

const IncidentRow* Incidents::find(std::string_view target, std::string_view kind) const {
  const auto found = open_.find({std::string(target), std::string(kind)});
  return found == open_.end() ? nullptr : &rows_.at(found->second);
}

void Incidents::put(IncidentRow row, std::string_view what, Time now) {
  row.changed = now;
  changes_.push_back(PutIncident{row});
  changes_.push_back(AddJournal{{now, to_text(row.id), fmt::format("{}: {}", what, row.text)}});
  if (row.state == IncidentRow::State::closed) {
    open_.erase({row.target, row.kind});
  } else {
    open_[{row.target, row.kind}] = row.id;
  }
  rows_[row.id] = std::move(row);
}

const IncidentRow& Incidents::raise(std::string_view target, std::string_view kind,
                                    std::string text, std::uint64_t amount, Time now) {
  if (const IncidentRow* known = find(target, kind)) {
    if (known->text != text || known->amount != amount) {
      IncidentRow row = *known;
      row.text = std::move(text);
      row.amount = amount;
      row.changed = now;
      changes_.push_back(PutIncident{row});
      rows_[row.id] = row;
    }
    return *find(target, kind);
  }
  IncidentRow row;
  row.id = IncidentId{next_id_++};
  row.target = target;
  row.kind = kind;
  row.since = now;
  row.text = std::move(text);
  row.amount = amount;
  const IncidentId id = row.id;
  put(std::move(row), "opened", now);
  return rows_.at(id);
}

void Incidents::settle(std::string_view target, std::string_view kind, std::string_view why,
                       Time now) {
  const IncidentRow* known = find(target, kind);
  if (known == nullptr) return;
  IncidentRow row = *known;
  row.state = IncidentRow::State::closed;
  put(std::move(row), fmt::format("closed, {}", why), now);
}

bool Incidents::ack(IncidentId id, Time now) {
  const auto found = rows_.find(id);
  if (found == rows_.end() || found->second.state == IncidentRow::State::closed) return false;
  IncidentRow row = found->second;
  row.state = IncidentRow::State::acked;
  put(std::move(row), "acknowledged", now);
  return true;
}

void Incidents::reopen(const IncidentRow& known, std::string text, std::uint64_t amount, Time now) {
  IncidentRow row = known;
  row.state = IncidentRow::State::open;
  row.since = now;
  row.text = std::move(text);
  row.amount = amount;
  put(std::move(row), "opened again, there is more of it than was acknowledged", now);
}

void Incidents::expire(Time before) {
  for (auto it = rows_.begin(); it != rows_.end();) {
    const IncidentRow& row = it->second;
    if (row.state == IncidentRow::State::closed && row.changed < before) {
      changes_.push_back(DropIncident{row.id});
      it = rows_.erase(it);
    } else {
      ++it;
    }
  }
}

}  // namespace upkeep
