// A pretend store: objects in memory, listed and looked at as the real shell would.
#pragma once
#include <absl/container/btree_map.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "coverage/coverage.h"
#include "coverage/space.h"
#include "model/store.h"

namespace upkeep::sim {

struct Facts {
  std::uint64_t size = 0;  ///< bytes
  Time modified;
  bool valid = true;  ///< do its bytes make sense?
};

class PretendStore {
 public:
  using Objects = absl::btree_map<std::string, Facts, std::less<>>;

  void write(std::string key, std::uint64_t size, Time now, bool valid = true) {
    objects_.insert_or_assign(std::move(key), Facts{size, now, valid});
  }
  /// How many objects were written over with nonsense. `rots` is asked for each.
  std::uint64_t rot(Time now, const std::function<bool(std::string_view key)>& rots);
  /// How many objects went. `goes` is asked for each in the order of keys.
  std::uint64_t lose(const std::function<bool(std::string_view key)>& goes);
  const Objects& objects() const { return objects_; }

  /// What a listing shows of these collections; objects that are not `seen` are left out. `known`
  /// of their contents is what is known for each space. No object is read.
  std::vector<Coverage> compare(const Store&, std::vector<SpacePtr>, Time taken_at, Time now,
                                const std::function<bool(std::string_view key)>& seen,
                                std::span<const std::shared_ptr<const Coverage>> known) const;
  /// What a look at one partition shows, which reads its objects.
  Sight look(const Space&, std::uint64_t index) const;

 private:
  Objects objects_;
};

/// What an inventory report says of a store: all that lay in it at one moment.
struct PretendReport {
  Time at;
  PretendStore store;
};

/// Names of `count` objects that belong to the partition: free fields get the texts p0, p1 …
/// and {_} gets `version`.
std::vector<std::string> object_names(const Space&, std::uint64_t index, std::uint64_t count,
                                      std::string_view version);

}  // namespace upkeep::sim
