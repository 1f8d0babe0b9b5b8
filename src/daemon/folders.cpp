#include "daemon/folders.h"

#include "io/files.h"

namespace upkeep {

Result<void> make_state_folders(const std::string& state) {
  for (const char* folder : {"/inventory/cache", "/logs/tasks", "/run"}) {
    UPKEEP_CHECK(make_folders(state + folder));
  }
  return {};
}

void expire_old_files(const Config& config, Time now) {
  (void)expire_files(config.state + "/logs/tasks", now - config.keep.output);
  (void)expire_files(config.state + "/inventory/cache", now - config.keep.cache);
}

}  // namespace upkeep
