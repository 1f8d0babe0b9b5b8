// Everything that the user declared, checked and with defaults filled in.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "base/zone.h"
#include "model/calendar.h"
#include "model/collection.h"
#include "model/collector.h"
#include "model/service.h"
#include "model/store.h"
#include "model/upstream.h"

namespace upkeep {

struct Loop {
  Duration reconcile_every = std::chrono::hours{1};
  Duration queue_poll = std::chrono::seconds{30};
  std::uint64_t min_tasks_to_trigger = 1;  ///< a round of filling begins with so many
  Duration max_run_time = std::chrono::hours{2};
  bool dry_run = false;                           ///< everything but collectors
  Duration hang_after = std::chrono::minutes{1};  ///< a daemon that does not move is ended
};

struct Score {
  double age_per_hour = 0.5;
  double per_missing = -0.1;
  double max_size_penalty = 10;
};

struct QueueSettings {
  std::uint64_t window = 1000;  ///< tasks that are listed
  Duration promote_after = std::chrono::hours{24};
  Score score;
};

/// How long what is kept for people is kept.
struct Keep {
  Duration journal = std::chrono::days{90};
  Duration output = std::chrono::days{7};
  Duration cache = std::chrono::days{7};
};

struct Limits {
  std::uint64_t tasks = 5;  ///< attempts at once
  /// Of these, of collections with the same value of a label.
  std::map<std::string, std::uint64_t> tasks_of_each;
  double rested = 0.5;  ///< the share of `tasks` for partitions that rested after their last retry
  std::uint64_t memory = std::uint64_t{2} << 30;  ///< bytes, of the process that lists a store
  /// Cores, of the daemon and its listings together, where the kernel can limit that.
  std::optional<double> cpu;
  /// Bytes; with less free space on the state's file system nothing new is started. Unset: 1 GB
  /// or 5 % of the file system, whichever is smaller.
  std::optional<std::uint64_t> disk_free;
  std::optional<Rate> requests;  ///< of all collectors together, to whatever upstream

  /// Attempts at once for partitions that rested.
  std::uint64_t rested_tasks() const {
    const auto share = static_cast<std::uint64_t>(static_cast<double>(tasks) * rested);
    return share == 0 ? 1 : share;
  }
};

struct Config {
  std::string path;    ///< absolute, of upkeep.yaml
  std::string folder;  ///< absolute; relative paths start here and commands run here
  std::string state;   ///< absolute
  Zone zone;
  bool enabled = true;
  Loop loop;
  QueueSettings queue;
  Keep keep;
  Limits limits;
  std::vector<Maintenance> maintenance;
  HttpSettings http;
  LogSettings log;
  std::vector<Store> stores;
  std::vector<Collection> collections;
  std::vector<Collector> collectors;
  std::vector<Upstream> upstreams;

  /// Of a name that was checked.
  StoreId find_store(const std::string& name) const {
    std::uint64_t i = 0;
    while (stores.at(i).name != name) ++i;
    return StoreId{i};
  }
  CollectionId find_collection(const std::string& name) const {
    std::uint64_t i = 0;
    while (collections.at(i).name != name) ++i;
    return CollectionId{i};
  }
  const Store& of(StoreId id) const { return stores.at(id.value); }
  const Collection& of(CollectionId id) const { return collections.at(id.value); }
  const Collector& of(CollectorId id) const { return collectors.at(id.value); }
  const Upstream& of(UpstreamId id) const { return upstreams.at(id.value); }
};

}  // namespace upkeep
