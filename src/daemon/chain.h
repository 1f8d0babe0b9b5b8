// Collections that have their rows from the objects of other collections: what the stores hold now.
#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "daemon/inventory.h"
#include "io/kept_rows.h"
#include "io/table_cache.h"
#include "model/config.h"

namespace upkeep {

/// Where the rows of a dimension are kept between listings.
std::string kept_rows_path(const Config&, const std::string& collection,
                           const std::string& dimension);

/// Tables for one listing, or for one look of people. The rows that come from a collection are
/// those of all its objects that are partitions of it, in the order of keys: all or none. Errors
/// name the object and the line or row. An object that has not changed since its rows were kept
/// is not read again. A collection without objects gives no rows, which is no error.
class LiveTables {
 public:
  LiveTables(const Config&, const ObjectStores&, Time now, std::stop_token stop = {});

  TableCache& tables() { return tables_; }
  /// Keeps what was gathered for this collection, for those who touch no store.
  Result<void> keep(const Collection&) const;

 private:
  using Sources = std::vector<KeptRows::Source>;
  /// The rows of each source; null where it is to be read, or is gone.
  using Parts = std::vector<std::shared_ptr<const Rows>>;

  Result<std::shared_ptr<const Rows>> gather(const Dimension&);
  Result<Sources> list_sources(const Space&) const;
  Result<void> read_all(const Space&, const Dimension&, Sources&, Parts&) const;
  Result<std::shared_ptr<const Rows>> read_one(ObjectStore&, const Dimension&,
                                               KeptRows::Source&) const;

  const Config& config_;
  const ObjectStores& stores_;
  const Time now_;
  const std::stop_token stop_;
  std::mutex mutex_;                          ///< of gathered_
  std::map<std::string, KeptRows> gathered_;  ///< by the path of the file
  TableCache tables_;
};

}  // namespace upkeep
