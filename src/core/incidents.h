// Continuing troubles: at most one that is not closed for each target and kind. One cause,
// one incident, however often it shows.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "model/state.h"

namespace upkeep {

class Incidents {
 public:
  using Rows = std::map<IncidentId, IncidentRow>;

  /// `next_id` is the engine's counter; changes go to the step that is being made.
  Incidents(Rows rows, std::uint64_t& next_id, std::vector<Change>& changes);

  /// The trouble is there: opens an incident, or renews what the open one says. An acked one
  /// stays acked.
  const IncidentRow& raise(std::string_view target, std::string_view kind, std::string text,
                           std::uint64_t amount, Time now);
  /// The trouble is over, and why; nothing happens when there was none.
  void settle(std::string_view target, std::string_view kind, std::string_view why, Time now);
  /// A person has seen it. False when there is no such open incident.
  bool ack(IncidentId, Time now);
  /// Opens an acked one again: there is more of the trouble than was acked.
  void reopen(const IncidentRow&, std::string text, std::uint64_t amount, Time now);
  /// Drops those that were closed before that time.
  void expire(Time before);

  /// The one that is not closed; null when there is none.
  const IncidentRow* find(std::string_view target, std::string_view kind) const;
  const Rows& rows() const { return rows_; }

 private:
  void put(IncidentRow row, std::string_view what, Time now);

  Rows rows_;
  /// Those that are not closed, by target and kind: there may be many closed ones.
  std::map<std::pair<std::string, std::string>, IncidentId> open_;
  std::uint64_t& next_id_;
  std::vector<Change>& changes_;
};

/// How people write an incident: "i12".
std::string to_text(IncidentId);

}  // namespace upkeep
