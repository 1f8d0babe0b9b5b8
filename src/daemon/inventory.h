// Stores as the configuration declares them: their spaces, looks at a few partitions, and what
// earlier lives knew of them. Blocking; for worker threads.
#pragma once
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "core/command.h"
#include "core/engine.h"
#include "core/event.h"
#include "daemon/contents.h"
#include "io/table_cache.h"
#include "model/config.h"
#include "port/object_store.h"

namespace upkeep {

using ObjectStores = std::vector<std::unique_ptr<ObjectStore>>;  ///< by StoreId

/// One for each store of the configuration.
ObjectStores open_stores(const Config&);

/// Reads the tables of a collection and makes its space for that moment. What other collections
/// give it is as `tables` knows it: gathered by LiveTables (chain.h), else as it was kept.
Result<SpacePtr> make_space(const Config&, const Collection&, TableCache&, Time now);

/// What the store shows of these partitions, now. Asked to stop, it soon returns an error.
PartitionsSeen look_at(const Config&, const ObjectStores&, const LookAt&, CheckCommands,
                       std::stop_token stop = {});

/// The coverage that was kept of the collection, mapped to the space by value; null when there is
/// none that can be read.
std::shared_ptr<const Coverage> load_coverage(const Config&, const Space&);

/// Where the coverage of a collection is kept between lives.
std::string coverage_path(const Config&, const std::string& collection);

/// What an earlier life accepted, by collection name. What is missing or damaged is left
/// out: the next inventory is then believed as a first one is.
std::map<std::string, Baseline> load_baselines(const Config&, TableCache&);

}  // namespace upkeep
