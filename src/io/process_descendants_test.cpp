// Nothing of an attempt outlives it: groups, daemons, zombies, and processes that hide.
#include <sys/wait.h>

#include <algorithm>
#include <filesystem>

#include "base/text.h"
#include "io/process_marker.h"
#include "io/test_process_world.h"

namespace upkeep {
namespace {

using namespace std::chrono_literals;
using Kind = Ending::Kind;

/// In bash: becomes a daemon in a session of its own that writes its number into the file $1.
constexpr const char* daemon_script =
    "daemon() { setsid bash -c 'echo $$ > $0.new; mv $0.new $0; exec sleep 1000' $1 "
    "> /dev/null 2>&1 & }\n";
/// The same without environment and without any inherited descriptor.
constexpr const char* hidden_daemon_script =
    "hidden() { env -i setsid bash -c 'for f in /proc/$$/fd/*; do f=${f##*/}; eval \"exec "
    "$f>&-\"; done; echo $$ > $0.new; /bin/mv $0.new $0; exec /bin/sleep 1000' $1 & }\n"
    "arrived() { while [ ! -e $1 ]; do sleep 0.01; done; }\n";

std::string with_daemons(const std::string& script) {
  return std::string(daemon_script) + hidden_daemon_script + script;
}

class ProcessDescendants : public ProcessWorld {
 protected:
  /// When the end is told, is the process in that file still there?
  void expect_dead_at_end(std::string name) {
    listener_.on_end = [this, name = std::move(name)](AttemptId) {
      const pid_t pid = pid_in(name);
      EXPECT_GT(pid, 0) << name;
      EXPECT_FALSE(facts_of(pid).has_value()) << name << " is alive, or nobody waited for it";
    };
  }
};

TEST_F(ProcessDescendants, the_whole_group_gets_sigterm_and_may_clean_up) {
  start_until_ready(script_of(1,
                              "trap 'echo bye; exit 5' TERM\n"
                              "bash -c \"trap 'echo child bye; exit' TERM; touch ready; "
                              "while :; do sleep 0.01; done\" &\n wait"));
  executor_->stop({1});
  const Ending ending = ending_of(1);
  EXPECT_EQ(ending.kind, Kind::interrupted);
  EXPECT_NE(ending.text.find("child bye"), std::string::npos);
}

TEST_F(ProcessDescendants, who_ignores_sigterm_is_killed_after_the_grace) {
  Launch launch =
      script_of(1,
                "trap '' TERM\n echo $$ > parent\n"
                "bash -c 'echo $$ > child; touch ready; sleep 1000' & wait; sleep 1000");
  launch.grace = 100ms;
  expect_dead_at_end("child");
  start_until_ready(launch);
  executor_->stop({1});
  EXPECT_EQ(ending_of(1).kind, Kind::interrupted);
  EXPECT_FALSE(is_alive(pid_in("parent")));
}

TEST_F(ProcessDescendants, a_deadline_ends_the_group_with_its_grace) {
  Launch launch = script_of(1, "trap '' TERM; echo working; while :; do sleep 0.01; done");
  launch.deadline = from_now(100ms);
  launch.grace = 100ms;
  const Ending ending = run(launch);
  EXPECT_EQ(ending.kind, Kind::timed_out);
  EXPECT_EQ(ending.text, "working\n");
}

TEST_F(ProcessDescendants, a_stopped_process_takes_sigterm_too) {
  start_until_ready(script_of(1, "trap 'exit 0' TERM; touch ready; kill -STOP $$"));
  executor_->stop({1});  // the grace is a minute
  EXPECT_EQ(ending_of(1).kind, Kind::interrupted);
}

TEST_F(ProcessDescendants, a_kill_from_outside_is_told_as_a_signal) {
  start_until_ready(script_of(1, "echo $$ > pid; touch ready; while :; do sleep 0.01; done"));
  ::kill(pid_in("pid"), SIGKILL);
  const Ending ending = ending_of(1);
  EXPECT_EQ(ending.kind, Kind::signalled);
  EXPECT_EQ(ending.number, SIGKILL);
}

TEST_F(ProcessDescendants, children_left_in_the_group_are_ended_after_a_normal_end) {
  expect_dead_at_end("pid");
  const Ending ending = run(script_of(1,
                                      "bash -c 'echo $$ > pid; touch ready; exec sleep 1000' &\n"
                                      "while [ ! -e ready ]; do sleep 0.01; done; exit 7"));
  EXPECT_EQ(ending.kind, Kind::exited);
  EXPECT_EQ(ending.number, 7);
}

TEST_F(ProcessDescendants, a_daemon_of_its_own_session_is_ended) {
  expect_dead_at_end("pid");
  EXPECT_EQ(run(script_of(1, with_daemons("daemon pid; arrived pid"))).number, 0);
}

TEST_F(ProcessDescendants, a_daemon_without_environment_and_descriptors_is_ended) {
  expect_dead_at_end("pid");
  EXPECT_EQ(run(script_of(1, with_daemons("hidden pid; arrived pid"))).number, 0);
}

TEST_F(ProcessDescendants, a_daemon_that_ignores_sigterm_is_killed_after_the_grace) {
  Launch launch = script_of(1, with_daemons("trap '' TERM; hidden pid; arrived pid"));
  launch.grace = 100ms;
  expect_dead_at_end("pid");
  EXPECT_EQ(run(launch).kind, Kind::exited);
}

TEST_F(ProcessDescendants, a_daemon_without_the_mark_is_known_by_its_environment) {
  expect_dead_at_end("pid");
  const Ending ending = run(
      script_of(1, with_daemons("prlimit --pid $$ --rttime=unlimited; daemon pid; arrived pid")));
  EXPECT_EQ(ending.number, 0);
}

TEST_F(ProcessDescendants, a_stop_reaches_daemons_and_their_children) {
  Launch launch = script_of(1, with_daemons("(hidden one &); (daemon two &); arrived one; "
                                            "arrived two; touch ready; sleep 1000"));
  start_until_ready(launch);
  executor_->stop({1});
  EXPECT_EQ(ending_of(1).kind, Kind::interrupted);
  EXPECT_FALSE(facts_of(pid_in("one")).has_value());
  EXPECT_FALSE(facts_of(pid_in("two")).has_value());
}

TEST_F(ProcessDescendants, the_end_of_one_attempt_leaves_daemons_of_another_alone) {
  start_until_ready(script_of(
      1, with_daemons("(hidden pid &); arrived pid; touch ready; while [ ! -e go ]; do sleep 0.01; "
                      "done")));
  for (std::uint64_t id = 2; id < 6; ++id) {
    EXPECT_EQ(run(script_of(id, with_daemons("daemon other; arrived other; rm other"))).number, 0);
  }
  EXPECT_TRUE(is_alive(pid_in("pid")));
  folder_.write("go", "");
  EXPECT_EQ(ending_of(1).number, 0);
  EXPECT_FALSE(facts_of(pid_in("pid")).has_value());
}

TEST_F(ProcessDescendants, children_of_other_parts_of_upkeep_are_left_alone) {
  const pid_t other = ::fork();
  if (other == 0) {
    ::pause();
    ::_exit(0);
  }
  const pid_t ended = ::fork();
  if (ended == 0) ::_exit(9);
  EXPECT_EQ(run(script_of(1, with_daemons("hidden pid; arrived pid"))).number, 0);
  EXPECT_TRUE(is_alive(other));
  ::kill(other, SIGKILL);
  int status = 0;
  EXPECT_EQ(::waitpid(other, nullptr, 0), other);
  EXPECT_EQ(::waitpid(ended, &status, 0), ended);
  EXPECT_EQ(WEXITSTATUS(status), 9);
}

TEST_F(ProcessDescendants, a_storm_of_zombies_is_waited_for) {
  start_until_ready(script_of(1,
                              "for i in {1..500}; do (setsid true &) ; done; touch ready\n"
                              "while [ ! -e go ]; do sleep 0.01; done"));
  OwnChildren children;
  std::vector<pid_t> pids;
  EXPECT_TRUE(wait_for([&] {
    children.list(pids);
    return pids.size() == 1;  // only the collector is left
  })) << pids.size();
  folder_.write("go", "");
  EXPECT_EQ(ending_of(1).number, 0);
  children.list(pids);
  EXPECT_TRUE(pids.empty());
}

TEST_F(ProcessDescendants, a_swarm_of_daemons_is_ended) {
  const Ending ending = run(
      script_of(1, "for i in {1..100}; do (setsid sleep 1000 > /dev/null 2>&1 &) ; done; exit 3"));
  EXPECT_EQ(ending.number, 3);
  OwnChildren children;
  std::vector<pid_t> pids;
  children.list(pids);
  EXPECT_TRUE(pids.empty());
}

TEST_F(ProcessDescendants, who_ended_by_itself_just_before_a_stop_was_not_interrupted) {
  start_until_ready(script_of(1, "echo $$ > pid; touch ready; exit 6"));
  // The loop does not run here, so that the executor cannot have seen the end.
  while (is_alive(pid_in("pid"))) {}
  executor_->stop({1});
  const Ending ending = ending_of(1);
  EXPECT_EQ(ending.kind, Kind::exited);
  EXPECT_EQ(ending.number, 6);
}

TEST_F(ProcessDescendants, marks_differ_between_state_folders_and_attempts) {
  const ProcessMarker here(folder_ / "run"), there(folder_ / "logs");
  start_until_ready(script_of(5, "echo $$ > pid; touch ready; sleep 1000"));
  const pid_t pid = pid_in("pid");
  EXPECT_EQ(here.attempt_of(pid), AttemptId{5});
  EXPECT_EQ(there.attempt_of(pid), std::nullopt);
  EXPECT_EQ(here.attempt_of(::getpid()), std::nullopt);
  executor_->stop({5});
  ending_of(5);
}

}  // namespace
}  // namespace upkeep
