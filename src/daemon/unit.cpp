#include "daemon/unit.h"

#include <fmt/format.h>

#include <algorithm>

namespace upkeep {
namespace {

constexpr std::string_view first_line = "# Written by upkeep: ";

constexpr std::string_view service_text = R"(
[Service]
Type=notify
ExecStart={program} --config {config} start --foreground
ExecReload={program} --config {config} reload
# For ever: upkeep gives nothing up, and what starts it again must not either.
Restart=always
RestartSec=5s
# A loop that does not move is ended and started again; `loop.hang_after` has the last word.
WatchdogSec={watchdog}s
WatchdogSignal=SIGKILL
TimeoutStartSec=2min
# The loop gives each collector its `grace`; who is left when it has ended is killed.
KillMode=mixed
TimeoutStopSec={stop}s
# A collector that exhausts memory is a failed attempt and no reason to stop the loop.
OOMPolicy=continue
# Each collector gets a cgroup of its own, for limits that hold for all of its processes.
Delegate=cpu memory pids

# Secrets: ${{credential:token}} in the configuration reads what this gives.
#LoadCredential=token:/etc/upkeep/token
)";

constexpr std::string_view user_text = R"(
User={user}
UMask=0027
)";

constexpr std::string_view home_text = R"(# Makes /var/lib/upkeep.
StateDirectory=upkeep
StateDirectoryMode=0750
)";

constexpr std::string_view folders_text = R"(# Collectors write nowhere else. For another folder:
#ReadWritePaths=/srv/archive
)";

/// What a user's own service manager can do as well.
constexpr std::string_view filters_text = R"(
# All of this holds for collectors, too. `systemctl edit` takes back what one of them needs.
NoNewPrivileges=yes
LockPersonality=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged
SystemCallErrorNumber=EPERM
)";

/// MemoryDenyWriteExecute= is left out: it ends collectors in JavaScript and Java.
constexpr std::string_view walls_text = R"(AmbientCapabilities=
CapabilityBoundingSet=
DevicePolicy=closed
KeyringMode=private
PrivateDevices=yes
PrivateMounts=yes
PrivateTmp={private_tmp}
PrivateUsers={private_users}
ProtectClock=yes
ProtectControlGroups=no
ProtectHome={protect_home}
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProtectSystem=strict
RemoveIPC=yes
)";

Result<std::string> word(std::string_view text) {
  std::string out;
  bool needs_quotes = false;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '$') {
      return fail(fmt::format(
          "the path `{}` cannot stand in a unit: it has control characters or `$`", text));
    }
    needs_quotes |= c == ' ' || c == '\'' || c == '"' || c == '\\' || c == ';';
    if (c == '"' || c == '\\') out += '\\';
    if (c == '%') out += '%';
    out += c;
  }
  return needs_quotes ? fmt::format("\"{}\"", out) : out;
}

bool is_below(const std::string& path, std::string_view folder) {
  return path == folder || path.starts_with(std::string(folder) + '/');
}

bool is_one_below(const Unit& unit, std::initializer_list<std::string_view> folders) {
  std::vector<std::string> paths = unit.writable;
  paths.insert(paths.end(), {unit.program, unit.config});
  return std::ranges::any_of(paths, [&](const std::string& path) {
    return std::ranges::any_of(folders,
                               [&](std::string_view folder) { return is_below(path, folder); });
  });
}

std::int64_t seconds_up(Duration span) {
  return std::max<std::int64_t>(std::chrono::ceil<std::chrono::seconds>(span).count(), 1);
}

std::string walls(const Unit& unit) {
  const bool is_root = unit.user == "root";
  return fmt::format(
      walls_text, fmt::arg("private_tmp", is_one_below(unit, {"/tmp", "/var/tmp"}) ? "no" : "yes"),
      fmt::arg("private_users", is_root ? "no" : "yes"),
      fmt::arg("protect_home",
               is_one_below(unit, {"/home", "/root", "/run/user"}) ? "read-only" : "yes"));
}

std::string heading(const Unit& unit) {
  const bool is_users = unit.user.empty();
  return fmt::format(
      "{}`upkeep help setup` tells how.\n[Unit]\n"
      "Description=upkeep, which keeps collections of data complete\n"
      "Documentation=man:upkeep(1) man:upkeep.yaml(5)\n{}"
      "# It is started again however often it dies.\nStartLimitIntervalSec=0\n",
      first_line,
      is_users ? ""
               : "Wants=network-online.target\nAfter=network-online.target time-sync.target\n");
}

}  // namespace

std::string sysusers_line() {
  return fmt::format("u {} - \"upkeep\" {}\n", service_user, service_home);
}

std::string tmpfiles_line() { return "d /etc/upkeep 0755 root root -\n"; }

Unit shipped_unit(std::string program) {
  Unit unit;
  unit.program = std::move(program);
  unit.config = "/etc/upkeep/upkeep.yaml";
  unit.user = service_user;
  unit.has_home = true;
  return unit;
}

bool is_at_home(const Config& config, const std::string& user) {
  return user == service_user && is_below(config.state, service_home);
}

Unit unit_for(const Config& config, std::string program, std::string user) {
  Unit unit;
  unit.program = std::move(program);
  unit.config = config.path;
  unit.has_home = is_at_home(config, user);
  unit.user = std::move(user);
  unit.writable.push_back(config.state);
  for (const Store& store : config.stores) {
    if (!store.bucket) unit.writable.push_back(store.directory);
  }
  if (unit.has_home) {
    std::erase_if(unit.writable, [](const auto& path) { return is_below(path, service_home); });
  }
  std::ranges::sort(unit.writable);
  const auto [first, last] = std::ranges::unique(unit.writable);
  unit.writable.erase(first, last);
  unit.hang_after = config.loop.hang_after;
  Duration grace{};
  for (const Collector& collector : config.collectors) grace = std::max(grace, collector.grace);
  unit.stop_after = std::max(unit.stop_after, grace + std::chrono::minutes{1});
  return unit;
}

Result<std::string> unit_text(const Unit& unit) {
  UPKEEP_TRY(const std::string program, word(unit.program));
  UPKEEP_TRY(const std::string config, word(unit.config));
  std::string out = heading(unit);
  out += fmt::format(service_text, fmt::arg("program", program), fmt::arg("config", config),
                     fmt::arg("watchdog", seconds_up(unit.hang_after)),
                     fmt::arg("stop", seconds_up(unit.stop_after)));
  if (!unit.user.empty()) {
    out += fmt::format(user_text, fmt::arg("user", unit.user));
    if (unit.has_home) out += home_text;
    out += folders_text;
    for (const std::string& folder : unit.writable) {
      UPKEEP_TRY(const std::string path, word(folder));
      out += fmt::format("ReadWritePaths={}\n", path);
    }
  }
  out += filters_text;
  if (!unit.user.empty()) out += walls(unit);
  out += fmt::format("\n[Install]\nWantedBy={}\n",
                     unit.user.empty() ? "default.target" : "multi-user.target");
  return out;
}

bool is_own_unit(std::string_view text) { return text.starts_with(first_line); }

}  // namespace upkeep
