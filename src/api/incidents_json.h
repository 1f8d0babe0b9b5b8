// What is wrong and held, as JSON and as a table.
#pragma once
#include <map>
#include <string>

#include "api/style.h"
#include "core/incidents.h"
#include "model/state.h"

namespace upkeep {

/// [{"id", "target", "class", "state", "since", "changed", "text", "amount"}], oldest first;
/// closed ones only when `all`. Ends with a newline.
std::string incidents_json(const std::map<IncidentId, IncidentRow>&, bool all);
std::string incidents_text(const std::map<IncidentId, IncidentRow>&, bool all, Time now,
                           const Style&);

}  // namespace upkeep
