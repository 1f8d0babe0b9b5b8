#include "io/check_command.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>

#include "base/text.h"
#include "io/descriptor.h"

extern char** environ;

namespace upkeep {
namespace {

/// Between two looks at the clock and at whether the answer is still wanted.
constexpr int look_every_ms = 100;
constexpr std::size_t words_max = 4096;

/// Two ends of a pipe, the parent's not blocking.
struct Pipe {
  Descriptor reading, writing;

  static Result<Pipe> make(bool parent_writes) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail_with(errno, "a pipe", "made");
    Pipe made{Descriptor(ends[0]), Descriptor(ends[1])};
    ::fcntl(parent_writes ? ends[1] : ends[0], F_SETFL, O_NONBLOCK);
    return made;
  }
};

int spawn(pid_t& pid, const CheckRun& run, int input, int output) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawnattr_init(&attributes);
  if (input < 0) {
    ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  } else {
    ::posix_spawn_file_actions_adddup2(&actions, input, 0);
  }
  ::posix_spawn_file_actions_adddup2(&actions, output, 1);
  ::posix_spawn_file_actions_adddup2(&actions, output, 2);
  ::posix_spawn_file_actions_addchdir_np(&actions, run.folder.c_str());
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &all);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  ::posix_spawnattr_setflags(
      &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::vector<char*> words;
  for (const std::string& word : run.command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  const int number = ::posix_spawnp(&pid, words[0], &actions, &attributes, words.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  return number;
}

/// A program that runs: what it gets and what it says.
class Running {
 public:
  Running(const CheckRun& run, pid_t pid, Descriptor input, Descriptor output)
      : run_(run),
        pid_(pid),
        process_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))),
        input_(std::move(input)),
        output_(std::move(output)) {}

  /// Until it ends; nothing when it takes too long.
  Result<std::optional<int>> wait(const std::stop_token& stop) {
    const auto deadline = std::chrono::steady_clock::now() + run_.timeout;
    while (true) {
      if (stop.stop_requested()) return fail("it was stopped");
      if (std::chrono::steady_clock::now() >= deadline) return std::nullopt;
      std::array<pollfd, 3> events{pollfd{process_.number(), POLLIN, 0},
                                   pollfd{output_.number(), POLLIN, 0},
                                   pollfd{input_.number(), POLLOUT, 0}};
      if (::poll(events.data(), events.size(), look_every_ms) <= 0) continue;
      if (events[1].revents != 0) hear();
      if (events[2].revents != 0) UPKEEP_CHECK(feed());
      if (events[0].revents == 0) continue;
      hear();
      return std::exchange(has_ended_, true) ? 0 : reap();
    }
  }

  /// Ends it, if it runs, and what it started.
  ~Running() {
    ::kill(-pid_, SIGKILL);
    if (!has_ended_) reap();
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  /// The last line that is not empty.
  std::string last_words() const {
    std::string_view text = words_;
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
    return std::string(text.substr(text.rfind('\n') + 1));
  }

 private:
  int reap() const {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {}
    return status;
  }

  /// What it says is kept as far as somebody may want to read it.
  void hear() {
    std::array<char, words_max> buffer;
    ssize_t count = 0;
    while ((count = ::read(output_.number(), buffer.data(), buffer.size())) > 0) {
      words_.append(buffer.data(), static_cast<std::size_t>(count));
      if (words_.size() > words_max) words_.erase(0, words_.size() - words_max);
    }
    if (count == 0) output_.close();
  }

  Result<void> feed() {
    if (piece_.empty()) {
      UPKEEP_TRY(piece_, run_.input());
      if (piece_.empty()) {
        input_.close();
        return {};
      }
    }
    const ssize_t count = ::write(input_.number(), piece_.data(), piece_.size());
    if (count > 0) piece_.remove_prefix(static_cast<std::size_t>(count));
    if (count < 0 && errno == EPIPE) input_.close();  // it has read enough
    return {};
  }

  const CheckRun& run_;
  const pid_t pid_;
  Descriptor process_, input_, output_;
  bool has_ended_ = false;
  std::string_view piece_;  ///< of the input: what is still to be written
  std::string words_;
};

/// An end that may have other reasons than the object.
bool is_from_outside(int status) {
  if (WIFEXITED(status)) return WEXITSTATUS(status) == 126 || WEXITSTATUS(status) == 127;
  const int signal = WTERMSIG(status);
  return signal == SIGKILL || signal == SIGTERM || signal == SIGINT || signal == SIGHUP;
}

}  // namespace

Result<std::optional<std::string>> run_check(const CheckRun& run, std::stop_token stop) {
  UPKEEP_TRY(Pipe output, Pipe::make(false));
  Pipe input;
  if (run.input) {
    UPKEEP_TRY(input, Pipe::make(true));
  }
  pid_t pid = 0;
  const int number = spawn(pid, run, input.reading.number(), output.writing.number());
  const std::string& program = run.command.front();
  if (number != 0) return fail_with(number, program, "run");
  input.reading.close();
  output.writing.close();
  Running running(run, pid, std::move(input.writing), std::move(output.reading));
  UPKEEP_TRY(const auto status, running.wait(stop));
  if (!status) return fmt::format("{} took longer than {}", program, to_rough_text(run.timeout));
  if (WIFEXITED(*status) && WEXITSTATUS(*status) == 0) return std::nullopt;
  const std::string words = running.last_words();
  std::string end =
      fmt::format("{} ended with {} {}{}", program, WIFEXITED(*status) ? "exit code" : "signal",
                  WIFEXITED(*status) ? WEXITSTATUS(*status) : WTERMSIG(*status),
                  words.empty() ? "" : ": " + words);
  if (is_from_outside(*status)) return fail(std::move(end));
  return words.empty() ? std::move(end) : words;
}

}  // namespace upkeep
