// Files and folders on a real file system, a full one included.
#include "io/files.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mount.h>

#include <thread>
#include <vector>

#include "io/test_folder.h"
#include "io/test_mount.h"

namespace upkeep {
namespace {

std::size_t entries_in(const std::string& folder) {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder)) ++count;
  return count;
}

void set_age(const std::string& path, std::time_t seconds_since_1970) {
  const timespec times[2] = {{seconds_since_1970, 0}, {seconds_since_1970, 0}};
  ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW), 0);
}

TEST(Files, what_is_written_is_read_back) {
  const TestFolder folder;
  const std::string content("a\0b\n\xff", 5);
  ASSERT_TRUE(write_file_atomically(folder / "x", content));
  EXPECT_EQ(read_file(folder / "x"), content);
  ASSERT_TRUE(write_file_atomically(folder / "x", ""));
  EXPECT_EQ(read_file(folder / "x"), "");
  EXPECT_EQ(entries_in(folder.path()), 1u);
}

TEST(Files, a_large_file_is_read_whole) {
  const TestFolder folder;
  std::string content(3'000'001, 'x');
  content.back() = 'y';
  ASSERT_TRUE(write_file_atomically(folder / "x", content));
  EXPECT_EQ(read_file(folder / "x"), content);
}

TEST(Files, a_file_that_says_nothing_of_its_size_is_read_whole) {
  const auto content = read_file("/proc/self/status");
  ASSERT_TRUE(content);
  EXPECT_NE(content->find("Pid:"), std::string::npos);
}

TEST(Files, what_is_no_file_cannot_be_read) {
  const TestFolder folder;
  const auto missing = read_file(folder / "none");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().text, folder / "none" + " cannot be opened: No such file or directory");
  EXPECT_FALSE(read_file(folder.path()));
  ASSERT_EQ(::mkfifo((folder / "fifo").c_str(), 0600), 0);
  const auto fifo = read_file(folder / "fifo");  // and does not wait for a writer
  ASSERT_FALSE(fifo);
  EXPECT_EQ(fifo.error().text, folder / "fifo" + " cannot be read: it is no regular file");
}

TEST(Files, a_mode_is_given_to_new_files) {
  const TestFolder folder;
  ASSERT_TRUE(write_file_atomically(folder / "x", "secret", 0600));
  struct stat facts{};
  ASSERT_EQ(::stat((folder / "x").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600u);
}

TEST(Files, a_file_in_a_missing_folder_is_an_error) {
  const TestFolder folder;
  const auto written = write_file_atomically(folder / "none/x", "a");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().text,
            folder / "none/x" + " cannot be written: No such file or directory");
}

TEST(Files, readers_never_see_a_part_of_a_file) {
  const TestFolder folder;
  const std::string path = folder / "x";
  const std::string a(100'000, 'a'), b(70'000, 'b');
  ASSERT_TRUE(write_file_atomically(path, a));
  std::jthread writer([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      EXPECT_TRUE(write_file_atomically(path, b));
      EXPECT_TRUE(write_file_atomically(path, a));
    }
  });
  for (int i = 0; i < 200; ++i) {
    const auto content = read_file(path);
    ASSERT_TRUE(content);
    ASSERT_TRUE(*content == a || *content == b);
  }
}

TEST(Files, several_writers_of_one_file_do_not_disturb_each_other) {
  const TestFolder folder;
  const std::string path = folder / "x";
  {
    std::vector<std::jthread> writers;
    for (int i = 0; i < 4; ++i) {
      writers.emplace_back([&path, i] {
        const std::string content(50'000, static_cast<char>('a' + i));
        for (int n = 0; n < 20; ++n) EXPECT_TRUE(write_file_atomically(path, content));
      });
    }
  }
  EXPECT_EQ(read_file(path)->size(), 50'000u);
  EXPECT_EQ(entries_in(folder.path()), 1u);
}

TEST(Files, a_full_disk_leaves_the_old_file) {
  const TestFolder folder;
  const TestMount small(folder.path(), "size=256k");
  if (!small) GTEST_SKIP() << small.why_not();
  ASSERT_TRUE(write_file_atomically(folder / "x", "old"));
  const auto written = write_file_atomically(folder / "x", std::string(1'000'000, 'n'));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().text, folder / "x" + " cannot be written: No space left on device");
  EXPECT_EQ(read_file(folder / "x"), "old");
  EXPECT_EQ(entries_in(folder.path()), 1u);
  const auto room = free_space(folder.path());
  ASSERT_TRUE(room);
  EXPECT_LE(*room, 256u * 1024);
  EXPECT_GT(*room, 0u);
}

TEST(Files, free_space_of_nothing_is_an_error) { EXPECT_FALSE(free_space("/nonexistent/upkeep")); }

TEST(Files, folders_are_made_with_those_above_them) {
  const TestFolder folder;
  ASSERT_TRUE(make_folders(folder / "a/b/c/"));
  ASSERT_TRUE(make_folders(folder / "a/b/c"));
  struct stat facts{};
  for (const char* name : {"a", "a/b", "a/b/c"}) {
    ASSERT_EQ(::stat((folder / name).c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777, 0700u) << name;
  }
}

TEST(Files, a_file_in_the_way_of_a_folder_is_named) {
  const TestFolder folder;
  folder.write("a", "");
  const auto direct = make_folders(folder / "a");
  ASSERT_FALSE(direct);
  EXPECT_EQ(direct.error().text, folder / "a" + " is in the way: it is no folder");
  EXPECT_FALSE(make_folders(folder / "a/b"));
}

TEST(Files, old_files_expire_at_any_depth_and_young_ones_stay) {
  const TestFolder folder;
  const TestFolder elsewhere;
  elsewhere.write("kept", "");
  set_age(elsewhere / "kept", 1000);
  for (const char* name : {"old", "a/old", "a/b/old", "young", "a/young"}) folder.write(name, "x");
  for (const char* name : {"old", "a/old", "a/b/old"}) set_age(folder / name, 1000);
  set_age(folder / "young", 2000);
  ASSERT_EQ(::symlink(elsewhere.path().c_str(), (folder / "link").c_str()), 0);
  const auto removed = expire_files(folder.path(), Time{std::chrono::seconds{2000}});
  ASSERT_TRUE(removed) << removed.error().text;
  EXPECT_EQ(*removed, 3u);
  EXPECT_FALSE(std::filesystem::exists(folder / "a/b/old"));
  EXPECT_TRUE(std::filesystem::exists(folder / "young"));
  EXPECT_TRUE(std::filesystem::exists(folder / "a/young"));
  EXPECT_TRUE(std::filesystem::exists(folder / "a/b"));
  EXPECT_TRUE(std::filesystem::exists(elsewhere / "kept")) << "links are not followed";
}

TEST(Files, nothing_expires_in_a_folder_that_is_not_there) {
  EXPECT_EQ(expire_files("/nonexistent/upkeep", Time{}), 0u);
}

TEST(Files, a_file_that_cannot_expire_is_named_and_the_others_go) {
  const TestFolder folder;
  folder.write("locked/old", "");
  folder.write("open/old", "");
  ::chmod((folder / "open").c_str(), 0777);
  ::chmod((folder / "locked").c_str(), 0555);
  ::chmod(folder.path().c_str(), 0755);
  EXPECT_EQ(as_nobody([&]() -> std::string {
              const auto removed = expire_files(folder.path(), Time::max());
              if (removed) return "no error";
              return removed.error().text;
            }),
            folder / "locked/old" + " cannot be removed: Permission denied");
  EXPECT_FALSE(std::filesystem::exists(folder / "open/old"));
  ::chmod((folder / "locked").c_str(), 0755);
}

}  // namespace
}  // namespace upkeep
