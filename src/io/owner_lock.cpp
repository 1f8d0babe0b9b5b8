// One owner for each state folder. Two locks: flock on the folder itself, which nobody loses
// because a file is deleted, and an open-file-description lock on the pid file, which others
// can ask about (F_OFD_GETLK) without ever standing in the way of a new owner.
#include "io/owner_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>

#include "base/text.h"
#include "io/files.h"

namespace upkeep {
namespace {

std::string pid_file(const std::string& state_folder) { return state_folder + "/run/upkeep.pid"; }

struct flock whole_file() {
  struct flock lock{};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

/// 0 when the file holds no number.
pid_t read_pid(int file) {
  std::array<char, 32> text{};
  const ssize_t size = ::pread(file, text.data(), text.size(), 0);
  if (size <= 0) return 0;
  const auto number = parse_number(trim({text.data(), static_cast<std::size_t>(size)}));
  return number && *number <= 0x7fffffff ? static_cast<pid_t>(*number) : 0;
}

std::unexpected<Error> owned(const std::string& state_folder, pid_t pid) {
  const std::string who = pid > 0 ? "process " + std::to_string(pid) : "another process";
  return fail("the state in " + state_folder + " is owned by " + who +
              ": only one upkeep may write it; ask that one (upkeep status), or stop it first "
              "(upkeep stop)");
}

}  // namespace

OwnerLock::OwnerLock(Descriptor folder, Descriptor file)
    : folder_(std::move(folder)), file_(std::move(file)) {}

OwnerLock::~OwnerLock() {
  // An empty pid file says that nobody is there; that it cannot be emptied is no harm.
  if (file_) [[maybe_unused]]
    const int ignored = ::ftruncate(file_.number(), 0);
}

Result<OwnerLock> OwnerLock::take(const std::string& state_folder) {
  UPKEEP_CHECK(make_folders(state_folder + "/run", 0700));
  const std::string path = pid_file(state_folder);
  Descriptor folder(::open(state_folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return fail_with(errno, state_folder, "opened");
  Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!file) return fail_with(errno, path, "opened");
  // Where folders cannot be locked (NFS), the pid file alone must do.
  if (::flock(folder.number(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    return owned(state_folder, read_pid(file.number()));
  }
  struct flock lock = whole_file();
  if (::fcntl(file.number(), F_OFD_SETLK, &lock) != 0) {
    if (errno == EAGAIN || errno == EACCES) return owned(state_folder, read_pid(file.number()));
    return fail_with(errno, path, "locked");
  }
  const std::string text = std::to_string(::getpid()) + "\n";
  errno = ENOSPC;  // the reason when only a part is written
  if (::ftruncate(file.number(), 0) != 0 ||
      ::pwrite(file.number(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) {
    return fail_with(errno, path, "written");
  }
  return OwnerLock(std::move(folder), std::move(file));
}

Result<std::optional<pid_t>> owner_of(const std::string& state_folder) {
  const std::string path = pid_file(state_folder);
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
  if (!file) return fail_with(errno, path, "opened");
  struct flock lock = whole_file();
  if (::fcntl(file.number(), F_OFD_GETLK, &lock) != 0) return fail_with(errno, path, "asked");
  if (lock.l_type == F_UNLCK) return std::nullopt;
  return read_pid(file.number());
}

}  // namespace upkeep
