#include "io/process_lock.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <charconv>
#include <memory>
#include <string_view>

#include "base/assert.h"
#include "base/text.h"
#include "io/process_tree.h"

namespace upkeep {
namespace {

constexpr std::string_view grace_word = "grace ", process_word = "process ";

/// Of a fixed size, because to cut a file and write it again makes some file systems write
/// it to the disk at once. The grace is in milliseconds.
std::string lock_file(Duration grace) {
  std::string text = fmt::format("{}{:16}\n{}{:{}}\n", grace_word, grace.count(), process_word, 0,
                                 lock_number_width);
  UPKEEP_ASSERT(text.size() == lock_number_offset + lock_number_width + 1);
  return text;
}

void parse_lock_file(std::string_view text, AttemptLock& lock) {
  for (const std::string_view line : split(text, '\n')) {
    if (line.starts_with(grace_word)) {
      const auto number = parse_number(trim(line.substr(grace_word.size())));
      if (number) lock.grace = Duration{*number};
    } else if (line.starts_with(process_word)) {
      const auto number = parse_number(trim(line.substr(process_word.size())));
      if (number && *number > 0) lock.leader = static_cast<pid_t>(*number);
    }
  }
}

}  // namespace

Descriptor take_attempt_lock(const std::string& path, Duration grace) {
  Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return {};
  const std::string text = lock_file(grace);
  if (::flock(file.number(), LOCK_EX | LOCK_NB) != 0 ||
      ::pwrite(file.number(), text.data(), text.size(), 0) < 0) {
    const int number = errno;
    file.close();
    errno = number;
    return {};
  }
  return file;
}

std::optional<AttemptLock> look_at_attempt_lock(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file) return {};
  AttemptLock lock;
  lock.is_held = ::flock(file.number(), LOCK_EX | LOCK_NB) != 0;
  char text[128];
  const ssize_t size = ::read(file.number(), text, sizeof text);
  if (size > 0) parse_lock_file({text, static_cast<std::size_t>(size)}, lock);
  return lock;
}

bool holds_attempt_lock(pid_t pid, const std::string& path) {
  struct stat wanted{};
  if (::stat(path.c_str(), &wanted) != 0) return false;
  const std::string folder = fmt::format("/proc/{}/fd", pid);
  const auto close = [](DIR* d) { ::closedir(d); };
  const std::unique_ptr<DIR, decltype(close)> entries(::opendir(folder.c_str()), close);
  if (!entries) return false;
  while (const dirent* entry = ::readdir(entries.get())) {
    struct stat facts{};
    if (::fstatat(::dirfd(entries.get()), entry->d_name, &facts, 0) != 0) continue;
    if (facts.st_dev != wanted.st_dev || facts.st_ino != wanted.st_ino) continue;
    const auto text = read_proc(fmt::format("/proc/{}/fdinfo/{}", pid, entry->d_name));
    if (text && text->find("FLOCK") != std::string::npos) return true;
  }
  return false;
}

}  // namespace upkeep
