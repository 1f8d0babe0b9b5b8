// For tests: makes the system call that reads folders fail as an ailing disk would.
#pragma once
#include <functional>
#include <string>

namespace upkeep {

/// For as long as the object lives, each read of a folder first asks `fault` with the
/// folder's path: 0 lets it go on, another number is the errno that it fails with.
class FaultyFolders {
 public:
  explicit FaultyFolders(std::function<int(const std::string& path)> fault);
  FaultyFolders(const FaultyFolders&) = delete;
  FaultyFolders& operator=(const FaultyFolders&) = delete;
  ~FaultyFolders();
};

}  // namespace upkeep
