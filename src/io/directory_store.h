// A store that is a folder: every regular file under it is an object.
#pragma once
#include <string>

#include "port/object_store.h"

namespace upkeep {

/// Keys are paths below the folder, as bytes; hidden files are objects too, devices, sockets
/// and pipes are not. A link to a file counts as that file, a linked folder is entered unless
/// that would lead back into a folder on the way to it; a link to nothing is nothing.
/// A folder that cannot be read is a failed part. When the store's own folder is missing, is
/// unreadable, or is not the same at the end of a listing, nothing can be said (an error).
/// Neither depth nor the length of keys is limited.
class DirectoryStore final : public ObjectStore {
 public:
  /// What it means to look() that the store's own folder is missing: that the store is away,
  /// or, where something else tells what it holds, that nothing was written there yet.
  enum class Absent : std::uint8_t { is_error, is_empty };

  explicit DirectoryStore(std::string folder, Absent absent = Absent::is_error)
      : folder_(std::move(folder)), absent_(absent) {}

  Result<std::vector<FailedPart>> list(std::string_view prefix,
                                       const std::function<void(const Object&)>& take,
                                       std::stop_token stop = {}) override;
  Result<std::optional<Facts>> look(std::string_view key, std::stop_token stop = {}) override;
  Result<std::unique_ptr<ObjectReader>> open(std::string_view key,
                                             std::stop_token stop = {}) override;

 private:
  std::string folder_;
  Absent absent_;
};

}  // namespace upkeep
