#include "io/process_executor.h"

#include <fcntl.h>
#include <sys/resource.h>

#include <filesystem>
#include <fstream>

#include "base/text.h"
#include "collect/last_line.h"
#include "io/test_process_world.h"

namespace upkeep {
namespace {

using Kind = Ending::Kind;

class ProcessExecutorTest : public ProcessWorld {};

TEST_F(ProcessExecutorTest, output_is_kept_in_a_file_and_its_end_is_told) {
  const Ending ending = run(script_of(1, "echo one; echo two >&2; exit 4"));
  EXPECT_EQ(ending.number, 4);
  EXPECT_EQ(ending.text, "one\ntwo\n");
  EXPECT_EQ(log_of(1), "one\ntwo\n");
}

TEST_F(ProcessExecutorTest, who_prints_nothing_leaves_nothing) {
  EXPECT_EQ(run(script_of(1, "read line; exit $?")).number, 1) << "its input is empty";
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "logs/tasks"));
  executor_.reset();
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "run"));
}

TEST_F(ProcessExecutorTest, a_flood_of_output_costs_neither_memory_nor_disk) {
  const auto memory = [] {
    std::ifstream file("/proc/self/statm");
    std::uint64_t size = 0, resident = 0;
    file >> size >> resident;
    return resident * 4096;
  };
  const std::uint64_t before = memory();
  const Ending ending = run(script_of(1, "head -c 1000000000 /dev/zero; echo; echo the end"));
  EXPECT_EQ(ending.kind, Kind::exited);
  EXPECT_LT(memory(), before + 30'000'000);
  EXPECT_EQ(last_line(ending.text), "the end");
  EXPECT_GE(ending.text.size(), 65'536u);
  EXPECT_LE(ending.text.size(), 200'000u);
  const std::string log = log_of(1);
  EXPECT_LE(log.size(), 10'000'200u);
  EXPECT_EQ(log.substr(10'000'000),
            "\nupkeep: 990,000,009 bytes more were printed and are not kept\n");
}

TEST_F(ProcessExecutorTest, what_is_printed_at_the_very_end_is_not_lost) {
  for (std::uint64_t id = 1; id <= 20; ++id) {
    const Ending ending = run(script_of(id, "head -c 60000 /dev/zero | tr '\\0' x; kill -9 $$"));
    EXPECT_EQ(ending.text.size(), 60'000u);
    EXPECT_EQ(ending.kind, Kind::signalled);
  }
}

TEST_F(ProcessExecutorTest, the_environment_is_upkeeps_own_and_what_is_promised) {
  ::setenv("UPKEEP_TEST_KEPT", "1", 1);
  ::setenv("UPKEEP_TEST_CHANGED", "1", 1);
  ::setenv("NOTIFY_SOCKET", "/run/private", 1);
  make_executor();
  Launch launch = launch_of(12, {"env"});
  launch.environment = {{"UPKEEP_TEST_CHANGED", "2"}, {"UPKEEP_TASK", "t1"}};
  launch.deadline = Time{std::chrono::sys_days{std::chrono::year{2100} / 1 / 2}};
  const std::string text = "\n" + run(launch).text;
  for (const std::string& variable :
       {std::string("UPKEEP_TEST_KEPT=1"), std::string("UPKEEP_TEST_CHANGED=2"),
        std::string("UPKEEP_TASK=t1"), std::string("UPKEEP_ATTEMPT=12"),
        std::string("UPKEEP_DEADLINE=2100-01-02T00:00:00Z"),
        "UPKEEP_PARTITIONS=" + executor_->partitions_path({12}),
        "UPKEEP_REPORT=" + executor_->report_path({12})}) {
    EXPECT_NE(text.find("\n" + variable + "\n"), std::string::npos) << variable << text;
  }
  EXPECT_EQ(text.find("NOTIFY_SOCKET"), std::string::npos);
  EXPECT_EQ(text.find("UPKEEP_TEST_CHANGED=1"), std::string::npos);
}

TEST_F(ProcessExecutorTest, the_partitions_lie_in_their_file) {
  for (const std::string& content :
       {std::string("{\"a\":\"1\"}\n{\"a\":\"2\"}\n"), std::string("{}\n"), std::string(),
        std::string(70'000, 'x')}) {
    const std::uint64_t id = listener_.endings.size() + 1;
    Launch launch = launch_of(id, {"cmp", executor_->partitions_path({id}), "wanted"});
    launch.partitions = content;
    folder_.write("wanted", content);
    EXPECT_EQ(run(launch).text, "");
  }
}

TEST_F(ProcessExecutorTest, a_child_has_no_descriptors_signals_or_cores_of_upkeep) {
  const int leaked = ::open("/dev/zero", O_RDONLY);
  ::signal(SIGPIPE, SIG_IGN);
  sigset_t blocked;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGUSR1);
  ::pthread_sigmask(SIG_BLOCK, &blocked, nullptr);
  const Ending files = run(launch_of(1, {"ls", "-l", "/proc/self/fd"}));
  const Ending signals = run(launch_of(2, {"cat", "/proc/self/status"}));
  const Ending cores = run(script_of(3, "ulimit -c; ulimit -t"));
  ::pthread_sigmask(SIG_UNBLOCK, &blocked, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  ::close(leaked);
  EXPECT_EQ(files.text.find("/dev/zero"), std::string::npos) << files.text;
  // The title, 0 to 2, the lock, and the folder that ls itself reads.
  EXPECT_EQ(split(trim(files.text), '\n').size(), 6u) << files.text;
  EXPECT_NE(signals.text.find("SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n"
                              "SigCgt:\t0000000000000000\n"),
            std::string::npos)
      << signals.text;
  EXPECT_EQ(cores.text, "0\nunlimited\n");
}

TEST_F(ProcessExecutorTest, what_cannot_run_says_which_file_and_why) {
  folder_.write("not_executable", "#!/bin/sh\n");
  folder_.write("no_interpreter", "#!/no/such/shell\n");
  folder_.write("no_first_line", "echo hello\n");
  ::chmod((folder_ / "no_interpreter").c_str(), 0755);
  ::chmod((folder_ / "no_first_line").c_str(), 0755);
  const auto text_of = [&](std::vector<std::string> command) {
    const Ending ending = run(launch_of(listener_.endings.size() + 1, std::move(command)));
    EXPECT_EQ(ending.kind, Kind::not_started);
    return ending.text;
  };
  EXPECT_EQ(text_of({"no-such-program", "x"}),
            "command not found: no-such-program is in none of the folders of PATH");
  EXPECT_EQ(text_of({"./missing"}), "command not found: " + folder_ / "./missing does not exist");
  EXPECT_EQ(text_of({"./not_executable"}),
            "./not_executable cannot be run: Permission denied; is it executable (chmod +x)?");
  EXPECT_EQ(text_of({"./no_interpreter"}),
            "./no_interpreter cannot be run: the interpreter in its first line does not exist");
  EXPECT_EQ(text_of({"./no_first_line"}),
            "./no_first_line cannot be run: a script must begin with a line such as #!/bin/sh");
  EXPECT_NE(text_of({"true", std::string(3'000'000, 'x')}).find("{partitions}"), std::string::npos);
  EXPECT_EQ(text_of({}), "the command is empty");
  Launch launch = launch_of(99, {"true"});
  launch.folder = folder_ / "missing";
  executor_->start(launch);
  EXPECT_EQ(ending_of(99).text,
            "the folder " + folder_ / "missing" + " cannot be entered: No such file or directory");
}

TEST_F(ProcessExecutorTest, a_program_is_looked_up_in_the_path_of_the_launch) {
  folder_.write("bin/fetch", "#!/bin/sh\necho fetched $1\n");
  ::chmod((folder_ / "bin/fetch").c_str(), 0755);
  folder_.write("other/fetch", "");  // cannot be executed: the next folder counts
  Launch launch = launch_of(1, {"fetch", "it"});
  launch.environment["PATH"] = folder_ / "other" + ":bin:" + ::getenv("PATH");
  EXPECT_EQ(run(launch).text, "fetched it\n");
}

TEST_F(ProcessExecutorTest, too_many_processes_are_a_reason_to_try_again_later) {
  EXPECT_EQ(as_nobody([&]() -> std::string {
              TestFolder folder;
              boost::asio::io_context io;
              RecordingListener listener;
              auto executor =
                  ProcessExecutor::make(io, listener, {folder / "logs", folder / "run"}).value();
              const rlimit none{0, 0};
              ::setrlimit(RLIMIT_NPROC, &none);
              executor->start(launch_of(1, {"true"}));
              if (!run_until(io, [&] { return !listener.endings.empty(); })) return "no ending";
              const Ending ending = listener.endings.front().second;
              if (ending.kind != Kind::not_started || ending.number != EAGAIN) return ending.text;
              return outcome_of(ending).final ? "final" : "";
            }),
            "");
}

TEST_F(ProcessExecutorTest, a_folder_that_somebody_removed_is_made_again) {
  std::filesystem::remove_all(folder_ / "run");
  std::filesystem::remove_all(folder_ / "logs");
  EXPECT_EQ(run(script_of(1, "echo hello; test -f $UPKEEP_REPORT")).number, 0);
}

TEST_F(ProcessExecutorTest, what_upkeep_cannot_do_itself_is_a_reason_to_try_again_later) {
  std::filesystem::remove_all(folder_ / "run");
  folder_.write("run", "a file where a folder should be");
  const Ending ending = run(launch_of(1, {"true"}));
  EXPECT_EQ(ending.kind, Kind::not_started);
  EXPECT_FALSE(outcome_of(ending).final);
}

TEST_F(ProcessExecutorTest, reports_are_read_as_they_come) {
  // The collector waits for what the test does once it has seen the report.
  listener_.on_report = [&](AttemptId) { folder_.write("seen", ""); };
  const Ending ending = run(script_of(1,
                                      "echo '{\"progress\": 0.25}' >> $UPKEEP_REPORT\n"
                                      "while [ ! -e seen ]; do sleep 0.01; done"));
  EXPECT_EQ(ending.kind, Kind::exited);
  EXPECT_EQ(listener_.reports.size(), 1u);
}

TEST_F(ProcessExecutorTest, bad_lines_of_a_report_are_noted_and_skipped) {
  run(script_of(1,
                "printf before; printf '%s\\n' '{\"progress\": 2}' nonsense '' '{\"progress\": 1}' "
                ">> $UPKEEP_REPORT; printf '{\"retry_after\": 1}' >> $UPKEEP_REPORT"));
  ASSERT_EQ(listener_.reports.size(), 2u) << "a last line needs no line end";
  EXPECT_TRUE(std::holds_alternative<RetryAfter>(listener_.reports[1].second));
  const std::string log = log_of(1);
  EXPECT_TRUE(
      log.starts_with("before\nupkeep: a line of the report is skipped: progress must be "
                      "a number from 0 to 1, not 2: {\"progress\": 2}\n"))
      << log;
  EXPECT_NE(log.find("nonsense"), std::string::npos);
}

TEST_F(ProcessExecutorTest, a_report_has_its_limits) {
  make_executor(10'000'000, 1'000);
  run(script_of(1, "for i in {1..1000}; do echo '{\"progress\": 0.5}'; done >> $UPKEEP_REPORT"));
  EXPECT_GT(listener_.reports.size(), 10u);
  EXPECT_LT(listener_.reports.size(), 1000u);
  EXPECT_NE(log_of(1).find("what follows is not read"), std::string::npos);
}

TEST_F(ProcessExecutorTest, a_collector_may_spoil_its_files) {
  const std::string spoiling =
      "cd $(dirname $UPKEEP_REPORT); rm *; mkdir report; touch more; ln -s /etc/passwd partitions";
  EXPECT_EQ(run(script_of(1, spoiling)).number, 0);
  Launch launch = script_of(2, "ls $(dirname $UPKEEP_REPORT); cat $UPKEEP_PARTITIONS");
  launch.partitions = "{}\n";
  EXPECT_EQ(run(launch).text, "lock\npartitions\nreport\nscratch\n{}\n");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "run/attempt-1"));
}

TEST_F(ProcessExecutorTest, ten_thousand_attempts_leave_no_descriptor_behind) {
  const auto count = [] {
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
  };
  std::uint64_t last = 0;
  const auto start_next = [&](AttemptId) {
    if (last == 10'000) return;
    ++last;
    // One in ten cannot be started, one in ten prints.
    executor_->start(last % 10 == 0   ? launch_of(last, {"/no/such/program"})
                     : last % 10 == 1 ? launch_of(last, {"/bin/echo"})
                                      : launch_of(last, {"/bin/true"}));
  };
  run(launch_of(20'000, {"/bin/true"}));
  const auto before = count();
  listener_.on_end = start_next;
  for (int i = 0; i < 4; ++i) start_next({});
  ASSERT_TRUE(run_until(io_, [&] { return listener_.endings.size() == 10'001; }));
  EXPECT_EQ(count(), before);
}

}  // namespace
}  // namespace upkeep
