#include "io/process_executor.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <filesystem>
#include <map>
#include <set>
#include <system_error>
#include <vector>

#include "base/assert.h"
#include "io/files.h"
#include "io/process_events.h"
#include "io/process_orphans.h"
#include "io/process_tree.h"

namespace upkeep {
namespace {
using namespace std::chrono_literals;

/// How often reports are looked at, and processes that ended unseen are waited for.
constexpr Duration round = 250ms;
constexpr std::size_t buffer_size = 64 * 1024;

/// What a descriptor of an attempt means when it becomes readable.
enum class Source : std::uint8_t { leader, output, stray };
constexpr std::uint64_t key_of(AttemptId id, Source source) {
  return id.value << 2 | static_cast<std::uint64_t>(source);
}

SteadyTime now() { return std::chrono::steady_clock::now(); }

/// Waits for a child that has ended; its status, or nothing while it is alive.
std::optional<int> wait_for(pid_t pid) {
  int status = 0;
  const pid_t waited = ::waitpid(pid, &status, WNOHANG);
  return waited == pid ? std::optional(status) : std::nullopt;
}

/// Has the child ended? It stays to be waited for.
bool has_ended(pid_t pid) {
  siginfo_t facts{};
  const int result = ::waitid(P_PID, static_cast<id_t>(pid), &facts, WEXITED | WNOHANG | WNOWAIT);
  return result != 0 || facts.si_pid == pid;  // an error: somebody else waited for it
}

/// Children whose parent ignores SIGCHLD vanish before anybody can wait for them.
void keep_ended_children() {
  struct sigaction action{};
  if (::sigaction(SIGCHLD, nullptr, &action) != 0) return;
  if (action.sa_handler != SIG_IGN && (action.sa_flags & SA_NOCLDWAIT) == 0) return;
  ::signal(SIGCHLD, SIG_DFL);
}

}  // namespace

struct ProcessExecutor::Parts {
  Parts(boost::asio::io_context& io_context, ExecutorListener& listener_, ProcessSettings settings)
      : io(io_context),
        listener(listener_),
        launcher(std::move(settings)),
        orphans(launcher.settings().run, launcher.marker(), launcher.groups()),
        events(io, [this](std::uint64_t key) { handle(key); }),
        timer(io),
        buffer(buffer_size) {}

  void handle(std::uint64_t key);
  void read_output(ProcessAttempt&);
  void drain_output(ProcessAttempt&);
  void close_output(ProcessAttempt&);
  void read_report(ProcessAttempt&, bool is_over);

  void stop(ProcessAttempt&, Ending::Kind cause);
  void begin_to_end(ProcessAttempt&);
  void signal_all(ProcessAttempt&, int signal);
  void look_for_strays();
  bool add_stray(pid_t);
  void await_strays(ProcessAttempt&);
  void look_at(ProcessAttempt&, SteadyTime);
  void settle(ProcessAttempt&);
  void tell_of_limits(ProcessAttempt&);
  void finish(ProcessAttempt&);

  void arm();
  void on_time();
  void post_not_started(AttemptId, Ending);

  boost::asio::io_context& io;
  ExecutorListener& listener;
  ProcessLauncher launcher;
  ProcessOrphans orphans;
  ProcessEvents events;
  boost::asio::steady_timer timer;
  SteadyTime armed_for = SteadyTime::max();
  SteadyTime next_round = SteadyTime::max();

  std::map<AttemptId, ProcessAttempt> attempts;
  OwnChildren children;
  std::vector<pid_t> listed;
  std::set<pid_t> foreign;             ///< children that other parts of upkeep look after
  std::map<pid_t, SteadyTime> unsure;  ///< or so it seems, since then
  std::vector<char> buffer;
  /// What posted handlers look at: they may run when the executor is gone.
  std::shared_ptr<const bool> alive = std::make_shared<const bool>(true);
};

void ProcessExecutor::Parts::handle(std::uint64_t key) {
  const auto found = attempts.find(AttemptId{key >> 2});
  if (found == attempts.end()) return;  // it ended earlier in the same round of events
  ProcessAttempt& attempt = found->second;
  if (static_cast<Source>(key & 3) == Source::output) {
    read_output(attempt);
  } else {
    settle(attempt);
  }
}

void ProcessExecutor::Parts::read_output(ProcessAttempt& attempt) {
  if (!attempt.output_end) return;
  const ssize_t count = ::read(attempt.output_end.number(), buffer.data(), buffer.size());
  if (count < 0 && errno == EINTR) return;
  if (count <= 0) {
    close_output(attempt);
  } else {
    attempt.output.add({buffer.data(), static_cast<std::size_t>(count)});
  }
}

void ProcessExecutor::Parts::drain_output(ProcessAttempt& attempt) {
  // A process that is no descendant may have been handed the pipe: never wait for its end,
  // and read no more than a pipe can hold.
  int waiting = 0;
  for (std::size_t left = 16; left > 0 && attempt.output_end; --left) {
    if (::ioctl(attempt.output_end.number(), FIONREAD, &waiting) != 0 || waiting == 0) break;
    read_output(attempt);
  }
  close_output(attempt);
}

void ProcessExecutor::Parts::close_output(ProcessAttempt& attempt) {
  if (!attempt.output_end) return;
  events.remove(attempt.output_end.number());
  attempt.output_end.close();
}

void ProcessExecutor::Parts::read_report(ProcessAttempt& attempt, bool is_over) {
  attempt.report.read(
      is_over, [&](const ReportLine& line) { listener.reported(attempt.id, line); },
      [&](std::string_view text) { attempt.output.note(text); });
}

/// Ends an attempt whose first process has not ended by itself.
void ProcessExecutor::Parts::stop(ProcessAttempt& attempt, Ending::Kind cause) {
  if (attempt.kill_at || has_ended(attempt.leader)) return;
  attempt.cause = cause;
  look_for_strays();
  begin_to_end(attempt);
}

void ProcessExecutor::Parts::begin_to_end(ProcessAttempt& attempt) {
  attempt.kill_at = now() + attempt.grace;
  signal_all(attempt, SIGTERM);
  signal_all(attempt, SIGCONT);  // a stopped process takes no SIGTERM
  arm();
}

void ProcessExecutor::Parts::signal_all(ProcessAttempt& attempt, int signal) {
  if (signal == SIGKILL && launcher.groups() != nullptr) launcher.groups()->kill(attempt.id);
  const auto signal_child = [&](pid_t pid) {
    signal_below(pid, signal, attempt.leader);
    // Nobody but this thread waits for it: its number is still its own.
    const auto facts = facts_of(pid);
    if (facts && facts->group != attempt.leader) ::kill(pid, signal);
  };
  for (const Stray& stray : attempt.strays) signal_child(stray.pid);
  signal_child(attempt.leader);
  ::kill(-attempt.leader, signal);
}

/// Sorts the children of this process: waits for those that have ended, and gives the others
/// to the attempts that they descend from.
void ProcessExecutor::Parts::look_for_strays() {
  for (bool is_changed = true; is_changed;) {
    is_changed = false;
    children.list(listed);
    const auto is_gone = [&](pid_t pid) { return std::ranges::find(listed, pid) == listed.end(); };
    std::erase_if(foreign, is_gone);
    std::erase_if(unsure, [&](const auto& one) { return is_gone(one.first); });
    std::set<pid_t> known = foreign;
    for (auto& [id, attempt] : attempts) {
      known.insert(attempt.leader);
      std::erase_if(attempt.strays, [&](const Stray& stray) {
        known.insert(stray.pid);
        const bool is_over = is_gone(stray.pid) || wait_for(stray.pid);
        is_changed |= is_over;
        return is_over;
      });
    }
    for (const pid_t pid : listed) {
      if (!known.contains(pid)) is_changed |= add_stray(pid);
    }
  }
}

/// Has the child ended? Then its own children may have come up meanwhile.
bool ProcessExecutor::Parts::add_stray(pid_t pid) {
  bool is_unsure = false;
  const auto id = launcher.marker().attempt_of(pid, &is_unsure);
  if (!id) {
    const SteadyTime since = unsure.try_emplace(pid, now()).first->second;
    if (is_unsure && now() - since < round) return false;
    unsure.erase(pid);
    foreign.insert(pid);
    return false;
  }
  unsure.erase(pid);
  if (wait_for(pid)) return true;
  const auto found = attempts.find(*id);
  if (found != attempts.end()) found->second.strays.push_back({pid});
  return false;  // without an attempt it is an orphan that hangs here
}

/// Only of a few at once, lest a swarm of them takes up all descriptors.
void ProcessExecutor::Parts::await_strays(ProcessAttempt& attempt) {
  constexpr std::size_t awaited_max = 16;
  for (Stray& stray :
       std::span(attempt.strays).first(std::min(attempt.strays.size(), awaited_max))) {
    if (stray.pidfd) continue;
    stray.pidfd = Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, stray.pid, 0)));
    if (stray.pidfd) events.add(stray.pidfd.number(), key_of(attempt.id, Source::stray));
  }
}

/// After the end of the first process or of a stray: what is left to be done?
void ProcessExecutor::Parts::settle(ProcessAttempt& attempt) {
  if (!attempt.leader_ended && has_ended(attempt.leader)) {
    events.remove(attempt.leader_pidfd.number());
    attempt.leader_pidfd.close();
    attempt.leader_ended = true;
  }
  look_for_strays();
  if (!attempt.leader_ended) return;
  if (attempt.strays.empty()) {
    if (unsure.empty()) finish(attempt);  // otherwise a later round does
    return;
  }
  await_strays(attempt);
  if (!attempt.kill_at) {
    begin_to_end(attempt);
  } else if (now() >= *attempt.kill_at) {
    signal_all(attempt, SIGKILL);
  }
}

/// For people who wonder why it failed.
void ProcessExecutor::Parts::tell_of_limits(ProcessAttempt& attempt) {
  if (launcher.groups() == nullptr) return;
  const GroupEvents met = launcher.groups()->events_of(attempt.id);
  if (met.took_all_processes) {
    attempt.output.add("upkeep: it wanted more processes than isolation.together allows\n");
  }
  if (met.took_all_memory) {
    attempt.output.add("upkeep: killed, it took more memory than isolation.together allows\n");
  }
}

void ProcessExecutor::Parts::finish(ProcessAttempt& attempt) {
  drain_output(attempt);
  read_report(attempt, true);
  tell_of_limits(attempt);
  const auto status = wait_for(attempt.leader);
  Ending ending;
  if (attempt.cause) {
    ending.kind = *attempt.cause;
  } else if (status && WIFSIGNALED(*status)) {
    ending = {Ending::Kind::signalled, WTERMSIG(*status), {}};
  } else {
    ending = {Ending::Kind::exited, status ? WEXITSTATUS(*status) : -1, {}};
  }
  ending.text = attempt.output.finish();
  launcher.release(attempt);
  const AttemptId id = attempt.id;
  attempts.erase(id);
  listener.ended(id, ending);
}

void ProcessExecutor::Parts::arm() {
  const SteadyTime time = now();
  SteadyTime next = orphans.next_look();
  if (!attempts.empty()) next = std::min(next, next_round);
  for (const auto& [id, attempt] : attempts) {
    // Later ones than these are served by the rounds.
    const SteadyTime due = attempt.kill_at.value_or(attempt.deadline);
    if (due > time) next = std::min(next, due);
  }
  if (next >= armed_for) return;  // an earlier look finds out what comes next
  armed_for = next;
  timer.expires_at(next);
  timer.async_wait([this, weak = std::weak_ptr(alive)](const boost::system::error_code& error) {
    if (!error && !weak.expired()) on_time();
  });
}

void ProcessExecutor::Parts::on_time() {
  armed_for = SteadyTime::max();
  const SteadyTime time = now();
  look_for_strays();
  std::vector<AttemptId> ids;
  for (const auto& [id, attempt] : attempts) ids.push_back(id);
  for (const AttemptId id : ids) {
    if (const auto found = attempts.find(id); found != attempts.end()) look_at(found->second, time);
  }
  for (const AttemptId id : orphans.look(time)) listener.orphan_ended(id);
  next_round = time + round;
  arm();
}

void ProcessExecutor::Parts::look_at(ProcessAttempt& attempt, SteadyTime time) {
  read_report(attempt, false);
  if (attempt.deadline <= time) stop(attempt, Ending::Kind::timed_out);
  if (attempt.kill_at && *attempt.kill_at <= time) signal_all(attempt, SIGKILL);
  settle(attempt);
}

void ProcessExecutor::Parts::post_not_started(AttemptId id, Ending ending) {
  boost::asio::post(io, [this, weak = std::weak_ptr(alive), id, ending = std::move(ending)] {
    if (!weak.expired()) listener.ended(id, ending);
  });
}

Result<std::unique_ptr<ProcessExecutor>> ProcessExecutor::make(boost::asio::io_context& io,
                                                               ExecutorListener& listener,
                                                               ProcessSettings settings) {
  // Collectors run in other folders and are told these paths.
  settings.logs = std::filesystem::absolute(settings.logs).lexically_normal().string();
  settings.run = std::filesystem::absolute(settings.run).lexically_normal().string();
  UPKEEP_CHECK(make_folders(settings.logs + "/tasks"));
  UPKEEP_CHECK(make_folders(settings.run));
  keep_ended_children();
  if (::prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) {
    return fail("collectors cannot be watched: " + error_text(errno));
  }
  try {
    auto parts = std::make_unique<Parts>(io, listener, std::move(settings));
    return std::unique_ptr<ProcessExecutor>(new ProcessExecutor(std::move(parts)));
  } catch (const std::system_error& error) {
    return fail(fmt::format("collectors cannot be started: {}", error.what()));
  }
}

ProcessExecutor::ProcessExecutor(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
ProcessExecutor::~ProcessExecutor() = default;

void ProcessExecutor::start(const Launch& launch) {
  UPKEEP_ASSERT(!parts_->attempts.contains(launch.attempt));
  const SteadyTime time = now();
  auto launched = parts_->launcher.launch(launch, time);
  if (!launched) {
    parts_->post_not_started(launch.attempt, std::move(launched.error()));
    return;
  }
  if (parts_->attempts.empty()) parts_->next_round = time + round;
  ProcessAttempt& attempt =
      parts_->attempts.emplace(launch.attempt, *std::move(launched)).first->second;
  // Should the system refuse, the rounds find out about its end all the same.
  parts_->events.add(attempt.leader_pidfd.number(), key_of(attempt.id, Source::leader));
  parts_->events.add(attempt.output_end.number(), key_of(attempt.id, Source::output));
  parts_->arm();
}

void ProcessExecutor::stop(AttemptId id) {
  const auto found = parts_->attempts.find(id);
  if (found == parts_->attempts.end()) {
    parts_->orphans.stop(id, now());
    parts_->arm();
  } else {
    parts_->stop(found->second, Ending::Kind::interrupted);
  }
}

void ProcessExecutor::watch(AttemptId id) {
  parts_->orphans.watch(id, now());
  parts_->arm();
}

void ProcessExecutor::limit_own_cpu(std::optional<double> cores) {
  if (parts_->launcher.groups() != nullptr) parts_->launcher.groups()->limit_own_cpu(cores);
}

std::vector<AttemptId> ProcessExecutor::running() const {
  std::vector<AttemptId> ids;
  for (const auto& [id, attempt] : parts_->attempts) ids.push_back(id);
  return ids;
}

std::string ProcessExecutor::partitions_path(AttemptId id) const {
  return attempt_files(parts_->launcher.settings().run, id).partitions;
}

std::string ProcessExecutor::report_path(AttemptId id) const {
  return attempt_files(parts_->launcher.settings().run, id).report;
}

}  // namespace upkeep
