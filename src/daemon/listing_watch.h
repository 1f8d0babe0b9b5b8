// How far the listing of a store is, told while it goes on.
#pragma once
#include <functional>
#include <stop_token>
#include <thread>

#include "daemon/inventory.h"
#include "model/store.h"
#include "port/object_store.h"

namespace upkeep {

using WatchListing = std::function<void(const ObjectStore::Requests&)>;

/// What was asked of all stores until now: reports may lie in another one. Keys are those of
/// `listed`.
ObjectStore::Requests asked_so_far(const ObjectStores&, StoreId listed);

/// While it lives, `watch` is told twice a second of what changed, by a thread of its own, and once
/// more at the end. References must outlive it.
class ListingWatch {
 public:
  ListingWatch(const ObjectStores&, StoreId listed, WatchListing watch);
  ListingWatch(const ListingWatch&) = delete;
  ListingWatch& operator=(const ListingWatch&) = delete;
  ~ListingWatch();

 private:
  void run(const std::stop_token&);
  void tell();

  const ObjectStores& stores_;
  const StoreId listed_;
  const WatchListing watch_;
  ObjectStore::Requests told_;
  std::jthread thread_;
};

}  // namespace upkeep
