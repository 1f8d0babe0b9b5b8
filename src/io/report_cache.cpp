#include "io/report_cache.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <utility>

#include "base/text.h"
#include "io/files.h"

namespace upkeep {
namespace {

/// Of one request: large enough that its delay does not count, small enough to be kept in memory.
constexpr std::uint64_t piece_size = 8 << 20;

int read_all(int file, std::uint64_t offset, std::span<char> into) {
  while (!into.empty()) {
    const ssize_t count = ::pread(file, into.data(), into.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return count < 0 ? errno : EIO;
    into = into.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
  return 0;
}

int write_all(int file, std::uint64_t offset, std::span<const char> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno;
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
  return 0;
}

std::uint64_t size_of(int file) {
  struct stat facts{};
  return ::fstat(file, &facts) == 0 ? static_cast<std::uint64_t>(facts.st_size) : 0;
}

/// Is the open file still the one of this name?
bool is_named(int file, const std::string& path) {
  struct stat mine{}, named{};
  return ::fstat(file, &mine) == 0 && ::stat(path.c_str(), &named) == 0 &&
         mine.st_ino == named.st_ino && mine.st_dev == named.st_dev;
}

std::string part_of(const std::string& path) { return path + ".part"; }

}  // namespace

ReportCopy::ReportCopy(ObjectStore& store, std::string key, ReportFile file, std::stop_token stop)
    : store_(store), key_(std::move(key)), file_(std::move(file)), stop_(std::move(stop)) {}

/// What was kept earlier. Its use makes it young again.
bool ReportCopy::take_whole() {
  Descriptor kept(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
  if (!kept || size_of(kept.number()) != file_.size) return false;
  (void)::utimensat(AT_FDCWD, path_.c_str(), nullptr, 0);
  copy_ = std::move(kept);
  have_ = file_.size;
  is_whole_ = true;
  return true;
}

/// What an earlier reading left, or a new one; none when another reading is busy with it.
Result<void> ReportCopy::take_part() {
  const std::string path = part_of(path_);
  for (;;) {
    Descriptor part(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!part) return fail_with(errno, path, "opened");
    if (::flock(part.number(), LOCK_EX | LOCK_NB) != 0) return {};
    // Whoever held the lock may have given the file its final name, or removed it.
    if (!is_named(part.number(), path)) {
      if (take_whole()) return {};
      continue;
    }
    have_ = size_of(part.number());
    if (have_ > file_.size) {
      have_ = 0;
      if (::ftruncate(part.number(), 0) != 0) return fail_with(errno, path, "emptied");
    }
    copy_ = std::move(part);
    return {};
  }
}

Result<void> ReportCopy::take_unnamed(const std::string& folder) {
  std::string path = folder + "/unnamed-XXXXXX";
  copy_ = Descriptor(::mkostemp(path.data(), O_CLOEXEC));
  if (!copy_) return fail_with(errno, path, "made");
  ::unlink(path.c_str());
  path_.clear();
  return {};
}

Result<void> ReportCopy::read(std::uint64_t offset, std::span<char> into) {
  if (offset > file_.size || file_.size - offset < into.size()) {
    return fail(fmt::format("it ends at byte {}", file_.size));
  }
  while (have_ < offset + into.size()) UPKEEP_CHECK(fetch_more());
  const int number = read_all(copy_.number(), offset, into);
  if (number != 0) return fail_with(number, "its copy " + path_, "read");
  return {};
}

Result<void> ReportCopy::fetch_more() {
  store_failed_ = true;
  if (!far_) {
    UPKEEP_TRY(far_, store_.open(key_, stop_));
    if (far_->size() != file_.size) {
      store_failed_ = false;
      return fail(fmt::format("it has {} bytes; the manifest says {}", far_->size(), file_.size));
    }
    piece_.resize(std::min(piece_size, file_.size));
  }
  const std::uint64_t size = std::min<std::uint64_t>(piece_.size(), file_.size - have_);
  UPKEEP_CHECK(far_->read(have_, {piece_.data(), size}));
  store_failed_ = false;
  const int number = write_all(copy_.number(), have_, {piece_.data(), size});
  if (number != 0) return fail_with(number, "its copy " + path_, "written");
  have_ += size;
  return {};
}

void ReportCopy::keep() {
  if (is_whole_ || path_.empty()) return;
  // A name in the cache is to promise whole bytes after a power cut, too.
  if (::fdatasync(copy_.number()) == 0) ::rename(part_of(path_).c_str(), path_.c_str());
}

void ReportCopy::reject() {
  if (path_.empty() || store_failed_) return;
  const std::string path = is_whole_ ? path_ : part_of(path_);
  if (is_named(copy_.number(), path)) ::unlink(path.c_str());
}

Result<std::unique_ptr<ReportCopy>> ReportCache::open(ObjectStore& store, std::string key,
                                                      const ReportFile& file,
                                                      std::stop_token stop) const {
  UPKEEP_CHECK(make_folders(folder_));
  std::unique_ptr<ReportCopy> copy(new ReportCopy(store, std::move(key), file, std::move(stop)));
  copy->path_ = folder_ + "/" + file.md5;
  if (copy->take_whole()) return copy;
  UPKEEP_CHECK(copy->take_part());
  if (!copy->copy_) UPKEEP_CHECK(copy->take_unnamed(folder_));
  const auto space = free_space(folder_);
  if (space && *space < file.size - copy->have_) {
    return fail(fmt::format("its copy needs {} more, but {} has {} free",
                            to_size_text(file.size - copy->have_), folder_, to_size_text(*space)));
  }
  return copy;
}

}  // namespace upkeep
