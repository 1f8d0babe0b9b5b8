// Tells the service manager that started this process how it is: the protocol of sd_notify(3).
#pragma once
#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace upkeep {

/// Does nothing where no service manager asked to be told ($NOTIFY_SOCKET).
class ServiceManager {
 public:
  ServiceManager();
  bool is_there() const { return !socket_.empty(); }
  /// From now on its watchdog, where it has one, waits so long for the next beat.
  void ready(Duration patience) const;
  /// Resets its watchdog.
  void beat() const { send("WATCHDOG=1"); }

 private:
  void send(std::string_view) const;
  std::string socket_;
  bool has_watchdog_ = false;
};

/// What to type so that the service manager of that process does something ("stop", "restart") with
/// it, which starts again what only ends. Nothing for a process that has no such manager.
std::optional<std::string> manager_command(pid_t, std::string_view verb);

}  // namespace upkeep
