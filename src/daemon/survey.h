// What the reading commands need: a fresh inventory compared with what is expected, and the
// state as it is on disk. Writes nothing and runs nothing of the user's.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/explain.h"
#include "api/listing_text.h"
#include "api/snapshot.h"
#include "base/result.h"
#include "core/engine.h"
#include "model/config.h"

namespace upkeep {

/// Which part of the configuration a command is about.
struct Selection {
  std::vector<CollectionId> collections;  ///< all, when empty
  Condition where;
};

/// Collections by name; an error names the nearest one.
Result<std::vector<CollectionId>> find_collections(const Config&,
                                                   const std::vector<std::string>& names);

/// The condition behind --where: its fields must be known to every selected collection.
Result<Condition> find_condition(const Config&, const std::vector<CollectionId>&,
                                 const std::string& text);

/// Where a survey has its inventories from.
enum class Inventories : std::uint8_t {
  listed,  ///< stores are listed for it
  kept,    ///< what the loop, or a run, accepted last; no store is touched
};

/// Is there one of each collection of the selection?
bool has_kept_inventories(const Config&, const Selection&);

/// Is told how far the listing of a bucket is, and for how long it has been going on.
using WatchSurvey =
    std::function<void(const std::string& store, const ListingProgress&, Duration since)>;

class Survey {
 public:
  /// Of all stores of the selection. An error means that the state could not be read;
  /// stores and tables that cannot be judged are part of the snapshot. `watch` is called by another
  /// thread, while this one waits.
  static Result<std::unique_ptr<Survey>> take(const Config&, Selection,
                                              Inventories = Inventories::listed,
                                              const WatchSurvey& watch = {});

  /// Holds as long as the survey.
  const Snapshot& snapshot() const { return *snapshot_; }
  const Engine& engine() const { return *engine_; }

 private:
  Survey() = default;
  std::unique_ptr<Engine> engine_;
  Queue queue_;
  std::unique_ptr<Snapshot> snapshot_;
};

/// The rows of the state folder; empty when there is no state yet.
Result<State> read_state(const Config&);

/// Why a partition (`KEY`, `COLLECTION:KEY` or `COLLECTION:field=value,…`), a task or an
/// incident is as it is. The standing of a partition takes one look at its store.
Result<Explanation> explain(const Config&, const std::string& what);

/// Acknowledges an incident ("i12" or "12"). An error when there is no such open incident,
/// or when a process owns the state.
Result<IncidentRow> acknowledge(const Config&, const std::string& id);

}  // namespace upkeep
