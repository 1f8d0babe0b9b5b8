// The files of running attempts: <run>/attempt-5/ with lock, partitions, report and the folder
// scratch.
#pragma once
#include <sys/stat.h>

#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "io/descriptor.h"
#include "model/state.h"

namespace upkeep {

struct AttemptFiles {
  std::string folder, lock, partitions, report;
  std::string scratch;  ///< a folder for whatever the attempt leaves behind
};
AttemptFiles attempt_files(const std::string& run_folder, AttemptId);
/// The attempt whose report has this path.
std::optional<AttemptId> attempt_of_report(const std::string& run_folder, std::string_view path);
/// With whatever else lies in the folder.
void remove_attempt_files(const AttemptFiles&);

/// Makes the files of attempts. Folders are used again under another name instead of being
/// removed and made: with thousands of attempts, ext4 takes half a millisecond to make a file
/// where many were removed within the last minutes.
class AttemptFolders {
 public:
  explicit AttemptFolders(std::string run_folder);
  ~AttemptFolders();
  AttemptFolders(const AttemptFolders&) = delete;
  AttemptFolders& operator=(const AttemptFolders&) = delete;

  struct Failure {
    std::string path;
    int number = 0;  ///< errno; EWOULDBLOCK when a process of an earlier attempt holds the lock
  };
  /// The partitions' file with that content, an empty report, an empty scratch folder, and the
  /// lock, which is returned.
  /// After a failure nothing is left over.
  std::expected<Descriptor, Failure> make(const AttemptFiles&, std::string_view partitions,
                                          Duration grace);
  /// The attempt is over. Its files are gone when this returns.
  void release(const AttemptFiles&);

 private:
  /// To tell whether a collector put other files in the place of these.
  struct Identity {
    ino_t folder = 0, lock = 0, partitions = 0, report = 0, scratch = 0;
    timespec changed{}, scratch_changed{};
    bool operator==(const Identity&) const;
  };
  static std::optional<Identity> identity_of(const AttemptFiles&);
  std::expected<Descriptor, Failure> fill(const AttemptFiles&, std::string_view partitions,
                                          Duration grace);

  std::string run_folder_;
  std::map<std::string, Identity> used_;  ///< by folder
  std::vector<std::pair<std::string, Identity>> spare_;
};

}  // namespace upkeep
