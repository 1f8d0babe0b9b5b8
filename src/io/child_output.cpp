#include "io/child_output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <optional>

#include "base/text.h"
#include "io/descriptor.h"
#include "io/own_limits.h"

extern char** environ;

namespace upkeep {
namespace {

/// Between two looks at the clock and at whether the answer is still wanted.
constexpr int look_every_ms = 100;

/// The attributes and actions of posix_spawn, which want to be freed.
class SpawnPlan {
 public:
  SpawnPlan(int output, int errors) {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawn_file_actions_addopen(&actions_, 0, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions_, output, 1);
    ::posix_spawn_file_actions_adddup2(&actions_, errors, 2);
    ::posix_spawnattr_init(&attributes_);
    // A group of its own: Ctrl-C at the terminal is for the parent, which then decides.
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
  }
  ~SpawnPlan() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  int spawn(pid_t& pid, const std::string& program,
            const std::vector<std::string>& arguments) const {
    std::vector<char*> words;
    for (const std::string& word : arguments) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    return ::posix_spawn(&pid, program.c_str(), &actions_, &attributes_, words.data(), environ);
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

/// Reads until the other end is closed; why it stopped before that, if it did.
std::optional<std::string> read_all(int pipe, Duration time, const std::stop_token& stop,
                                    const std::function<void(std::string&)>& came,
                                    std::string& output) {
  const auto deadline = std::chrono::steady_clock::now() + time;
  std::array<char, 64 * 1024> buffer;
  for (;;) {
    if (stop.stop_requested()) return "it was stopped";
    if (std::chrono::steady_clock::now() >= deadline) {
      return fmt::format("it took longer than {}", to_rough_text(time));
    }
    pollfd wait{pipe, POLLIN, 0};
    const int ready = ::poll(&wait, 1, look_every_ms);
    if (ready <= 0) continue;
    const ssize_t count = ::read(pipe, buffer.data(), buffer.size());
    if (count == 0) return {};
    if (count < 0 && errno != EINTR) return error_text(errno);
    if (count <= 0) continue;
    output.append(buffer.data(), static_cast<std::size_t>(count));
    if (came) came(output);
  }
}

/// The last line that is not empty.
std::string last_words(int file) {
  std::string text(4096, '\0');
  const off_t size = ::lseek(file, 0, SEEK_END);
  const off_t from = std::max<off_t>(size - static_cast<off_t>(text.size()), 0);
  const ssize_t count = ::pread(file, text.data(), text.size(), from);
  text.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

}  // namespace

Result<std::string> output_of(const std::string& program, const std::vector<std::string>& arguments,
                              Duration time, std::stop_token stop,
                              const std::function<void(std::string&)>& came) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail_with(errno, "a pipe", "made");
  const Descriptor reading(ends[0]);
  Descriptor writing(ends[1]);
  const Descriptor errors(::memfd_create("errors", MFD_CLOEXEC));
  if (!errors) return fail_with(errno, "a file in memory", "made");
  pid_t pid = 0;
  const int number = SpawnPlan(writing.number(), errors.number()).spawn(pid, program, arguments);
  if (number != 0) return fail_with(number, program, "run");
  writing.close();

  std::string output;
  const auto trouble = read_all(reading.number(), time, stop, came, output);
  if (trouble) ::kill(-pid, SIGKILL);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {}
  if (trouble) return fail(*trouble);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return output;
  const std::string words = last_words(errors.number());
  return fail(fmt::format("it ended with {} {}{}", WIFEXITED(status) ? "exit code" : "signal",
                          WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status),
                          words.empty() ? "" : ": " + words));
}

void live_as_child(std::uint64_t memory) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  guard_process();
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // these reserve terabytes
  const rlimit limit{memory, memory};
  ::setrlimit(RLIMIT_DATA, &limit);
#else
  (void)memory;
#endif
}

}  // namespace upkeep
