// How far collectors are kept from the rest of the machine: limits, environment, scratch folder.
#include <fmt/format.h>
#include <sys/resource.h>

#include <filesystem>

#include "base/text.h"
#include "io/test_process_world.h"

namespace upkeep {
namespace {

class ProcessIsolation : public ProcessWorld {
 protected:
  std::string text_of(Launch launch) {
    launch.attempt = AttemptId{++last_};
    return run(std::move(launch)).text;
  }
  static Launch script(const std::string& text, Isolation isolation) {
    Launch launch = script_of(1, text);
    launch.isolation = std::move(isolation);
    return launch;
  }

  std::uint64_t last_ = 0;
};

TEST_F(ProcessIsolation, nothing_is_limited_unless_it_is_declared) {
  const std::string usual = text_of(script("ulimit -v; nice", {}));
  EXPECT_EQ(usual, fmt::format("unlimited\n{}\n", ::getpriority(PRIO_PROCESS, 0)));
}

TEST_F(ProcessIsolation, memory_files_and_niceness_are_those_of_the_collector) {
  Isolation isolation;
  isolation.memory = 512 << 20;
  isolation.open_files = 40;
  isolation.nice = 7;
  const int own = ::getpriority(PRIO_PROCESS, 0);
  EXPECT_EQ(text_of(script("ulimit -v; ulimit -Hn; nice", isolation)),
            fmt::format("524288\n40\n{}\n", std::min(19, own + 7)));
}

TEST_F(ProcessIsolation, who_takes_more_memory_than_it_may_fails_by_itself) {
  Isolation isolation;
  isolation.memory = 64 << 20;
  const std::string greedy = "head -c 200000000 /dev/zero | tail -n 1 > /dev/null; exit $?";
  Launch launch = script(greedy, isolation);
  launch.attempt = AttemptId{1};
  EXPECT_NE(run(launch).number, 0);
  launch = script(greedy, {});
  launch.attempt = AttemptId{2};
  EXPECT_EQ(run(launch).number, 0);
}

TEST_F(ProcessIsolation, setuid_programs_give_it_no_more_rights_unless_it_is_declared) {
  const std::string look = "grep NoNewPrivs /proc/self/status";
  EXPECT_EQ(text_of(script(look, {})), "NoNewPrivs:\t1\n");
  Isolation trusted;
  trusted.new_privileges = true;
  EXPECT_EQ(text_of(script(look, trusted)), "NoNewPrivs:\t0\n");
}

TEST_F(ProcessIsolation, it_sees_the_variables_that_are_passed_on_and_no_others) {
  ::setenv("PASSED_TEST_X_ONE", "1", 1);
  ::setenv("PASSED_TEST_X_TWO", "2", 1);
  ::setenv("OTHER_TEST_X", "3", 1);
  make_executor();
  Isolation isolation;
  isolation.pass_env = {"PASSED_TEST_X_*", "PATH"};
  Launch launch = script("env | grep TEST_X | sort; echo \"$UPKEEP_ATTEMPT\"", isolation);
  launch.environment = {{"OWN_TEST_X", "4"}};
  EXPECT_EQ(text_of(launch), "OWN_TEST_X=4\nPASSED_TEST_X_ONE=1\nPASSED_TEST_X_TWO=2\n1\n");
  isolation.pass_env = {};
  isolation.pass_env.emplace();
  EXPECT_EQ(text_of(script("env | grep -c TEST_X", isolation)), "0\n");
  for (const char* name : {"PASSED_TEST_X_ONE", "PASSED_TEST_X_TWO", "OTHER_TEST_X"})
    ::unsetenv(name);
}

TEST_F(ProcessIsolation, what_it_leaves_in_its_scratch_folder_goes_with_it) {
  const std::string fill =
      "mkdir $UPKEEP_SCRATCH/deep && mktemp > $UPKEEP_SCRATCH/deep/name && "
      "ls $UPKEEP_SCRATCH | wc -l; cat $UPKEEP_SCRATCH/deep/name";
  for (int i = 0; i < 3; ++i) {
    const std::string text = text_of(script(fill, {}));
    const std::vector<std::string_view> lines = split(text, '\n');
    ASSERT_GE(lines.size(), 2u) << text;
    EXPECT_EQ(trim(lines[0]), "2") << "it begins empty each time";
    EXPECT_TRUE(lines[1].starts_with(folder_ / "run/attempt-")) << lines[1];
    EXPECT_FALSE(std::filesystem::exists(lines[1])) << text;
  }
  executor_.reset();
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "run"));
}

TEST_F(ProcessIsolation, a_temporary_folder_of_its_own_choice_is_respected) {
  Launch launch = script("echo $TMPDIR", {});
  launch.environment = {{"TMPDIR", "/elsewhere"}};
  EXPECT_EQ(text_of(launch), "/elsewhere\n");
}

}  // namespace
}  // namespace upkeep
