#include "io/process_orphans.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <filesystem>
#include <fstream>

#include "io/process_lock.h"
#include "io/test_process_world.h"

namespace upkeep {
namespace {

using namespace std::chrono_literals;

/// In bash: waits until the life of upkeep that started it is over.
constexpr const char* outlive_upkeep = "touch ready; while [ -e /proc/$PPID ]; do sleep 0.01; done";

class ProcessOrphansTest : public ProcessWorld {
 protected:
  /// A life of upkeep that starts the attempt, and is killed once it wrote the file `ready`.
  void leave_orphan(Launch launch) {
    launch.folder = folder_.path();
    const pid_t life = ::fork();
    if (life == 0) {
      boost::asio::io_context io;
      RecordingListener listener;
      const auto executor =
          ProcessExecutor::make(io, listener, {folder_ / "logs", folder_ / "run"}).value();
      executor->start(launch);
      run_until(io, [] { return false; });
      ::_exit(1);
    }
    EXPECT_TRUE(wait_for_file("ready"));
    ::kill(life, SIGKILL);
    ::waitpid(life, nullptr, 0);
  }
  bool wait_for_orphans(std::size_t count) {
    return run_until(io_, [&] { return listener_.orphans.size() >= count; });
  }
  bool has_files(std::uint64_t id) const {
    return std::filesystem::exists(attempt_files(folder_ / "run", {id}).folder);
  }
};

TEST_F(ProcessOrphansTest, an_orphan_is_over_when_it_ends_by_itself) {
  leave_orphan(script_of(1, "touch ready; while [ ! -e go ]; do sleep 0.01; done; touch done"));
  executor_->watch({1});
  for (std::uint64_t id = 2; id < 6; ++id) run(launch_of(id, {"sleep", "0.2"}));
  EXPECT_TRUE(listener_.orphans.empty());
  folder_.write("go", "");
  ASSERT_TRUE(wait_for_orphans(1));
  EXPECT_EQ(listener_.orphans, std::vector<AttemptId>{{1}});
  EXPECT_TRUE(std::filesystem::exists(folder_ / "done"));
  EXPECT_FALSE(has_files(1));
}

TEST_F(ProcessOrphansTest, the_lock_is_held_by_whoever_inherited_it) {
  leave_orphan(
      script_of(1, std::string("(setsid bash -c 'while [ ! -e go ]; do sleep 0.01; done' &)\n") +
                       outlive_upkeep));
  const auto lock = look_at_attempt_lock(attempt_files(folder_ / "run", {1}).lock);
  ASSERT_TRUE(lock.has_value());
  EXPECT_TRUE(lock->is_held);
  EXPECT_EQ(lock->grace, 60s);
  EXPECT_TRUE(lock->leader.has_value());
  executor_->watch({1});
  folder_.write("go", "");
  EXPECT_TRUE(wait_for_orphans(1));
}

TEST_F(ProcessOrphansTest, a_stop_ends_all_of_an_orphan) {
  leave_orphan(script_of(1,
                         "bash -c 'echo $$ > one; exec sleep 1000' &\n"
                         "env -i setsid bash -c 'exec 200>&-; echo $$ > two; exec sleep 1000' &\n"
                         "while [ ! -s one -o ! -s two ]; do sleep 0.01; done\n"
                         "touch ready; wait"));
  executor_->watch({1});
  executor_->stop({1});
  executor_->stop({1});
  ASSERT_TRUE(wait_for_orphans(1));
  EXPECT_FALSE(is_alive(pid_in("one")));
  EXPECT_FALSE(is_alive(pid_in("two")));
  EXPECT_FALSE(has_files(1));
}

TEST_F(ProcessOrphansTest, an_orphan_that_ignores_sigterm_is_killed_after_its_own_grace) {
  Launch launch =
      script_of(1, "trap '' TERM; echo $$ > pid; touch ready; while :; do sleep 0.01; done");
  launch.grace = 100ms;
  leave_orphan(launch);
  executor_->stop({1});
  executor_->watch({1});
  ASSERT_TRUE(wait_for_orphans(1));
  EXPECT_FALSE(is_alive(pid_in("pid")));
}

TEST_F(ProcessOrphansTest, an_orphan_that_let_go_of_its_lock_is_awaited_all_the_same) {
  leave_orphan(script_of(1, "exec 200>&-; touch ready; while [ ! -e go ]; do sleep 0.01; done"));
  executor_->watch({1});
  for (std::uint64_t id = 2; id < 6; ++id) run(launch_of(id, {"sleep", "0.2"}));
  EXPECT_TRUE(listener_.orphans.empty());
  folder_.write("go", "");
  EXPECT_TRUE(wait_for_orphans(1));
}

TEST_F(ProcessOrphansTest, what_an_orphan_leaves_behind_is_ended) {
  leave_orphan(script_of(
      1, std::string("env -i setsid bash -c 'exec 200>&-; echo $$ > pid; exec sleep 1000' &\n"
                     "while [ ! -s pid ]; do sleep 0.01; done\n") +
             outlive_upkeep));
  executor_->watch({1});
  ASSERT_TRUE(wait_for_orphans(1));
  EXPECT_FALSE(is_alive(pid_in("pid")));
}

TEST_F(ProcessOrphansTest, a_number_that_another_process_has_now_is_not_hit) {
  const pid_t innocent = ::fork();
  if (innocent == 0) {
    ::pause();
    ::_exit(0);
  }
  const AttemptFiles files = attempt_files(folder_ / "run", {1});
  std::filesystem::create_directory(files.folder);
  std::ofstream(files.lock) << "grace 0\nprocess " << innocent << "\n";
  executor_->stop({1});
  executor_->watch({1});
  ASSERT_TRUE(wait_for_orphans(1));
  EXPECT_TRUE(is_alive(innocent));
  ::kill(innocent, SIGKILL);
  ::waitpid(innocent, nullptr, 0);
}

TEST_F(ProcessOrphansTest, who_merely_reads_the_lock_file_is_not_hit) {
  leave_orphan(script_of(1, "touch ready; sleep 1000"));
  const std::string path = attempt_files(folder_ / "run", {1}).lock;
  const pid_t reader = ::fork();
  if (reader == 0) {
    [[maybe_unused]] const int file = ::open(path.c_str(), O_RDONLY);
    std::ofstream(folder_ / "reading").flush();
    ::pause();
    ::_exit(0);
  }
  ASSERT_TRUE(wait_for_file("reading"));
  EXPECT_FALSE(holds_attempt_lock(reader, path));
  executor_->stop({1});
  executor_->watch({1});
  ASSERT_TRUE(wait_for_orphans(1));
  EXPECT_TRUE(is_alive(reader));
  ::kill(reader, SIGKILL);
  ::waitpid(reader, nullptr, 0);
}

TEST_F(ProcessOrphansTest, an_attempt_number_is_not_used_twice_at_once) {
  leave_orphan(script_of(1, "touch ready; sleep 1000"));
  const Ending ending = run(launch_of(1, {"true"}));
  EXPECT_EQ(ending.kind, Ending::Kind::not_started);
  EXPECT_EQ(ending.number, EAGAIN);
  executor_->stop({1});
  executor_->watch({1});
  ASSERT_TRUE(wait_for_orphans(1));
}

TEST_F(ProcessOrphansTest, what_a_destroyed_executor_left_running_can_be_taken_over) {
  start_until_ready(script_of(1, "touch ready; sleep 1000"));
  make_executor();
  executor_->watch({1});
  executor_->stop({1});
  ASSERT_TRUE(wait_for_orphans(1));
  OwnChildren children;
  std::vector<pid_t> pids;
  run(launch_of(2, {"true"}));
  children.list(pids);
  EXPECT_TRUE(pids.empty());
  EXPECT_EQ(find_ending(1), nullptr);
}

}  // namespace
}  // namespace upkeep
