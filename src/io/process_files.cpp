#include "io/process_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "base/text.h"
#include "io/files.h"
#include "io/process_lock.h"

namespace upkeep {
namespace {

constexpr std::string_view attempt_word = "attempt-", spare_word = "spare-";

/// Makes the file hold just this; one that is used again is not cut to nothing first, which
/// would make some file systems write it to the disk at once. 0, or the errno.
int write_file(const std::string& path, std::string_view content) {
  const Descriptor file(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600));
  if (!file) return errno;
  struct stat facts{};
  if (::fstat(file.number(), &facts) != 0) return errno;
  off_t written = 0;
  while (static_cast<std::size_t>(written) < content.size()) {
    const auto rest = content.substr(static_cast<std::size_t>(written));
    const ssize_t count = ::pwrite(file.number(), rest.data(), rest.size(), written);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno;
    written += count;
  }
  if (facts.st_size > written && ::ftruncate(file.number(), written) != 0) return errno;
  return 0;
}

/// Also when somebody removed the folders above it. 0, or the errno.
int make_folder(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return 0;
  if (errno != ENOENT || !make_folders(path)) return errno;
  return 0;
}

void remove_all(const std::string& path) {
  std::error_code ignored;
  std::filesystem::remove_all(path, ignored);
}

}  // namespace

AttemptFiles attempt_files(const std::string& run_folder, AttemptId attempt) {
  std::string folder = fmt::format("{}/{}{}", run_folder, attempt_word, attempt.value);
  return {folder, folder + "/lock", folder + "/partitions", folder + "/report",
          folder + "/scratch"};
}

std::optional<AttemptId> attempt_of_report(const std::string& run_folder, std::string_view path) {
  const std::size_t begin = run_folder.size() + 1 + attempt_word.size();
  if (path.size() <= begin) return {};
  const auto number = parse_number(path.substr(begin, path.find('/', begin) - begin));
  if (!number || attempt_files(run_folder, {*number}).report != path) return {};
  return AttemptId{*number};
}

void remove_attempt_files(const AttemptFiles& files) {
  // The lock last: what a crash in between leaves over is found by it.
  ::unlink(files.partitions.c_str());
  ::unlink(files.report.c_str());
  if (::rmdir(files.scratch.c_str()) != 0 && errno != ENOENT) remove_all(files.scratch);
  ::unlink(files.lock.c_str());
  if (::rmdir(files.folder.c_str()) != 0 && errno != ENOENT) remove_all(files.folder);
}

AttemptFolders::AttemptFolders(std::string run_folder) : run_folder_(std::move(run_folder)) {
  std::error_code ignored;
  std::vector<std::string> left_over;
  for (const auto& entry : std::filesystem::directory_iterator(run_folder_, ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(spare_word)) left_over.push_back(entry.path().string());
  }
  for (const std::string& folder : left_over) remove_all(folder);
}

AttemptFolders::~AttemptFolders() {
  for (const auto& [folder, identity] : spare_) remove_all(folder);
}

std::expected<Descriptor, AttemptFolders::Failure> AttemptFolders::make(const AttemptFiles& files,
                                                                        std::string_view partitions,
                                                                        Duration grace) {
  std::optional<Identity> identity;
  if (!spare_.empty() && ::rename(spare_.back().first.c_str(), files.folder.c_str()) == 0) {
    identity = spare_.back().second;
    spare_.pop_back();
  } else if (const int number = make_folder(files.folder); number != 0) {
    return std::unexpected(Failure{files.folder, number});
  }
  auto lock = fill(files, partitions, grace);
  if (!lock) {
    if (lock.error().number != EWOULDBLOCK) remove_attempt_files(files);
    return lock;
  }
  if (!identity) identity = identity_of(files);
  if (identity) used_[files.folder] = *identity;
  return lock;
}

std::expected<Descriptor, AttemptFolders::Failure> AttemptFolders::fill(const AttemptFiles& files,
                                                                        std::string_view partitions,
                                                                        Duration grace) {
  Descriptor lock = take_attempt_lock(files.lock, grace);
  if (!lock) return std::unexpected(Failure{files.lock, errno});
  if (const int number = write_file(files.partitions, partitions); number != 0) {
    return std::unexpected(Failure{files.partitions, number});
  }
  if (const int number = write_file(files.report, ""); number != 0) {
    return std::unexpected(Failure{files.report, number});
  }
  if (::mkdir(files.scratch.c_str(), 0700) != 0 && errno != EEXIST) {
    return std::unexpected(Failure{files.scratch, errno});
  }
  return lock;
}

void AttemptFolders::release(const AttemptFiles& files) {
  const auto used = used_.extract(files.folder);
  if (used && identity_of(files) == used.mapped()) {
    const std::string spare = fmt::format("{}/{}{}", run_folder_, spare_word, spare_.size() + 1);
    if (::rename(files.folder.c_str(), spare.c_str()) == 0) {
      spare_.emplace_back(spare, used.mapped());
      return;
    }
  }
  remove_attempt_files(files);
}

bool AttemptFolders::Identity::operator==(const Identity& other) const {
  const auto same = [](const timespec& a, const timespec& b) {
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
  };
  return folder == other.folder && lock == other.lock && partitions == other.partitions &&
         report == other.report && scratch == other.scratch && same(changed, other.changed) &&
         same(scratch_changed, other.scratch_changed);
}

std::optional<AttemptFolders::Identity> AttemptFolders::identity_of(const AttemptFiles& files) {
  Identity identity;
  struct stat facts{};
  if (::lstat(files.folder.c_str(), &facts) != 0) return {};
  identity.folder = facts.st_ino;
  identity.changed = facts.st_mtim;
  if (::lstat(files.scratch.c_str(), &facts) != 0 || !S_ISDIR(facts.st_mode)) return {};
  identity.scratch = facts.st_ino;
  identity.scratch_changed = facts.st_mtim;
  const auto inode_of = [&](const std::string& path) -> ino_t {
    const bool is_own =
        ::lstat(path.c_str(), &facts) == 0 && S_ISREG(facts.st_mode) && facts.st_nlink == 1;
    return is_own ? facts.st_ino : 0;
  };
  identity.lock = inode_of(files.lock);
  identity.partitions = inode_of(files.partitions);
  identity.report = inode_of(files.report);
  if (identity.lock == 0 || identity.partitions == 0 || identity.report == 0) return {};
  return identity;
}

}  // namespace upkeep
