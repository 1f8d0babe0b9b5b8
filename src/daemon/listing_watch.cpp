#include "daemon/listing_watch.h"

#include <condition_variable>
#include <mutex>
#include <utility>

namespace upkeep {
namespace {

constexpr auto tell_every = std::chrono::milliseconds{500};

}  // namespace

ObjectStore::Requests asked_so_far(const ObjectStores& stores, StoreId listed) {
  ObjectStore::Requests sum;
  for (const auto& store : stores) {
    const ObjectStore::Requests asked = store->requests();
    sum.lists += asked.lists;
    sum.others += asked.others;
  }
  const ObjectStore::Requests own = stores.at(listed.value)->requests();
  sum.keys = own.keys;
  sum.at_once = own.at_once;
  return sum;
}

ListingWatch::ListingWatch(const ObjectStores& stores, StoreId listed, WatchListing watch)
    : stores_(stores), listed_(listed), watch_(std::move(watch)) {
  if (watch_) thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

ListingWatch::~ListingWatch() {
  if (!watch_) return;
  thread_.request_stop();
  thread_.join();
  tell();
}

void ListingWatch::run(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any end;
  std::unique_lock lock(mutex);
  while (!stop.stop_requested()) {
    end.wait_for(lock, stop, tell_every, [] { return false; });
    if (!stop.stop_requested()) tell();
  }
}

void ListingWatch::tell() {
  const ObjectStore::Requests now = asked_so_far(stores_, listed_);
  if (now == told_) return;
  told_ = now;
  watch_(now);
}

}  // namespace upkeep
