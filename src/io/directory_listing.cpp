// One walk through a folder and all below it. Everything is opened relative to the folder
// above, so neither the length of a path nor its depth is limited, and a folder that is
// renamed meanwhile cannot lead the walk elsewhere. Only the last few folders on the way stay
// open; the others are opened again when the walk comes back to them.
#include "io/directory_listing.h"

#include <dirent.h>
#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <limits>

namespace upkeep {
namespace {

constexpr std::size_t open_max = 64;

constexpr int folder_flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOCTTY;

}  // namespace

int look_at(int folder, const char* name, struct statx& facts) {
  constexpr unsigned wanted = STATX_TYPE | STATX_SIZE | STATX_MTIME;
  return ::statx(folder, name, 0, wanted, &facts) == 0 ? 0 : errno;
}

/// File systems may hold times that milliseconds since 1970 cannot tell.
Time modified(const struct statx& facts) {
  constexpr std::int64_t limit = std::numeric_limits<std::int64_t>::max() / 1000 - 1;
  const std::int64_t seconds = std::clamp<std::int64_t>(facts.stx_mtime.tv_sec, -limit, limit);
  return Time{Duration{seconds * 1000 + facts.stx_mtime.tv_nsec / 1'000'000}};
}

FailedPart failed_part(const std::string& folder, std::string prefix, int number) {
  std::string text = folder + "/" + prefix + " cannot be read: " + error_text(number);
  return {std::move(prefix), Error{std::move(text)}};
}

int identify(int folder, FolderIdentity& identity) {
  struct stat facts{};
  if (::fstat(folder, &facts) != 0) return errno;
  identity = {facts.st_dev, facts.st_ino};
  return 0;
}

bool means_nothing_there(int number) {
  return number == ENOENT || number == ENOTDIR || number == ELOOP;
}

bool DirectoryListing::is_on_the_way(FolderIdentity identity) const {
  return std::ranges::find(passed_, identity) != passed_.end() ||
         std::ranges::find(way_, identity, &Folder::identity) != way_.end();
}

bool DirectoryListing::pass(FolderIdentity identity) {
  if (is_on_the_way(identity)) return false;
  passed_.push_back(identity);
  return true;
}

void DirectoryListing::fail_part(std::string prefix, int number) {
  failed_.push_back(failed_part(root_, std::move(prefix), number));
}

int DirectoryListing::run(Descriptor folder, std::string key, std::string_view beginning) {
  key_ = std::move(key);
  Folder base;
  if (const int number = identify(folder.number(), base.identity); number != 0) return number;
  if (is_on_the_way(base.identity)) return 0;
  base.descriptor = std::move(folder);
  base.key_size = key_.size();
  if (const int number = read(base, beginning); number != 0) return number;
  way_.push_back(std::move(base));
  while (!way_.empty() && !stop_.stop_requested()) {
    Folder& here = way_.back();
    key_.resize(here.key_size);
    if (here.left.empty()) {
      way_.pop_back();
      continue;
    }
    if (const int number = reopen(way_.size() - 1); number != 0) {
      if (!means_nothing_there(number)) fail_part(key_, number);
      way_.pop_back();
      continue;
    }
    const std::string name = std::move(here.left.back());
    here.left.pop_back();
    enter(name);
  }
  return 0;
}

/// Enters a folder of the last one on the way, with key_ standing at that one.
void DirectoryListing::enter(const std::string& name) {
  key_ += name;
  key_ += '/';
  Folder folder;
  folder.name = name;
  folder.key_size = key_.size();
  folder.descriptor =
      Descriptor(::openat(way_.back().descriptor.number(), name.c_str(), folder_flags));
  int number = folder.descriptor ? 0 : errno;
  if (number == 0) number = identify(folder.descriptor.number(), folder.identity);
  if (number == 0) {
    if (is_on_the_way(folder.identity)) return;
    number = read(folder, "");
  }
  if (number != 0) {
    if (!means_nothing_there(number)) fail_part(key_, number);
    return;
  }
  if (folder.left.empty()) return;
  // The base stays open: the others can be found again from there.
  if (way_.size() > open_max) way_[way_.size() - open_max].descriptor.close();
  way_.push_back(std::move(folder));
}

/// Sees to it that a folder on the way is open. ENOENT when another one stands in its place.
int DirectoryListing::reopen(std::size_t depth) {
  std::size_t opened = depth;
  while (!way_[opened].descriptor) --opened;
  Descriptor folder;
  for (std::size_t i = opened + 1; i <= depth; ++i) {
    const Descriptor& above = i - 1 == opened ? way_[opened].descriptor : folder;
    Descriptor next(::openat(above.number(), way_[i].name.c_str(), folder_flags));
    if (!next) return errno;
    FolderIdentity identity;
    if (const int number = identify(next.number(), identity); number != 0) return number;
    if (identity != way_[i].identity) return ENOENT;
    folder = std::move(next);
    // The walk comes back through these: with the last ones open it need not begin at the
    // base each time.
    if (i + open_max / 2 > depth) {
      way_[i].descriptor = std::move(folder);
      opened = i;
    }
  }
  return 0;
}

/// Hands out the files of an open folder and notes its folders; errno when it cannot be read.
int DirectoryListing::read(Folder& folder, std::string_view beginning) {
  while (true) {
    const ssize_t size = ::getdents64(folder.descriptor.number(), buffer_.data(), buffer_.size());
    if (size < 0) return errno;
    if (size == 0) return 0;
    for (ssize_t at = 0; at < size;) {
      if (stop_.stop_requested()) return 0;
      const auto* entry = reinterpret_cast<const struct dirent64*>(buffer_.data() + at);
      at += entry->d_reclen;
      const std::string_view name = entry->d_name;
      if (name == "." || name == ".." || !name.starts_with(beginning)) continue;
      const int number = take_entry(folder, entry->d_name, entry->d_type);
      key_.resize(folder.key_size);
      if (number != 0) return number;
    }
  }
}

int DirectoryListing::take_entry(Folder& folder, const char* name, unsigned char type) {
  switch (type) {
    case DT_DIR:
      folder.left.emplace_back(name);
      return 0;
    case DT_REG:
    case DT_LNK:
    case DT_UNKNOWN:
      return take_looked_at(folder, name, type);
    default:
      return 0;
  }
}

/// Follows links. An error that lies in the folder, not in what a link leads to, is returned.
int DirectoryListing::take_looked_at(Folder& folder, const char* name, unsigned char type) {
  struct statx facts{};
  if (const int number = look_at(folder.descriptor.number(), name, facts); number != 0) {
    if (means_nothing_there(number)) return 0;
    struct stat itself{};
    const bool is_link = type == DT_LNK || (::fstatat(folder.descriptor.number(), name, &itself,
                                                      AT_SYMLINK_NOFOLLOW) == 0 &&
                                            S_ISLNK(itself.st_mode));
    if (!is_link) return number;
    fail_part(key_ + name, number);
    return 0;
  }
  if (S_ISDIR(facts.stx_mode)) {
    folder.left.emplace_back(name);
  } else if (S_ISREG(facts.stx_mode)) {
    key_ += name;
    take_({.key = key_, .size = facts.stx_size, .modified = modified(facts)});
  }
  return 0;
}

}  // namespace upkeep
