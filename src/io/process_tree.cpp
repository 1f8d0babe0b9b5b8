#include "io/process_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <ranges>
#include <string_view>

#include "base/text.h"

namespace upkeep {
namespace {

std::optional<pid_t> parse_pid(std::string_view text) {
  pid_t pid = 0;
  const auto end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, pid);
  if (parsed.ec != std::errc() || parsed.ptr != end || pid <= 0) return {};
  return pid;
}

void add_pids(std::string_view text, std::vector<pid_t>& out) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (const auto pid = parse_pid(text.substr(0, end))) out.push_back(*pid);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

/// The entries of a folder of /proc that are numbers.
std::vector<pid_t> numbers_in(const std::string& folder) {
  std::vector<pid_t> out;
  const auto close = [](DIR* d) { ::closedir(d); };
  const std::unique_ptr<DIR, decltype(close)> entries(::opendir(folder.c_str()), close);
  if (!entries) return out;
  while (const dirent* entry = ::readdir(entries.get())) {
    if (const auto pid = parse_pid(entry->d_name)) out.push_back(*pid);
  }
  return out;
}

/// For kernels without CONFIG_PROC_CHILDREN.
std::vector<pid_t> children_by_search(pid_t parent) {
  std::vector<pid_t> out;
  for (const pid_t pid : all_processes()) {
    const auto facts = facts_of(pid);
    if (facts && facts->parent == parent) out.push_back(pid);
  }
  return out;
}

}  // namespace

std::optional<std::string> read_proc(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return {};
  std::string text;
  for (;;) {
    const std::size_t size = text.size();
    text.resize(size + 4096);
    const ssize_t count = ::read(file.number(), text.data() + size, 4096);
    text.resize(size + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    if (count < 0) return {};
    if (count == 0) return text;
  }
}

std::optional<ProcessFacts> facts_of(pid_t pid) {
  const auto text = read_proc(fmt::format("/proc/{}/stat", pid));
  if (!text) return {};
  // The name, in parentheses, may itself hold parentheses and spaces.
  const std::size_t name_end = text->rfind(')');
  if (name_end == std::string::npos) return {};
  const auto words = split(std::string_view(*text).substr(name_end + 1), ' ');
  if (words.size() < 4) return {};  // "", state, parent, group
  ProcessFacts facts;
  facts.has_ended = words[1] == "Z" || words[1] == "X";
  facts.parent = parse_pid(words[2]).value_or(0);
  facts.group = parse_pid(words[3]).value_or(0);
  return facts;
}

std::vector<pid_t> children_of(pid_t pid) {
  std::vector<pid_t> out;
  bool is_supported = false;
  for (const pid_t thread : numbers_in(fmt::format("/proc/{}/task", pid))) {
    const auto text = read_proc(fmt::format("/proc/{}/task/{}/children", pid, thread));
    if (!text) continue;
    is_supported = true;
    add_pids(*text, out);
  }
  return is_supported || !facts_of(pid) ? out : children_by_search(pid);
}

std::vector<pid_t> all_processes() { return numbers_in("/proc"); }

void signal_if(pid_t pid, int signal, const std::function<bool()>& is_right) {
  const Descriptor held(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (held && is_right()) ::syscall(SYS_pidfd_send_signal, held.number(), signal, nullptr, 0);
}

void signal_below(pid_t root, int signal, pid_t except) {
  struct Link {
    pid_t parent, child;
  };
  std::vector<Link> links;
  for (std::size_t next = 0; next <= links.size(); ++next) {
    const pid_t parent = next == 0 ? root : links[next - 1].child;
    for (const pid_t child : children_of(parent)) links.push_back({parent, child});
  }
  // The youngest first: a child whose parent has ended hangs elsewhere.
  for (const auto& [parent, child] : std::views::reverse(links)) {
    signal_if(child, signal, [&] {
      const auto facts = facts_of(child);
      return facts && facts->parent == parent && facts->group != except;
    });
  }
}

OwnChildren::OwnChildren() : self_(::getpid()) {
  const std::string path = fmt::format("/proc/self/task/{}/children", self_);
  file_ = Descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
}

void OwnChildren::list(std::vector<pid_t>& out) {
  out.clear();
  if (!file_) {
    out = children_by_search(self_);
    return;
  }
  std::size_t size = 0;
  for (;;) {
    text_.resize(size + 4096);
    const ssize_t count =
        ::pread(file_.number(), text_.data() + size, 4096, static_cast<off_t>(size));
    if (count <= 0) break;
    size += static_cast<std::size_t>(count);
    if (count < 2048) break;  // entries are short: a short answer was the last
  }
  add_pids(std::string_view(text_).substr(0, size), out);
}

}  // namespace upkeep
