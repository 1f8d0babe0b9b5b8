#include "daemon/notify.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "base/text.h"
#include "io/descriptor.h"
#include "io/process_tree.h"

namespace upkeep {

ServiceManager::ServiceManager() {
  if (const char* name = std::getenv("NOTIFY_SOCKET")) socket_ = name;
  has_watchdog_ = std::getenv("WATCHDOG_USEC") != nullptr;
  // Children speak for themselves only.
  for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) ::unsetenv(name);
}

void ServiceManager::ready(Duration patience) const {
  const auto span = std::chrono::duration_cast<std::chrono::microseconds>(patience).count();
  if (has_watchdog_) send(fmt::format("WATCHDOG_USEC={}", span));
  send("READY=1");
}

std::optional<std::string> manager_command(pid_t pid, std::string_view verb) {
  // The environment is that with which the process began.
  const auto environment = read_proc(fmt::format("/proc/{}/environ", pid));
  const std::string name = "NOTIFY_SOCKET=";
  if (!environment) return {};
  if (!environment->starts_with(name) && environment->find('\0' + name) == std::string::npos) {
    return {};
  }
  const std::string group(trim(read_proc(fmt::format("/proc/{}/cgroup", pid)).value_or("")));
  const std::string unit = group.substr(group.rfind('/') + 1);
  if (!unit.ends_with(".service")) return fmt::format("{} its service", verb);
  const bool is_users = group.find("/user@") != std::string::npos;
  return fmt::format("systemctl {}{} {}", is_users ? "--user " : "", verb, unit);
}

void ServiceManager::send(std::string_view text) const {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket_.size() < 2 || socket_.size() >= sizeof address.sun_path) return;
  std::memcpy(address.sun_path, socket_.data(), socket_.size());
  if (socket_.front() == '@') address.sun_path[0] = '\0';  // an abstract one
  const Descriptor out(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!out) return;
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
  [[maybe_unused]] const ssize_t ignored =
      ::sendto(out.number(), text.data(), text.size(), MSG_NOSIGNAL,
               reinterpret_cast<const sockaddr*>(&address), size);
}

}  // namespace upkeep
