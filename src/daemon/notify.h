// Tells the service manager that started this process how it is: the protocol of sd_notify(3).
#pragma once
#include <string>
#include <string_view>

namespace upkeep {

/// Does nothing where no service manager asked to be told ($NOTIFY_SOCKET).
class ServiceManager {
 public:
  ServiceManager();
  void ready() const { send("READY=1"); }
  /// Resets its watchdog.
  void beat() const { send("WATCHDOG=1"); }

 private:
  void send(std::string_view) const;
  std::string socket_;
};

}  // namespace upkeep
