// Folders as they are in real life: deep, linked, locked, changing while they are listed.
#include "io/directory_store.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <map>
#include <set>
#include <thread>

#include "io/test_folder.h"
#include "io/test_mount.h"

namespace upkeep {
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

void link(const TestFolder& folder, const std::string& target, const std::string& name) {
  ASSERT_EQ(::symlink(target.c_str(), (folder / name).c_str()), 0);
}

TEST(DirectoryStore, odd_names_are_passed_through_as_bytes) {
  const TestFolder folder;
  const Keys names = {"with space", "new\nline", "\xff\xfe.json", "..hidden",
                      "...",        ".hidden",   "-rf",           "a\\b",
                      "ü",          "*?[",       "\x01",          "%2F"};
  for (const std::string& name : names) folder.write(name, "x");
  folder.write("..d/.e/\xc3", "x");
  Keys expected = names;
  expected.insert("..d/.e/\xc3");
  EXPECT_EQ(list(folder.path()).keys, expected);
  DirectoryStore store(folder.path());
  for (const std::string& key : expected) {
    const auto facts = store.look(key);
    ASSERT_TRUE(facts) << facts.error().text;
    EXPECT_TRUE(*facts) << key;
  }
}

TEST(DirectoryStore, only_regular_files_are_objects) {
  const TestFolder folder;
  folder.write("file", "x");
  ASSERT_EQ(::mkdir((folder / "empty").c_str(), 0700), 0);
  ASSERT_EQ(::mkfifo((folder / "fifo").c_str(), 0600), 0);
  const int server = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  (folder / "socket").copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(server, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  link(folder, "/dev/null", "device");
  link(folder, "fifo", "link-to-fifo");
  EXPECT_EQ(list(folder.path()).keys, Keys{"file"});
  DirectoryStore store(folder.path());
  for (const char* name : {"empty", "fifo", "socket", "device", "link-to-fifo"}) {
    const auto facts = store.look(name);
    ASSERT_TRUE(facts) << name;
    EXPECT_FALSE(*facts) << name;
  }
  ::close(server);
}

TEST(DirectoryStore, a_link_to_a_file_counts_as_that_file) {
  const TestFolder folder;
  folder.write("a/real", "12345");
  link(folder, "a/real", "link");
  link(folder, "link", "link-to-link");
  link(folder, "nowhere", "broken");
  link(folder, "self", "self");
  std::map<std::string, std::uint64_t> sizes;
  ASSERT_TRUE(DirectoryStore(folder.path()).list("", [&](const Object& object) {
    sizes[std::string(object.key)] = object.size;
  }));
  EXPECT_EQ(sizes, (std::map<std::string, std::uint64_t>{
                       {"a/real", 5}, {"link", 5}, {"link-to-link", 5}}));
  for (const char* name : {"broken", "self", "a/real/x", "link/x"}) {
    const auto facts = DirectoryStore(folder.path()).look(name);
    ASSERT_TRUE(facts) << facts.error().text;
    EXPECT_FALSE(*facts) << name;
  }
}

TEST(DirectoryStore, linked_folders_are_entered_and_loops_are_not) {
  const TestFolder folder;
  const TestFolder elsewhere;
  elsewhere.write("deep/x", "");
  folder.write("a/b/c", "");
  link(folder, elsewhere.path(), "outside");
  link(folder, "a", "twin");
  link(folder, "..", "a/up");
  link(folder, ".", "a/b/self");
  link(folder, folder.path(), "a/b/root");
  ASSERT_EQ(::symlink(folder.path().c_str(), (elsewhere / "back").c_str()), 0);
  const Listed listed = list(folder.path());
  EXPECT_EQ(listed.keys, (Keys{"a/b/c", "twin/b/c", "outside/deep/x"}));
  EXPECT_EQ(listed.objects, 3u);
  EXPECT_TRUE(listed.failed.empty());
  EXPECT_TRUE(list(folder.path(), "a/up/").keys.empty());
  EXPECT_TRUE(list(folder.path(), "a/up/a/").keys.empty());
  EXPECT_EQ(list(folder.path(), "outside/").keys, Keys{"outside/deep/x"});
}

/// Makes a chain of `depth` folders called `name`, each with a file "f" and, when `twigs`, a
/// folder "t" with a file of its own. No path of that length can be used.
void make_chain(const TestFolder& folder, int depth, const std::string& name, bool twigs) {
  int here = ::open(folder.path().c_str(), O_RDONLY | O_DIRECTORY);
  for (int i = 0; i < depth; ++i) {
    ASSERT_EQ(::mkdirat(here, name.c_str(), 0700), 0);
    const int next = ::openat(here, name.c_str(), O_RDONLY | O_DIRECTORY);
    ASSERT_GE(next, 0);
    ::close(here);
    here = next;
    ::close(::openat(here, "f", O_CREAT | O_WRONLY, 0600));
    if (twigs) {
      ASSERT_EQ(::mkdirat(here, "t", 0700), 0);
      ::close(::openat(here, "t/g", O_CREAT | O_WRONLY, 0600));
    }
  }
  ::close(here);
}

/// std::filesystem cannot remove what has no usable path.
void remove_chain(const TestFolder& folder, const std::string& name) {
  ASSERT_EQ(std::system(("rm -rf '" + folder / name + "'").c_str()), 0);
}

TEST(DirectoryStore, a_folder_may_be_deeper_than_any_path_and_any_limit_of_open_files) {
  const TestFolder folder;
  constexpr int depth = 300;
  const std::string name = "folder-" + std::string(20, 'n');
  make_chain(folder, depth, name, true);
  rlimit limit{}, small{100, 100};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  small.rlim_max = limit.rlim_max;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &small), 0);
  std::size_t longest = 0;
  std::string longest_key;
  const Listed listed = list(folder.path(), "", [&](const Object& object) {
    if (object.key.size() <= longest) return;
    longest = object.key.size();
    longest_key = object.key;
  });
  ::setrlimit(RLIMIT_NOFILE, &limit);
  EXPECT_EQ(listed.error, "");
  EXPECT_EQ(listed.failed, (std::map<std::string, std::string>{}));
  EXPECT_EQ(listed.objects, 2u * depth);
  EXPECT_EQ(longest, depth * (name.size() + 1) + 3);
  const auto facts = DirectoryStore(folder.path()).look(longest_key);
  ASSERT_TRUE(facts) << facts.error().text;
  EXPECT_TRUE(*facts);
  EXPECT_FALSE(*DirectoryStore(folder.path()).look(longest_key + "x"));
  EXPECT_EQ(list(folder.path(), longest_key).objects, 1u);
  remove_chain(folder, name);
}

TEST(DirectoryStore, a_name_that_no_folder_can_hold_is_not_there) {
  const TestFolder folder;
  const std::string name(5000, 'x');
  const auto facts = DirectoryStore(folder.path()).look("a/" + name);
  ASSERT_TRUE(facts) << facts.error().text;
  EXPECT_FALSE(*facts);
  EXPECT_EQ(list(folder.path(), name + "/").error, "");
}

TEST(DirectoryStore, an_unreadable_folder_is_a_failed_part) {
  const TestFolder folder;
  folder.write("open/a", "");
  folder.write("locked/b", "");
  folder.write("listable/c", "");
  folder.write("listable/d/e", "");
  ::chmod(folder.path().c_str(), 0755);
  ::chmod((folder / "open").c_str(), 0755);
  ::chmod((folder / "locked").c_str(), 0000);
  ::chmod((folder / "listable").c_str(), 0444);  // names can be read, but no more
  link(folder, "locked/b", "link");
  EXPECT_EQ(as_nobody([&]() -> std::string {
              const Listed listed = list(folder.path());
              if (!listed.error.empty()) return listed.error;
              if (listed.keys != Keys{"open/a"}) return "other keys";
              const std::map<std::string, std::string> expected = {
                  {"locked/", folder / "locked/ cannot be read: Permission denied"},
                  {"listable/", folder / "listable/ cannot be read: Permission denied"},
                  {"link", folder / "link cannot be read: Permission denied"}};
              if (listed.failed != expected) return "other parts";
              if (!list(folder.path(), "locked/").failed.contains("locked/")) return "prefix";
              if (!list(folder.path(), "locked/b/").failed.contains("locked/b/")) return "prefix b";
              if (!list(folder.path(), "open/").failed.empty()) return "not asked for";
              const auto facts = DirectoryStore(folder.path()).look("locked/b");
              return facts ? "no error" : facts.error().text;
            }),
            folder / "locked/b cannot be looked at: Permission denied");
  ::chmod((folder / "locked").c_str(), 0700);
  ::chmod((folder / "listable").c_str(), 0700);
}

TEST(DirectoryStore, nothing_can_be_said_of_a_store_that_is_not_a_readable_folder) {
  const TestFolder folder;
  folder.write("file", "");
  const std::string missing = folder / "missing";
  EXPECT_EQ(list(missing).error,
            "the store's folder " + missing + " cannot be opened: No such file or directory");
  EXPECT_EQ(list(missing, "a/b").error, list(missing).error);
  EXPECT_EQ(list(folder / "file").error,
            "the store's folder " + folder / "file cannot be opened: Not a directory");
  EXPECT_FALSE(DirectoryStore(missing).look("a"));
  EXPECT_FALSE(DirectoryStore(folder / "file").look("a"));
  ::chmod(folder.path().c_str(), 0000);
  const std::string error = as_nobody([&] { return list(folder.path()).error; });
  EXPECT_EQ(error, "the store's folder " + folder.path() + " cannot be opened: Permission denied");
  ::chmod(folder.path().c_str(), 0700);
}

TEST(DirectoryStore, a_store_that_vanishes_while_it_is_listed_says_nothing) {
  const TestFolder folder;
  folder.write("lake/a/1", "");
  folder.write("lake/b/2", "");
  const std::string lake = folder / "lake";
  const Listed moved = list(lake, "", [&](const Object&) {
    if (std::filesystem::exists(lake)) std::filesystem::rename(lake, folder / "moved");
  });
  EXPECT_EQ(moved.error, "the store's folder " + lake +
                             " vanished while it was listed: No such file or directory");
  const Listed replaced = list(folder / "moved", "", [&](const Object& object) {
    if (!object.key.ends_with("1")) return;
    std::filesystem::rename(folder / "moved", lake);
    folder.write("moved/c/3", "");
  });
  EXPECT_EQ(replaced.error, "the store's folder " + folder /
                                                        "moved was replaced by another one, "
                                                        "or (un)mounted, while it was listed");
}

TEST(DirectoryStore, a_store_that_is_unmounted_while_it_is_listed_says_nothing) {
  const TestFolder folder;
  TestMount mount(folder.path(), "size=1m");
  if (!mount) GTEST_SKIP() << mount.why_not();
  folder.write("a/1", "");
  folder.write("b/2", "");
  const Listed listed = list(folder.path(), "", [&](const Object&) { mount.unmount(); });
  EXPECT_NE(listed.error.find("(un)mounted"), std::string::npos) << listed.error;
}

TEST(DirectoryStore, files_that_go_while_it_lists_are_not_there) {
  const TestFolder folder;
  for (int i = 0; i < 50; ++i) folder.write("a/" + std::to_string(i), "");
  for (int i = 0; i < 50; ++i) folder.write("d" + std::to_string(i) + "/x", "");
  bool first = true;
  const Listed listed = list(folder.path(), "", [&](const Object& object) {
    if (!std::exchange(first, false)) return;
    const std::string kept(object.key.substr(0, object.key.find('/')));
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
      if (entry.path().filename() != kept) std::filesystem::remove_all(entry.path());
    }
  });
  EXPECT_EQ(listed.error, "");
  EXPECT_TRUE(listed.failed.empty());
  EXPECT_LE(listed.objects, 50u);
}

TEST(DirectoryStore, files_that_come_and_go_do_not_disturb_the_others) {
  const TestFolder folder;
  Keys stable;
  for (int i = 0; i < 500; ++i) {
    stable.insert("a/stable" + std::to_string(i));
    folder.write("a/stable" + std::to_string(i), "");
  }
  std::jthread changer([&](const std::stop_token& stop) {
    for (int i = 0; !stop.stop_requested(); i = (i + 1) % 100) {
      const std::string name = "a/passing" + std::to_string(i);
      folder.write(name, "");
      std::filesystem::rename(folder / name, folder / "a/renamed");
      std::filesystem::remove(folder / "a/renamed");
      folder.write("a/sub" + std::to_string(i) + "/x", "");
      std::filesystem::remove_all(folder / ("a/sub" + std::to_string(i)));
    }
  });
  for (int i = 0; i < 50; ++i) {
    std::map<std::string, int> seen;
    const auto failed = DirectoryStore(folder.path()).list("", [&](const Object& object) {
      ++seen[std::string(object.key)];
    });
    ASSERT_TRUE(failed) << failed.error().text;
    ASSERT_TRUE(failed->empty()) << failed->front().error.text;
    for (const std::string& key : stable) ASSERT_EQ(seen[key], 1) << key;
  }
}

TEST(DirectoryStore, a_folder_that_moves_while_the_walk_is_far_below_it_ends_there) {
  const TestFolder folder;
  make_chain(folder, 150, "n", true);
  bool moved = false;
  const Listed listed = list(folder.path(), "", [&](const Object& object) {
    if (object.key.size() < 250 || std::exchange(moved, true)) return;
    std::filesystem::rename(folder / "n/n/n", folder / "n/n/elsewhere");
    std::filesystem::create_directories(folder / "n/n/n/n/n");
  });
  EXPECT_TRUE(moved);
  EXPECT_EQ(listed.error, "");
  EXPECT_TRUE(listed.failed.empty());
  EXPECT_TRUE(listed.keys.contains("n/f"));
  for (const std::string& key : listed.keys) {
    EXPECT_FALSE(key.starts_with("n/n/elsewhere/n/n/n/n/t/")) << "seen by a key it did not have";
  }
  remove_chain(folder, "n");
}

TEST(DirectoryStore, extreme_times_do_not_overflow) {
  const TestFolder folder;
  const TestMount mount(folder.path(), "size=1m");
  if (!mount) GTEST_SKIP() << mount.why_not();
  folder.write("a", "");
  for (const std::int64_t seconds : {INT64_MAX, INT64_MIN, std::int64_t{-1}}) {
    const timespec times[2] = {{seconds, 0}, {seconds, 999'999'999}};
    ASSERT_EQ(::utimensat(AT_FDCWD, (folder / "a").c_str(), times, 0), 0);
    const auto facts = DirectoryStore(folder.path()).look("a");
    ASSERT_TRUE(facts && *facts);
    EXPECT_EQ((*facts)->modified < Time{}, seconds < 0);
    if (seconds == -1) {
      EXPECT_EQ((*facts)->modified, Time{Duration{-1}});
    }
  }
}

}  // namespace
}  // namespace upkeep
