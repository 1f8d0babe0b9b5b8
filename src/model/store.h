// Where objects live, and what one object is.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/time.h"

namespace upkeep {

/// The position of a store in Config::stores.
using StoreId = Id<struct StoreTag>;

/// S3 Inventory: reports of what a store holds, delivered to another one.
struct Reports {
  enum class WhenOld : std::uint8_t { list, fail };

  std::string store;   ///< the name of the store to which they are delivered
  std::string prefix;  ///< with what the keys of its manifests begin: a folder, or "" for all
  Duration max_age = std::chrono::hours{36};  ///< since the report was begun
  WhenOld when_old = WhenOld::list;           ///< what to do when there is none so young
};

/// A bucket of S3, or of a service that speaks its protocol.
struct Bucket {
  std::string name;
  std::string prefix;    ///< "" or ending in `/`: with what the names of all objects begin
  std::string region;    ///< to begin with; the bucket tells its own
  std::string endpoint;  ///< "https://host:port"; AWS when empty
  std::string profile;   ///< of the shared files; the usual chain of credentials when empty
  std::string ca;        ///< PEM file with the authorities to trust; the system's when empty
  bool anonymous = false;
  bool requester_pays = false;
  int requests = 32;  ///< at once, at most
};

struct Store {
  std::string name;
  std::string directory;            ///< absolute path of the folder that holds the objects …
  std::optional<Bucket> bucket;     ///< … unless they are in a bucket
  std::vector<std::string> ignore;  ///< shell patterns: these objects claim nothing, are no strays
  double max_loss = 0.20;           ///< an inventory that lost a larger share is held …
  std::uint64_t max_loss_objects = 10;  ///< … once that is at least so many objects
  std::optional<Reports> inventory;     ///< read instead of listing the store
};

/// One object as a listing shows it. The key is relative to the store, parted by `/`.
struct Object {
  std::string_view key;
  std::uint64_t size = 0;  ///< bytes
  Time modified;
};

}  // namespace upkeep
