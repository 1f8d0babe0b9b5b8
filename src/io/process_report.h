// Follows the file $UPKEEP_REPORT of one attempt.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "collect/report.h"

namespace upkeep {

class ProcessReport {
 public:
  ProcessReport(std::string path, std::uint64_t bytes_max)
      : path_(std::move(path)), bytes_max_(bytes_max) {}

  using Take = std::function<void(const ReportLine&)>;
  using Note = std::function<void(std::string_view)>;
  /// Reads what came since the last time: whole lines, and at the end of the attempt also a
  /// last line without a line end. `note` gets a sentence about each line that is none. A
  /// file that was replaced or cut is read from its begin. One stat() when nothing came.
  void read(bool is_over, const Take&, const Note&);

 private:
  void take_lines(const Take&, const Note&);

  std::string path_;
  std::uint64_t bytes_max_;
  std::uint64_t bytes_read_ = 0;  ///< of all of it
  off_t offset_ = 0;
  ino_t inode_ = 0;
  bool is_full_ = false;
  std::string rest_;  ///< of a line whose end did not come yet
};

}  // namespace upkeep
