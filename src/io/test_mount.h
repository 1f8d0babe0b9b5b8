// For tests: a small file system over a folder, for as long as the object lives.
#pragma once
#include <sys/mount.h>

#include <cerrno>
#include <string>
#include <utility>

#include "io/descriptor.h"

namespace upkeep {

class TestMount {
 public:
  /// A tmpfs with these options ("size=256k"). Needs the right to mount, which tests do not
  /// always have: ask, and skip with why_not().
  TestMount(std::string folder, const std::string& options) : folder_(std::move(folder)) {
    if (::mount("none", folder_.c_str(), "tmpfs", 0, options.c_str()) != 0) error_ = errno;
  }
  TestMount(const TestMount&) = delete;
  TestMount& operator=(const TestMount&) = delete;
  ~TestMount() { unmount(); }

  explicit operator bool() const { return error_ == 0; }
  std::string why_not() const { return "no tmpfs can be mounted here: " + error_text(error_); }
  /// At once, even while files in it are open.
  void unmount() {
    if (error_ == 0) ::umount2(folder_.c_str(), MNT_DETACH);
    error_ = ENOENT;
  }

 private:
  std::string folder_;
  int error_ = 0;
};

}  // namespace upkeep
