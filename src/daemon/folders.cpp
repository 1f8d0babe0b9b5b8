#include "daemon/folders.h"

#include <algorithm>
#include <filesystem>

#include "base/text.h"
#include "io/files.h"

namespace upkeep {
namespace {

namespace fs = std::filesystem;

constexpr Duration keep_logs = std::chrono::days{30};
constexpr Duration keep_outputs_when_low = std::chrono::hours{1};

/// "upkeep.log.3", "failures.log.1"; not the ones that are written.
bool is_rotated_log(const std::string& name) {
  const std::size_t dot = name.rfind('.');
  return dot != name.npos && name.substr(0, dot).ends_with(".log") &&
         parse_number(name.substr(dot + 1));
}

void expire_rotated_logs(const std::string& folder, Time before) {
  std::error_code error;
  for (fs::directory_iterator one(folder, error), end; !error && one != end; one.increment(error)) {
    std::error_code untouched;
    const auto written = one->last_write_time(untouched);
    if (untouched || !is_rotated_log(one->path().filename())) continue;
    const auto at = std::chrono::file_clock::to_sys(written);
    if (std::chrono::floor<Duration>(at) < before) fs::remove(one->path(), untouched);
  }
}

}  // namespace

Result<void> make_state_folders(const std::string& state) {
  for (const char* folder : {"/inventory/cache", "/logs/tasks", "/run"}) {
    UPKEEP_CHECK(make_folders(state + folder));
  }
  return {};
}

void expire_old_files(const Config& config, Time now, bool disk_is_low) {
  const Duration outputs =
      disk_is_low ? std::min(config.keep.output, keep_outputs_when_low) : config.keep.output;
  (void)expire_files(config.state + "/logs/tasks", now - outputs);
  (void)expire_files(config.state + "/inventory/cache", now - config.keep.cache);
  expire_rotated_logs(config.state + "/logs", now - keep_logs);
}

}  // namespace upkeep
