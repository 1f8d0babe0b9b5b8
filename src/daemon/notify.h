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
  /// Leaves word of it in the state folder, for manager_command(). Failing is no trouble.
  void leave_word(const std::string& state) const;
  /// From now on its watchdog, where it has one, waits so long for the next beat.
  void ready(Duration patience) const;
  /// Resets its watchdog.
  void beat() const { send("WATCHDOG=1"); }

 private:
  void send(std::string_view) const;
  std::string socket_;
  bool has_watchdog_ = false;
};

/// What to type so that the service manager of the process that owns a state folder does something
/// ("stop", "restart") with it, which starts again what only ends. Nothing where it has none.
std::optional<std::string> manager_command(const std::string& state, pid_t owner,
                                           std::string_view verb);

}  // namespace upkeep
