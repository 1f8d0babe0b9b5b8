// Tables that were read, and the axes made of them, for as long as their files stay as they are:
// a store is listed again and again, and its tables seldom change.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "base/result.h"
#include "base/zone.h"
#include "coverage/axis.h"
#include "coverage/rows.h"
#include "model/collection.h"

namespace upkeep {

/// For several threads at once: of those that ask for the same table one reads it and the others
/// wait; different tables are read side by side. Each table that was asked for is kept until its
/// file changes or the cache ends, so a new configuration needs a new one.
class TableCache {
 public:
  /// Reads the objects of the collection that a dimension has its rows from.
  using Gather = std::function<Result<std::shared_ptr<const Rows>>(const Dimension&)>;

  /// With `gather`, rows that come from a collection are gathered once in the life of the cache;
  /// without it they are those that were kept, see kept_rows.h.
  explicit TableCache(Zone zone, Gather gather = {});
  ~TableCache();

  /// What read_table gives: the same rows as the last time when the file is still the same one,
  /// of the same size and times. A file that was written less than two seconds before it was
  /// read is read anew: another write might not show in its times. Of SQLite, the log counts, too.
  Result<std::shared_ptr<const Rows>> rows(const Table&);
  /// The values of a dimension that a table gives, likewise.
  Result<AxisPtr> axis(const Dimension&);

 private:
  struct Entry;
  /// The format, the path, the query and the columns.
  using Key = std::tuple<Table::Format, std::string, std::string, std::vector<std::string>>;

  Entry& entry_of(const Table&);

  const Zone zone_;
  const Gather gather_;
  std::mutex mutex_;  ///< of entries_, not of what is in them
  std::map<Key, std::unique_ptr<Entry>> entries_;
};

}  // namespace upkeep
