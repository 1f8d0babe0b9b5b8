// The owner lock, between processes.
#include "io/owner_lock.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <csignal>

#include "io/files.h"
#include "io/test_folder.h"

namespace upkeep {
namespace {

constexpr pid_t nobody = -1;

pid_t owner(const std::string& state_folder) {
  const auto found = owner_of(state_folder);
  if (!found) {
    ADD_FAILURE() << found.error().text;
    return nobody;
  }
  return found->value_or(nobody);
}

TEST(OwnerLock, the_pid_file_names_the_owner_while_there_is_one) {
  const TestFolder folder;
  const std::string state = folder / "state";
  {
    const auto lock = OwnerLock::take(state);
    ASSERT_TRUE(lock) << lock.error().text;
    EXPECT_EQ(read_file(state + "/run/upkeep.pid"), std::to_string(::getpid()) + "\n");
    EXPECT_EQ(owner(state), ::getpid());
  }
  EXPECT_EQ(owner(state), nobody);
  EXPECT_EQ(read_file(state + "/run/upkeep.pid"), "");
}

TEST(OwnerLock, nobody_owns_a_state_that_is_not_there) {
  EXPECT_EQ(owner("/nonexistent/upkeep"), nobody);
}

TEST(OwnerLock, a_second_owner_is_refused_with_the_number_of_the_first) {
  const TestFolder folder;
  const auto first = OwnerLock::take(folder.path());
  ASSERT_TRUE(first);
  const auto second = OwnerLock::take(folder.path());
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().text.find("owned by process " + std::to_string(::getpid()) + ":"),
            std::string::npos)
      << second.error().text;
  EXPECT_EQ(owner(folder.path()), ::getpid()) << "the refused one wrote";
}

TEST(OwnerLock, a_stale_pid_file_is_harmless) {
  const TestFolder folder;
  folder.write("run/upkeep.pid", "1\n");
  EXPECT_EQ(owner(folder.path()), nobody);
  EXPECT_TRUE(OwnerLock::take(folder.path()));
}

TEST(OwnerLock, an_odd_pid_file_is_harmless) {
  const TestFolder folder;
  folder.write("run/upkeep.pid", std::string(100, '9') + "\n\xff");
  EXPECT_TRUE(OwnerLock::take(folder.path()));
}

TEST(OwnerLock, deleting_the_pid_file_lets_no_second_owner_in) {
  const TestFolder folder;
  const auto first = OwnerLock::take(folder.path());
  ASSERT_TRUE(first);
  std::filesystem::remove_all(folder / "run");
  const auto second = OwnerLock::take(folder.path());
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().text.find("owned by another process"), std::string::npos)
      << second.error().text;
}

TEST(OwnerLock, it_is_free_when_its_owner_was_killed) {
  const TestFolder folder;
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const auto lock = OwnerLock::take(folder.path());
    [[maybe_unused]] const ssize_t written = ::write(ready[1], lock ? "y" : "n", 1);
    while (true) ::pause();
  }
  char taken = 0;
  ASSERT_EQ(::read(ready[0], &taken, 1), 1);
  EXPECT_EQ(taken, 'y');
  EXPECT_EQ(owner(folder.path()), child);
  const auto refused = OwnerLock::take(folder.path());
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().text.find("process " + std::to_string(child)), std::string::npos);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ::close(ready[0]);
  ::close(ready[1]);
  EXPECT_EQ(owner(folder.path()), nobody);
  EXPECT_TRUE(OwnerLock::take(folder.path()));
}

TEST(OwnerLock, a_program_that_the_owner_starts_does_not_hold_it) {
  const TestFolder folder;
  pid_t child = 0;
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  {
    const auto lock = OwnerLock::take(folder.path());
    ASSERT_TRUE(lock);
    child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      ::dup2(ends[0], 0);
      ::close(ends[1]);
      ::execlp("cat", "cat", static_cast<char*>(nullptr));  // lives until its input ends
      ::_exit(127);
    }
    // Once the child's exec is done, only descriptors without close-on-exec are left in it.
    const std::string name = "/proc/" + std::to_string(child) + "/comm";
    while (read_file(name) != "cat\n") ::sched_yield();
  }
  EXPECT_TRUE(OwnerLock::take(folder.path()));
  ::close(ends[0]);
  ::close(ends[1]);
  ::waitpid(child, nullptr, 0);
}

TEST(OwnerLock, a_folder_that_cannot_be_made_is_named) {
  const TestFolder folder;
  folder.write("state", "a file");
  const auto lock = OwnerLock::take(folder / "state");
  ASSERT_FALSE(lock);
  EXPECT_NE(lock.error().text.find(folder / "state"), std::string::npos) << lock.error().text;
}

}  // namespace
}  // namespace upkeep
