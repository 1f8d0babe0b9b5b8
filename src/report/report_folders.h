// Where the reports lie: <prefix>/<bucket>/<configuration>/YYYY-MM-DDTHH-MMZ/manifest.json.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace upkeep {

/// One report that is there as a whole: S3 writes manifest.checksum last.
struct ReportFolder {
  std::string parent;    ///< of the dated folder, as the store spells it, with a `/` at its end
  Time dated;            ///< by its name, to the minute: when scanning began
  std::string manifest;  ///< key of manifest.json
  std::string checksum;  ///< key of manifest.checksum
};

/// Feed it the keys of the store of the reports, in any order. Memory grows with the number
/// of reports, not with that of their files.
class ReportSearch {
 public:
  /// `prefix` is the parent of the dated folders or any folder above it, with or without a
  /// `/` at its end. Several `/` in a row count as one, in keys too; but where keys begin with
  /// one, the prefix must say so.
  explicit ReportSearch(std::string_view prefix);
  /// With what the keys to be fed begin, as stores mostly spell it. Where nothing is found so, the
  /// next is the way: it holds all spellings.
  const std::vector<std::string>& beginnings() const { return beginnings_; }
  void add(std::string_view key);
  /// The complete reports, the newest first. They are of more than one configuration when
  /// their parents differ.
  std::vector<ReportFolder> newest_first() const;

 private:
  struct Seen {
    ReportFolder folder;
    bool has_manifest = false;
    bool has_checksum = false;
  };
  std::string prefix_;
  std::vector<std::string> beginnings_;
  std::map<std::string, Seen> seen_;  ///< by folder
};

/// How the store spells a key of the manifest. With a destination prefix that ends in `/`,
/// the store has `//` where the manifest has `/`.
std::string store_key(const ReportFolder&, std::string_view manifest_key);

}  // namespace upkeep
