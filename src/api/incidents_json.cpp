#include "api/incidents_json.h"

#include <fmt/format.h>

#include "api/json_writer.h"
#include "api/text_table.h"
#include "api/words.h"

namespace upkeep {
namespace {

bool is_shown(const IncidentRow& row, bool all) {
  return all || row.state != IncidentRow::State::closed;
}

Tint tint_of(IncidentRow::State state) {
  switch (state) {
    case IncidentRow::State::open:
      return Tint::bad;
    case IncidentRow::State::acked:
      return Tint::fair;
    case IncidentRow::State::closed:
      return Tint::good;
  }
  return Tint::plain;
}

}  // namespace

std::string incidents_json(const std::map<IncidentId, IncidentRow>& incidents, bool all) {
  std::string out;
  JsonWriter json(out, 1);
  json.begin_array();
  for (const auto& [id, row] : incidents) {
    if (!is_shown(row, all)) continue;
    json.begin_object()
        .member("id", to_text(id))
        .member("target", row.target)
        .member("class", row.kind)
        .member("state", to_text(row.state))
        .member("since", to_text(row.since))
        .member("changed", to_text(row.changed))
        .member("text", row.text)
        .member("amount", row.amount)
        .end_object();
  }
  json.end_array();
  out += '\n';
  return out;
}

std::string incidents_text(const std::map<IncidentId, IncidentRow>& incidents, bool all, Time now,
                           const Style& style) {
  TextTable table({{.title = "ID"},
                   {.title = "STATE"},
                   {.title = "CLASS", .rank = 2},
                   {.title = "TARGET", .rank = 1, .width_min = 12, .clip = Clip::middle},
                   {.title = "SINCE", .rank = 4},
                   {.title = "AGE", .right = true, .rank = 3}});
  std::string notes;
  for (const auto& [id, row] : incidents) {
    if (!is_shown(row, all)) continue;
    table.add({{to_text(id), Tint::strong},
               {std::string(to_text(row.state)), tint_of(row.state)},
               {row.kind},
               {row.target},
               {to_text(std::chrono::floor<std::chrono::seconds>(row.since))},
               {to_rough_text(now - row.since)}});
    std::string note = fmt::format("{}: {}", to_text(id), printable(row.text));
    if (is_hold(row) && row.state == IncidentRow::State::open) {
      note += fmt::format(" (`upkeep ack {}` lets go of it)", to_text(id));
    }
    notes += wrapped(note, style.width, 4);
    notes += '\n';
  }
  if (table.rows() == 0) return all ? "No incident was ever noted.\n" : "No incident is open.\n";
  return table.render(style) + '\n' + notes;
}

}  // namespace upkeep
