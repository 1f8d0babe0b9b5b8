// One walk through a folder and all below it, for DirectoryStore.
#pragma once
#include <sys/stat.h>

#include <compare>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "io/descriptor.h"
#include "port/object_store.h"

namespace upkeep {

/// What makes a folder the same folder.
struct FolderIdentity {
  dev_t device = 0;
  ino_t number = 0;
  bool operator==(const FolderIdentity&) const = default;
};

/// errno, or 0 with the identity of an open folder.
int identify(int folder, FolderIdentity&);

/// What is wanted of one name in an open folder, links followed; errno, or 0.
int look_at(int folder, const char* name, struct statx&);
Time modified(const struct statx&);

/// "FOLDER/PREFIX cannot be read: …"
FailedPart failed_part(const std::string& folder, std::string prefix, int number);

/// Does this errno mean that there is nothing by that name?
bool means_nothing_there(int number);

class DirectoryListing {
 public:
  /// `root` is named in errors. References must hold while the listing lives.
  DirectoryListing(const std::string& root, const std::function<void(const Object&)>& take,
                   std::stop_token stop)
      : root_(root), take_(take), stop_(std::move(stop)) {}

  /// Goes one folder further down without listing it: to a base that lies deeper. False when
  /// it leads back into a folder on the way, where nothing is listed.
  bool pass(FolderIdentity);
  /// Lists the open folder whose keys begin with `key` ("" or ending in `/`) and all below
  /// it; in the folder itself, only names that begin with `beginning`. Returns the errno with
  /// which reading that first folder failed, or 0. Asked to stop, it goes no further.
  int run(Descriptor folder, std::string key, std::string_view beginning);

  std::vector<FailedPart> take_failed() { return std::move(failed_); }

 private:
  /// A folder between the base and where the walk stands, both included.
  struct Folder {
    std::string name;       ///< in its parent
    Descriptor descriptor;  ///< closed while the walk is far below it
    FolderIdentity identity;
    std::vector<std::string> left;  ///< names of folders in it that are still to be entered
    std::size_t key_size = 0;       ///< of the key of its content's beginning, in key_
  };

  int read(Folder&, std::string_view beginning);
  int take_entry(Folder&, const char* name, unsigned char type);
  int take_looked_at(Folder&, const char* name, unsigned char type);
  void enter(const std::string& name);
  int reopen(std::size_t depth);
  bool is_on_the_way(FolderIdentity) const;
  void fail_part(std::string prefix, int number);

  const std::string& root_;
  const std::function<void(const Object&)>& take_;
  std::stop_token stop_;
  std::vector<FolderIdentity> passed_;
  std::vector<Folder> way_;
  std::string key_;
  std::vector<char> buffer_ = std::vector<char>(64 * 1024);
  std::vector<FailedPart> failed_;
};

}  // namespace upkeep
