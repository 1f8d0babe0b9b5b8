#include "daemon/supervisor.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <thread>

#include "api/words.h"
#include "base/text.h"
#include "core/restart.h"
#include "daemon/folders.h"
#include "daemon/log.h"
#include "daemon/setup.h"
#include "io/descriptor.h"
#include "io/files.h"
#include "io/own_limits.h"
#include "io/owner_lock.h"

namespace upkeep {
namespace {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

/// A daemon that is not up by then will not be: it opens a database and two sockets.
constexpr Duration start_patience = 2min;
/// What the daemon prints beside its log, such as its last words.
constexpr const char* output_file = "/logs/daemon.out";

std::string pid_file(const std::string& state) { return state + "/run/supervisor.pid"; }

/// Held as long as the supervisor lives: by it others know that the number is its own.
Descriptor lock_pid_file(const std::string& state) {
  Descriptor file(::open(pid_file(state).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!file || ::flock(file.number(), LOCK_EX | LOCK_NB) != 0) return {};
  const std::string text = fmt::format("{}\n", ::getpid());
  const bool written =
      ::ftruncate(file.number(), 0) == 0 && ::write(file.number(), text.data(), text.size()) > 0;
  return written ? std::move(file) : Descriptor();
}

void redirect_output(const std::string& state) {
  const std::string path = state + output_file;
  struct stat facts{};
  const bool is_large = ::stat(path.c_str(), &facts) == 0 && facts.st_size > 1'000'000;
  const int flags = O_WRONLY | O_CREAT | O_APPEND | (is_large ? O_TRUNC : 0);
  const Descriptor nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
  const Descriptor file(::open(path.c_str(), flags | O_CLOEXEC, 0600));
  ::dup2(nothing.number(), STDIN_FILENO);
  ::dup2(file ? file.number() : nothing.number(), STDOUT_FILENO);
  ::dup2(file ? file.number() : nothing.number(), STDERR_FILENO);
}

class Supervisor {
 public:
  Supervisor(const Config& config, std::vector<std::string> arguments, Descriptor starter)
      : config_(config), arguments_(std::move(arguments)), starter_(std::move(starter)) {}

  int run();

 private:
  struct Daemon {
    pid_t pid = 0;
    Descriptor line;  ///< what its Lifeline writes
    std::string heard;
    steady_clock::time_point begun = steady_clock::now(), beat = begun;
    bool is_ready = false, is_killed = false;
  };

  void block_signals();
  bool launch();
  void listen();
  void hear(const std::string& line);
  void take_signals();
  std::optional<int> reap();
  void kill_if_it_hangs();
  /// False when it was asked to stop meanwhile.
  bool wait(Duration);
  void tell_starter(const std::string& text);
  void log(LogLevel level, const std::string& text) const {
    open_log(config_, false, {})(now_by_clock(), level, "supervisor", text);
  }

  const Config& config_;
  std::vector<std::string> arguments_;
  Descriptor starter_;  ///< whoever typed `start`, until it knows
  Descriptor signals_, lock_;
  Daemon daemon_;
  RestartPace pace_;
  bool is_stopping_ = false;
};

void Supervisor::block_signals() {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGCHLD}) ::sigaddset(&set, signal);
  ::sigprocmask(SIG_SETMASK, &set, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  signals_ = Descriptor(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

bool Supervisor::launch() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return false;
  Descriptor read_end(ends[0]), write_end(ends[1]);
  std::vector<std::string> words = {"upkeep"};
  words.insert(words.end(), arguments_.begin(), arguments_.end());
  words.insert(words.end(), {"--beat", std::to_string(write_end.number()), "--restarts",
                             std::to_string(pace_.restarts())});
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const pid_t pid = ::fork();
  if (pid < 0) return false;
  if (pid == 0) {
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::signal(SIGPIPE, SIG_DFL);
    ::fcntl(write_end.number(), F_SETFD, 0);
    ::execv("/proc/self/exe", argv.data());
    ::_exit(127);
  }
  ::fcntl(read_end.number(), F_SETFL, O_NONBLOCK);
  daemon_ = Daemon{};
  daemon_.pid = pid;
  daemon_.line = std::move(read_end);
  return true;
}

void Supervisor::hear(const std::string& line) {
  daemon_.beat = steady_clock::now();
  if (line.starts_with("ready ")) {
    daemon_.is_ready = true;
    tell_starter(fmt::format("ready {} {}\n", daemon_.pid, line.substr(6)));
    starter_ = Descriptor();
  } else if (line.starts_with("failed ")) {
    tell_starter(line + "\n");
  }
}

void Supervisor::listen() {
  std::array<char, 4096> bytes{};
  for (;;) {
    const ssize_t size = ::read(daemon_.line.number(), bytes.data(), bytes.size());
    if (size <= 0) return;
    daemon_.heard.append(bytes.data(), static_cast<std::size_t>(size));
    for (std::size_t end; (end = daemon_.heard.find('\n')) != std::string::npos;) {
      hear(daemon_.heard.substr(0, end));
      daemon_.heard.erase(0, end + 1);
    }
  }
}

void Supervisor::take_signals() {
  signalfd_siginfo info{};
  while (::read(signals_.number(), &info, sizeof info) == sizeof info) {
    const int signal = static_cast<int>(info.ssi_signo);
    if (signal == SIGCHLD) continue;
    if (signal != SIGHUP) is_stopping_ = true;
    if (daemon_.pid > 0) ::kill(daemon_.pid, signal);
  }
}

/// How the daemon ended, once it has.
std::optional<int> Supervisor::reap() {
  int status = 0;
  if (::waitpid(daemon_.pid, &status, WNOHANG) != daemon_.pid) return {};
  listen();
  daemon_.pid = 0;
  return status;
}

void Supervisor::kill_if_it_hangs() {
  const Duration allowed = daemon_.is_ready ? config_.loop.hang_after : start_patience;
  if (daemon_.is_killed || steady_clock::now() - daemon_.beat < allowed) return;
  log(LogLevel::error, fmt::format("the daemon (pid {}) has not moved for {}: it is ended",
                                   daemon_.pid, to_rough_text(allowed)));
  daemon_.is_killed = true;
  ::kill(daemon_.pid, SIGKILL);
}

bool Supervisor::wait(Duration span) {
  const auto until = steady_clock::now() + span;
  while (!is_stopping_ && steady_clock::now() < until) {
    pollfd signals{signals_.number(), POLLIN, 0};
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - steady_clock::now());
    ::poll(&signals, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
    take_signals();
  }
  return !is_stopping_;
}

void Supervisor::tell_starter(const std::string& text) {
  if (starter_) [[maybe_unused]]
    const ssize_t ignored = ::write(starter_.number(), text.data(), text.size());
}

std::string describe_end(int status) {
  if (WIFSIGNALED(status)) return fmt::format("was ended by signal {}", WTERMSIG(status));
  return fmt::format("ended with exit code {}", WEXITSTATUS(status));
}

int Supervisor::run() {
  block_signals();
  lock_ = lock_pid_file(config_.state);
  if (!lock_) {
    tell_starter("failed another supervisor is already there\n");
    return 1;
  }
  bool was_up = false;
  for (;;) {
    if (!launch()) log(LogLevel::error, "the daemon could not be started: " + error_text(errno));
    std::optional<int> status;
    while (daemon_.pid > 0 && !status) {
      std::array<pollfd, 2> waits{
          {{signals_.number(), POLLIN, 0}, {daemon_.line.number(), POLLIN, 0}}};
      ::poll(waits.data(), waits.size(), 1000);
      take_signals();
      listen();
      status = reap();
      if (!status) kill_if_it_hangs();
      // A line whose other end is closed would be readable for ever.
      if (!status && (waits[1].revents & POLLHUP) != 0) std::this_thread::sleep_for(20ms);
    }
    was_up |= daemon_.is_ready;
    const bool in_order = status && WIFEXITED(*status) && WEXITSTATUS(*status) == 0;
    if (is_stopping_ || (in_order && was_up)) return 0;
    if (!was_up) {
      tell_starter("failed the daemon " + describe_end(status.value_or(0)) + "\n");
      return 1;
    }
    const auto life = std::chrono::floor<Duration>(steady_clock::now() - daemon_.begun);
    const Duration pause = pace_.wait_after(life);
    log(LogLevel::error,
        fmt::format("the daemon {} after {}; it is started again in {}",
                    describe_end(status.value_or(0)), to_rough_text(life), to_rough_text(pause)));
    if (!wait(pause)) return 0;
  }
}

/// In the process that becomes the supervisor.
[[noreturn]] void become_supervisor(const Config& config, std::vector<std::string> arguments,
                                    Descriptor starter) {
  ::setsid();
  if (::fork() != 0) ::_exit(0);  // so that it can never have a terminal again
  ::prctl(PR_SET_NAME, "upkeep-guard");
  guard_process();
  redirect_output(config.state);
  if (starter.number() > 3) ::close_range(3, static_cast<unsigned>(starter.number() - 1), 0);
  ::close_range(static_cast<unsigned>(starter.number() + 1), ~0U, 0);
  ::_exit(Supervisor(config, std::move(arguments), std::move(starter)).run());
}

std::string read_all(int descriptor) {
  std::string text;
  std::array<char, 4096> bytes{};
  for (;;) {
    const ssize_t size = ::read(descriptor, bytes.data(), bytes.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return text;
    text.append(bytes.data(), static_cast<std::size_t>(size));
  }
}

}  // namespace

std::optional<pid_t> supervisor_of(const std::string& state) {
  const Descriptor file(::open(pid_file(state).c_str(), O_RDONLY | O_CLOEXEC));
  if (!file || ::flock(file.number(), LOCK_SH | LOCK_NB) == 0) return {};
  const auto text = read_file(pid_file(state));
  const auto number = text ? parse_number(trim(*text)) : std::nullopt;
  if (!number || *number == 0) return {};
  return static_cast<pid_t>(*number);
}

Result<Started> start_in_background(const Config& config, std::vector<std::string> arguments) {
  UPKEEP_CHECK(make_state_folders(config.state));
  UPKEEP_TRY(const auto owner, owner_of(config.state));
  if (owner) return fail(fmt::format("it already runs, as process {}", *owner));
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail("no pipe: " + error_text(errno));
  Descriptor answer(ends[0]), starter(ends[1]);
  const pid_t child = ::fork();
  if (child < 0) return fail("no process could be started: " + error_text(errno));
  if (child == 0) become_supervisor(config, std::move(arguments), std::move(starter));
  starter = Descriptor();
  ::waitpid(child, nullptr, 0);
  const std::string text = read_all(answer.number());
  if (text.starts_with("ready ")) {
    const auto words = split(trim(text), ' ');
    return Started{static_cast<pid_t>(parse_number(words.at(1)).value_or(0)),
                   words.size() > 2 ? std::string(words[2]) : ""};
  }
  // Of several reasons the first is the daemon's own.
  const std::string first(split(text, '\n').front());
  if (first.starts_with("failed ")) return fail(first.substr(7));
  return fail(fmt::format("the supervisor ended; see {}{}", config.state, output_file));
}

Result<bool> stop_running(const std::string& state, Duration patience) {
  UPKEEP_TRY(const auto owner, owner_of(state));
  const auto supervisor = supervisor_of(state);
  if (!owner && !supervisor) return false;
  const pid_t first = supervisor ? *supervisor : *owner;
  if (::kill(first, SIGTERM) != 0) {
    return fail(fmt::format("process {} cannot be told to stop: {}", first, error_text(errno)));
  }
  for (const auto until = steady_clock::now() + patience; steady_clock::now() < until;) {
    UPKEEP_TRY(const auto left, owner_of(state));
    if (!left && !supervisor_of(state)) return true;
    std::this_thread::sleep_for(20ms);
  }
  return fail(
      fmt::format("process {} has not ended within {}; what runs has its grace still, or "
                  "it hangs: kill -9 {} loses nothing",
                  first, to_rough_text(patience), owner.value_or(first)));
}

// --- The daemon's end ------------------------------------------------------------------

Lifeline::Lifeline(int descriptor) : descriptor_(descriptor) {
  ::signal(SIGPIPE, SIG_IGN);
  ::fcntl(descriptor_, F_SETFD, FD_CLOEXEC);
  ::fcntl(descriptor_, F_SETFL, O_NONBLOCK);
}

void Lifeline::ready(const std::string& http) const { write("ready " + http + "\n"); }

void Lifeline::failed(const std::string& why) const {
  std::string line = "failed " + why;
  std::ranges::replace(line, '\n', ' ');
  write(line + "\n");
}

void Lifeline::beat() const { write("beat\n"); }

void Lifeline::write(const std::string& line) const {
  const ssize_t size = ::write(descriptor_, line.data(), line.size());
  if (size < 0 && errno == EPIPE) is_cut_ = true;
}

}  // namespace upkeep
