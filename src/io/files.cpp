// Small helpers for files and folders, on plain POSIX calls.
#include "io/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <atomic>
#include <cerrno>
#include <memory>
#include <vector>

#include "base/text.h"
#include "io/descriptor.h"

namespace upkeep {
namespace {

/// The folder that holds `path`.
std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

int write_all(int file, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(file, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

/// Makes the names in the folder durable. File systems that cannot do that are left alone.
int sync_folder(const std::string& path) {
  const Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return errno;
  if (::fsync(folder.number()) != 0 && errno != EINVAL && errno != EROFS) return errno;
  return 0;
}

/// A name that no other process or thread uses at the same time.
std::string temporary_name(const std::string& path) {
  static std::atomic<unsigned> counter = 0;
  return path + "." + std::to_string(::getpid()) + "." + std::to_string(++counter) + ".tmp";
}

bool was_written_before(const struct stat& facts, Time before) {
  const Time modified =
      Time{std::chrono::floor<Duration>(std::chrono::seconds{facts.st_mtim.tv_sec} +
                                        std::chrono::nanoseconds{facts.st_mtim.tv_nsec})};
  return modified < before;
}

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

struct Expiry {
  std::vector<std::string> folders;  ///< still to be looked through
  std::uint64_t removed = 0;
  std::string error;  ///< the first one

  void note(int number, const std::string& path, std::string_view what) {
    if (number != ENOENT && error.empty()) error = fail_with(number, path, what).error().text;
  }

  void look_through(const std::string& path, Time before) {
    const std::unique_ptr<DIR, CloseFolder> folder(::opendir(path.c_str()));
    if (!folder) return note(errno, path, "listed");
    errno = 0;
    while (const dirent* entry = ::readdir(folder.get())) {
      const std::string_view name = entry->d_name;
      if (name == "." || name == "..") continue;
      const std::string full = path + "/" + entry->d_name;
      struct stat facts{};
      if (::fstatat(::dirfd(folder.get()), entry->d_name, &facts, AT_SYMLINK_NOFOLLOW) != 0) {
        note(errno, full, "looked at");
      } else if (S_ISDIR(facts.st_mode)) {
        folders.push_back(full);
      } else if (was_written_before(facts, before)) {
        if (::unlinkat(::dirfd(folder.get()), entry->d_name, 0) == 0) {
          ++removed;
        } else {
          note(errno, full, "removed");
        }
      }
      errno = 0;
    }
    if (errno != 0) note(errno, path, "listed");
  }
};

}  // namespace

Result<std::string> read_file(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file) return fail_with(errno, path, "opened");
  struct stat facts{};
  if (::fstat(file.number(), &facts) != 0) return fail_with(errno, path, "looked at");
  if (!S_ISREG(facts.st_mode)) return fail(path + " cannot be read: it is no regular file");
  std::string content;
  std::size_t used = 0;
  content.resize(static_cast<std::size_t>(facts.st_size) + 1);
  while (true) {
    const ssize_t count = ::read(file.number(), content.data() + used, content.size() - used);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail_with(errno, path, "read");
    if (count == 0) break;
    used += static_cast<std::size_t>(count);
    if (used == content.size()) content.resize(used * 2);
  }
  content.resize(used);
  return content;
}

Result<void> write_file_atomically(const std::string& path, std::string_view content, mode_t mode) {
  const std::string temporary = temporary_name(path);
  constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
  Descriptor file(::open(temporary.c_str(), flags, mode));
  if (!file && errno == EEXIST) {  // left over by a process of the same number that was killed
    ::unlink(temporary.c_str());
    file = Descriptor(::open(temporary.c_str(), flags, mode));
  }
  if (!file) return fail_with(errno, path, "written");
  int failed = write_all(file.number(), content);
  if (failed == 0 && ::fsync(file.number()) != 0) failed = errno;
  file.close();
  if (failed == 0 && ::rename(temporary.c_str(), path.c_str()) != 0) failed = errno;
  if (failed != 0) {
    ::unlink(temporary.c_str());
    return fail_with(failed, path, "written");
  }
  if (const int number = sync_folder(parent_of(path)); number != 0) {
    return fail_with(number, path, "made durable");
  }
  return {};
}

Result<void> make_folders(const std::string& path, mode_t mode) {
  std::vector<std::string> missing;
  std::string folder = path;
  while (folder.size() > 1 && folder.back() == '/') folder.pop_back();
  while (::mkdir(folder.c_str(), mode) != 0) {
    if (errno == EEXIST) {
      struct stat facts{};
      if (::stat(folder.c_str(), &facts) != 0) return fail_with(errno, folder, "looked at");
      if (!S_ISDIR(facts.st_mode)) return fail(folder + " is in the way: it is no folder");
      break;
    }
    if (errno != ENOENT || folder == "." || folder == "/") {
      return fail_with(errno, folder, "made");
    }
    missing.push_back(folder);
    folder = parent_of(folder);
  }
  for (; !missing.empty(); missing.pop_back()) {
    if (::mkdir(missing.back().c_str(), mode) != 0 && errno != EEXIST) {
      return fail_with(errno, missing.back(), "made");
    }
  }
  return {};
}

std::uint64_t folder_number(const std::string& path) {
  struct stat facts{};
  ::stat(path.c_str(), &facts);
  return hash_of(fmt::format("{}:{}", facts.st_dev, facts.st_ino));
}

Result<std::uint64_t> free_space(const std::string& path) {
  struct statvfs facts{};
  if (::statvfs(path.c_str(), &facts) != 0) return fail_with(errno, path, "measured");
  return static_cast<std::uint64_t>(facts.f_bavail) * facts.f_frsize;
}

Result<std::uint64_t> expire_files(const std::string& folder, Time before) {
  Expiry expiry;
  expiry.folders.push_back(folder);
  while (!expiry.folders.empty()) {
    const std::string path = std::move(expiry.folders.back());
    expiry.folders.pop_back();
    expiry.look_through(path, before);
  }
  if (!expiry.error.empty()) return fail(expiry.error);
  return expiry.removed;
}

}  // namespace upkeep
