#include "io/control_groups.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <filesystem>

#include "base/text.h"
#include "io/files.h"
#include "io/process_tree.h"

namespace upkeep {
namespace {

constexpr std::string_view own_name = "upkeep";
constexpr std::string_view prefix = "attempt-";
constexpr std::uint64_t cpu_period = 100'000;  // microseconds, the kernel's own choice

/// Files of cgroups are read and written in one go.
bool put(const std::string& path, std::string_view text) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  return file && ::write(file.number(), text.data(), text.size()) == std::ssize(text);
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (const std::string_view line : split(text, '\n')) {
    for (const std::string_view word : split(line, ' ')) {
      if (!word.empty()) words.push_back(word);
    }
  }
  return words;
}

/// The number behind a word in a file of lines like `oom_kill 3`.
std::uint64_t count_in(const std::string& path, std::string_view name) {
  const auto text = read_proc(path);
  if (!text) return 0;
  const auto words = words_of(*text);
  const auto found = std::ranges::find(words, name);
  if (found == words.end() || found + 1 == words.end()) return 0;
  return parse_number(*(found + 1)).value_or(0);
}

/// Where all groups are to be seen; nothing without cgroup v2.
std::optional<std::string> mount_point() {
  const auto text = read_proc("/proc/self/mountinfo");
  if (!text) return {};
  for (const std::string_view line : split(*text, '\n')) {
    const auto words = split(line, ' ');
    const auto dash = std::ranges::find(words, "-");
    if (words.size() < 5 || words.end() - dash < 2 || *(dash + 1) != "cgroup2") continue;
    if (words[3] == "/") return std::string(words[4]);
  }
  return {};
}

/// Below the mount point, without a slash at its end.
std::optional<std::string> group_of(std::string_view process) {
  const auto text = read_proc(fmt::format("/proc/{}/cgroup", process));
  if (!text) return {};
  for (const std::string_view line : split(*text, '\n')) {
    if (line.starts_with("0::/")) return std::string(line.substr(line == "0::/" ? 4 : 3));
  }
  return {};
}

bool is_delegated(const std::string& folder) {
  char value[8];
  return std::ranges::any_of(std::array{"user.delegate", "trusted.delegate"}, [&](auto* name) {
    return ::getxattr(folder.c_str(), name, value, sizeof value) == 1 && value[0] == '1';
  });
}

std::string_view last_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

std::string cpu_text(double cores) {
  const auto quota = std::max(1000., std::round(cores * static_cast<double>(cpu_period)));
  return fmt::format("{} {}", static_cast<std::uint64_t>(quota), cpu_period);
}

/// The group below which attempts may have groups.
std::optional<std::string> delegated_group() {
  const auto mounted = mount_point();
  const auto group = group_of("self");
  if (!mounted || !group) return {};
  std::string base = *mounted + *group;
  if (last_name(base) == own_name) base.resize(base.rfind('/'));
  if (!is_delegated(base) || ::access(base.c_str(), W_OK) != 0) return {};
  return base;
}

std::vector<std::string> offered_by(const std::string& group) {
  std::vector<std::string> known;
  const auto offered = read_proc(group + "/cgroup.controllers").value_or("");
  for (const std::string_view name : words_of(offered)) {
    if (name == "memory" || name == "cpu" || name == "pids") known.emplace_back(name);
  }
  return known;
}

}  // namespace

std::vector<std::string> ControlGroups::on_offer() {
  const auto base = delegated_group();
  return base ? offered_by(*base) : std::vector<std::string>();
}

std::unique_ptr<ControlGroups> ControlGroups::find(const std::string& run_folder) {
  auto base = delegated_group();
  if (!base) return {};
  std::unique_ptr<ControlGroups> groups(new ControlGroups(
      *std::move(base), fmt::format("-{:08x}", folder_number(run_folder) & 0xffffffff)));
  groups->turn_on_controllers();
  groups->remove_empty();
  return groups;
}

ControlGroups::ControlGroups(std::string base, std::string suffix)
    : base_(std::move(base)), suffix_(std::move(suffix)) {}

void ControlGroups::turn_on_controllers() {
  const std::vector<std::string> offered = offered_by(base_);
  if (offered.empty()) return;
  const std::string own = fmt::format("{}/{}", base_, own_name);
  ::mkdir(own.c_str(), 0755);
  const auto processes = read_proc(base_ + "/cgroup.procs").value_or("");
  for (const std::string_view pid : words_of(processes)) put(own + "/cgroup.procs", pid);
  for (const std::string& name : offered) {
    if (put(base_ + "/cgroup.subtree_control", "+" + name)) controllers_.push_back(name);
  }
}

void ControlGroups::limit_own_cpu(std::optional<double> cores) const {
  put(fmt::format("{}/{}/cpu.max", base_, own_name), cores ? cpu_text(*cores) : "max");
}

std::string ControlGroups::folder_of(AttemptId id) const {
  return fmt::format("{}/{}{}{}", base_, prefix, id.value, suffix_);
}

Result<Descriptor> ControlGroups::make(AttemptId id, const Together& limits) const {
  const std::string folder = folder_of(id);
  const auto refused = [&](const std::string& name) {
    std::string why = error_text(errno);
    ::rmdir(folder.c_str());
    return fail(fmt::format("{}/{} cannot be made: {}", folder, name, why));
  };
  if (::mkdir(folder.c_str(), 0755) != 0 && errno != EEXIST) return refused("");
  const auto set = [&](std::string_view controller, std::string_view name,
                       const std::string& text) {
    return std::ranges::find(controllers_, controller) == controllers_.end() ||
           put(fmt::format("{}/{}", folder, name), text);
  };
  if (limits.memory) {
    if (!set("memory", "memory.max", std::to_string(*limits.memory))) return refused("memory.max");
    // All of it or nothing: what is left of a collector would only seem to work. And a kernel
    // without swap has no such limit.
    set("memory", "memory.oom.group", "1");
    set("memory", "memory.swap.max", "0");
  }
  if (limits.cpu && !set("cpu", "cpu.max", cpu_text(*limits.cpu))) return refused("cpu.max");
  if (limits.processes && !set("pids", "pids.max", std::to_string(*limits.processes))) {
    return refused("pids.max");
  }
  Descriptor joining(::open((folder + "/cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC));
  if (!joining) return refused("cgroup.procs");
  return joining;
}

void ControlGroups::kill(AttemptId id) const { put(folder_of(id) + "/cgroup.kill", "1"); }

GroupEvents ControlGroups::events_of(AttemptId id) const {
  const std::string folder = folder_of(id);
  return {.took_all_memory = count_in(folder + "/memory.events", "oom_kill") > 0,
          .took_all_processes = count_in(folder + "/pids.events", "max") > 0};
}

void ControlGroups::remove(AttemptId id) const { ::rmdir(folder_of(id).c_str()); }

std::optional<AttemptId> ControlGroups::attempt_of(std::string_view name) const {
  if (!name.starts_with(prefix) || !name.ends_with(suffix_)) return {};
  const auto number = parse_number(name.substr(
      prefix.size(), name.size() - std::min(name.size(), prefix.size() + suffix_.size())));
  return number ? std::optional(AttemptId{*number}) : std::nullopt;
}

std::optional<AttemptId> ControlGroups::attempt_of(pid_t pid) const {
  const std::string group = group_of(std::to_string(pid)).value_or("");
  // It may have made groups of its own below that of its attempt.
  for (const std::string_view name : split(group, '/')) {
    if (const auto id = attempt_of(name)) return id;
  }
  return {};
}

void ControlGroups::remove_empty() const {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(base_, ignored)) {
    if (const auto id = attempt_of(entry.path().filename().native())) remove(*id);
  }
}

}  // namespace upkeep
