// A store that is a folder.
#include "io/directory_store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/text.h"
#include "io/descriptor.h"
#include "io/directory_listing.h"

namespace upkeep {
namespace {

constexpr int path_flags = O_PATH | O_DIRECTORY | O_CLOEXEC;

/// The system refuses longer paths in one call.
constexpr std::size_t path_max = 4000;

/// Whole parts of a key must be names that a folder can hold.
Result<void> check_parts(std::string_view key, std::span<const std::string_view> parts) {
  for (const std::string_view part : parts) {
    if (part.empty() || part == "." || part == ".." || part.find('\0') != part.npos) {
      return fail("`" + std::string(key) +
                  "` can be no key of a directory: it has an empty part, a `.`, a `..` or a "
                  "zero byte between its slashes");
    }
  }
  return {};
}

std::unexpected<Error> fail_store(int number, const std::string& folder, std::string_view what) {
  return fail_with(number, "the store's folder " + folder, what);
}

/// Is the folder still the one that was listed?
Result<void> check_same(const std::string& path, FolderIdentity identity) {
  struct stat facts{};
  if (::stat(path.c_str(), &facts) != 0) {
    return fail("the store's folder " + path +
                " vanished while it was listed: " + error_text(errno));
  }
  if (FolderIdentity{facts.st_dev, facts.st_ino} != identity) {
    return fail("the store's folder " + path +
                " was replaced by another one, or (un)mounted, while it was listed");
  }
  return {};
}

/// Goes down from `folder` along `parts` and lists there. The errno with which the last folder
/// could not be read; `at` is then how many parts could be gone.
int list_below(DirectoryListing& listing, Descriptor folder,
               std::span<const std::string_view> parts, std::string_view beginning,
               std::size_t& at) {
  std::string key;
  for (at = 0; at < parts.size(); ++at) {
    FolderIdentity identity;
    if (const int number = identify(folder.number(), identity); number != 0) return number;
    if (!listing.pass(identity)) return 0;
    const bool is_last = at + 1 == parts.size();
    const std::string name(parts[at]);
    folder = Descriptor(::openat(folder.number(), name.c_str(),
                                 is_last ? O_RDONLY | O_DIRECTORY | O_CLOEXEC : path_flags));
    if (!folder) return errno;
    key += name + "/";
  }
  return listing.run(std::move(folder), key, beginning);
}

/// Goes down as far as is needed for what is left of the key to be a path; errno, or 0.
int go_down(Descriptor& folder, std::string_view& key) {
  while (key.size() > path_max) {
    const std::size_t slash = key.rfind('/', path_max);
    if (slash == key.npos) return ENAMETOOLONG;
    const std::string path(key.substr(0, slash));
    folder = Descriptor(::openat(folder.number(), path.c_str(), path_flags));
    if (!folder) return errno;
    key.remove_prefix(slash + 1);
  }
  return 0;
}

/// A regular file while it is read.
class FileReader final : public ObjectReader {
 public:
  FileReader(Descriptor file, std::string name, std::uint64_t size)
      : file_(std::move(file)), name_(std::move(name)), size_(size) {}

  std::uint64_t size() const override { return size_; }

  Result<void> read(std::uint64_t offset, std::span<char> into) override {
    while (!into.empty()) {
      const ssize_t got =
          ::pread(file_.number(), into.data(), into.size(), static_cast<off_t>(offset));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return fail_with(errno, name_, "read");
      if (got == 0) return fail(fmt::format("{} ends at byte {}", name_, offset));
      offset += static_cast<std::uint64_t>(got);
      into = into.subspan(static_cast<std::size_t>(got));
    }
    return {};
  }

 private:
  Descriptor file_;
  std::string name_;
  std::uint64_t size_;
};

}  // namespace

Result<std::vector<FailedPart>> DirectoryStore::list(std::string_view prefix,
                                                     const std::function<void(const Object&)>& take,
                                                     std::stop_token stop) {
  std::vector<std::string_view> parts = split(prefix, '/');
  const std::string_view beginning = parts.back();
  parts.pop_back();
  UPKEEP_CHECK(check_parts(prefix, parts));

  const int flags = parts.empty() ? O_RDONLY | O_DIRECTORY | O_CLOEXEC : path_flags;
  Descriptor root(::open(folder_.c_str(), flags));
  if (!root) return fail_store(errno, folder_, "opened");
  FolderIdentity identity;
  if (const int number = identify(root.number(), identity); number != 0) {
    return fail_store(number, folder_, "looked at");
  }
  DirectoryListing listing(folder_, take, stop);
  std::size_t at = 0;
  const int number = list_below(listing, std::move(root), parts, beginning, at);
  if (stop.stop_requested()) return fail("the listing of " + folder_ + " was stopped");
  UPKEEP_CHECK(check_same(folder_, identity));
  std::vector<FailedPart> failed = listing.take_failed();
  if (number != 0 && parts.empty()) return fail_store(number, folder_, "listed");
  if (number != 0 && !means_nothing_there(number) && number != ENAMETOOLONG) {
    std::string part;
    for (std::size_t i = 0; i < parts.size() && i <= at; ++i) part.append(parts[i]).append("/");
    failed.push_back(failed_part(folder_, std::move(part), number));
  }
  return failed;
}

Result<std::optional<ObjectStore::Facts>> DirectoryStore::look(std::string_view key,
                                                               std::stop_token) {
  UPKEEP_CHECK(check_parts(key, split(key, '/')));
  Descriptor folder(::open(folder_.c_str(), path_flags));
  if (!folder && errno == ENOENT && absent_ == Absent::is_empty) return std::nullopt;
  if (!folder) return fail_store(errno, folder_, "opened");
  struct statx facts{};
  std::string_view path = key;
  int number = go_down(folder, path);
  if (number == 0) number = look_at(folder.number(), std::string(path).c_str(), facts);
  if (number == 0 && S_ISREG(facts.stx_mode)) return Facts{facts.stx_size, modified(facts)};
  if (number == 0 || means_nothing_there(number) || number == ENAMETOOLONG) return std::nullopt;
  return fail_with(number, folder_ + "/" + std::string(key), "looked at");
}

Result<std::unique_ptr<ObjectReader>> DirectoryStore::open(std::string_view key, std::stop_token) {
  UPKEEP_CHECK(check_parts(key, split(key, '/')));
  Descriptor folder(::open(folder_.c_str(), path_flags));
  if (!folder) return fail_store(errno, folder_, "opened");
  const std::string name = folder_ + "/" + std::string(key);
  std::string_view path = key;
  if (const int number = go_down(folder, path); number != 0)
    return fail_with(number, name, "opened");
  // Not blocking: what stands there may be a pipe.
  Descriptor file(
      ::openat(folder.number(), std::string(path).c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (!file) return fail_with(errno, name, "opened");
  struct stat facts{};
  if (::fstat(file.number(), &facts) != 0) return fail_with(errno, name, "looked at");
  if (!S_ISREG(facts.st_mode)) return fail(name + " is no regular file");
  return std::make_unique<FileReader>(std::move(file), name,
                                      static_cast<std::uint64_t>(facts.st_size));
}

}  // namespace upkeep
