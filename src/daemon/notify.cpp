#include "daemon/notify.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "base/text.h"
#include "io/descriptor.h"
#include "io/files.h"
#include "io/process_tree.h"

namespace upkeep {
namespace {

/// The environment of a process that may not be dumped is hidden from its own user.
std::string word_file(const std::string& state) { return state + "/run/service"; }

}  // namespace

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

void ServiceManager::leave_word(const std::string& state) const {
  if (!is_there()) return;
  const std::string group(trim(read_proc("/proc/self/cgroup").value_or("")));
  const std::string unit = group.substr(group.rfind('/') + 1);
  const bool is_users = group.find("/user@") != std::string::npos;
  const std::string name = unit.ends_with(".service") ? (is_users ? "--user " : "") + unit : "";
  (void)write_file_atomically(word_file(state), fmt::format("{} {}\n", ::getpid(), name));
}

std::optional<std::string> manager_command(const std::string& state, pid_t owner,
                                           std::string_view verb) {
  const auto word = read_file(word_file(state));
  const std::string by_owner = fmt::format("{} ", owner);
  if (!word || !word->starts_with(by_owner)) return {};  // an earlier owner's
  const std::string unit(trim(std::string_view(*word).substr(by_owner.size())));
  if (unit.empty()) return fmt::format("{} its service", verb);
  const bool is_users = unit.starts_with("--user ");
  return fmt::format("systemctl {}{} {}", is_users ? "--user " : "", verb,
                     std::string_view(unit).substr(is_users ? 7 : 0));
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
