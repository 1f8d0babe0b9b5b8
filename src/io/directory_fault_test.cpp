// Disks that fail while a folder is read: the system call itself is made to fail.
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <set>

#include "io/descriptor.h"
#include "io/directory_store.h"
#include "io/test_folder.h"
#include "io/test_getdents.h"

namespace {

std::function<int(const std::string&)> folder_fault;

}  // namespace

// In place of the C library's, for this test program.
extern "C" ssize_t getdents64(int folder, void* buffer, size_t size) noexcept {
  if (folder_fault) {
    std::error_code ignored;
    const auto path =
        std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(folder), ignored);
    if (const int number = folder_fault(path.string()); number != 0) {
      errno = number;
      return -1;
    }
  }
  return ::syscall(SYS_getdents64, folder, buffer, size);
}

namespace upkeep {

FaultyFolders::FaultyFolders(std::function<int(const std::string& path)> fault) {
  folder_fault = std::move(fault);
}
FaultyFolders::~FaultyFolders() { folder_fault = nullptr; }

namespace {

using Keys = std::set<std::string>;

struct Listed {
  Keys keys;
  std::map<std::string, std::string> failed;  ///< prefix → error
  std::string error;
  std::size_t objects = 0;
};

Listed list(const std::string& folder, std::string_view prefix = "",
            const std::function<void(const Object&)>& meanwhile = {}) {
  DirectoryStore store(folder);
  Listed listed;
  const auto failed = store.list(prefix, [&](const Object& object) {
    listed.keys.emplace(object.key);
    ++listed.objects;
    if (meanwhile) meanwhile(object);
  });
  if (!failed) listed.error = failed.error().text;
  if (failed) {
    for (const FailedPart& part : *failed) listed.failed[part.prefix] = part.error.text;
  }
  return listed;
}

TEST(DirectoryFault, a_disk_that_fails_in_a_folder_fails_that_part_only) {
  const TestFolder folder;
  for (const char* name : {"good/1", "bad/2", "bad/sub/3", "bad-too/4", "gone/5"}) {
    folder.write(name, "");
  }
  const FaultyFolders faults([](const std::string& path) {
    if (path.ends_with("/bad")) return EIO;
    if (path.ends_with("/bad-too")) return ESTALE;
    if (path.ends_with("/gone")) return ENOENT;
    return 0;
  });
  const Listed listed = list(folder.path());
  EXPECT_EQ(listed.error, "");
  EXPECT_EQ(listed.keys, Keys{"good/1"});
  EXPECT_EQ(listed.failed,
            (std::map<std::string, std::string>{
                {"bad/", folder / "bad/ cannot be read: Input/output error"},
                {"bad-too/", folder / "bad-too/ cannot be read: Stale file handle"}}));
  EXPECT_TRUE(list(folder.path(), "bad/sub/").failed.empty()) << "needs no reading of bad/";
  EXPECT_TRUE(list(folder.path(), "bad/x").failed.contains("bad/"));
}

TEST(DirectoryFault, a_disk_that_fails_in_the_middle_of_a_folder_fails_that_part) {
  const TestFolder folder;
  const std::string long_name(200, 'n');  // a few hundred fit into one read
  for (int i = 0; i < 1000; ++i) folder.write("many/" + long_name + std::to_string(i), "");
  folder.write("other/x", "");
  int reads = 0;
  const FaultyFolders faults(
      [&](const std::string& path) { return path.ends_with("/many") && ++reads == 2 ? EIO : 0; });
  const Listed listed = list(folder.path());
  EXPECT_GT(listed.objects, 100u);
  EXPECT_LT(listed.objects, 1000u);
  EXPECT_TRUE(listed.keys.contains("other/x"));
  EXPECT_EQ(listed.failed.size(), 1u);
  EXPECT_TRUE(listed.failed.contains("many/"));
}

TEST(DirectoryFault, a_disk_that_fails_in_the_folder_of_the_store_says_nothing) {
  const TestFolder folder;
  folder.write("a/1", "");
  for (const int number : {EIO, ESTALE, ENOTCONN}) {
    const FaultyFolders faults(
        [&](const std::string& path) { return path == folder.path() ? number : 0; });
    EXPECT_EQ(list(folder.path()).error,
              "the store's folder " + folder.path() + " cannot be listed: " + error_text(number));
  }
}

}  // namespace
}  // namespace upkeep
