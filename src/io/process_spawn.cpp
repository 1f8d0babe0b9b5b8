// The child shares the memory of its parent, which waits, until it has become the other
// program (CLONE_VM and CLONE_VFORK): no page table is copied, however large upkeep is. In
// between it may only make system calls, and no sanitizer may watch it.
#include "io/process_spawn.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <vector>

#include "base/assert.h"
#include "io/process_lock.h"

#define UPKEEP_UNWATCHED __attribute__((no_sanitize("address", "thread", "undefined")))

namespace upkeep {
namespace {

constexpr std::size_t stack_size = 64 * 1024;
/// Above what programs and scripts use for themselves, below every usual limit.
constexpr long lock_number_min = 200;

/// What parent and child share.
struct Shared {
  const SpawnRequest* request;
  const char* const* programs;
  std::size_t programs_count;
  SpawnError error;
};

// The plain system call: the wrappers of libc are what sanitizers watch.
UPKEEP_UNWATCHED inline long call(long number, long a = 0, long b = 0, long c = 0, long d = 0,
                                  long e = 0) {
  return ::syscall(number, a, b, c, d, e);
}

template <class T>
UPKEEP_UNWATCHED inline long at(const T* pointer) {
  return reinterpret_cast<long>(pointer);
}

/// Tries the programs as execvp does, and tells why none could be run.
UPKEEP_UNWATCHED int run_program(const Shared& shared) {
  int number = ENOENT;
  for (std::size_t i = 0; i < shared.programs_count; ++i) {
    call(SYS_execve, at(shared.programs[i]), at(shared.request->arguments),
         at(shared.request->environment));
    if (errno == EACCES) {
      number = EACCES;  // worth telling, but a later folder may hold one that can be run
    } else if (errno != ENOENT && errno != ENOTDIR && errno != ENODEV && errno != ESTALE &&
               errno != ETIMEDOUT) {
      return errno;
    }
  }
  return number;
}

/// Writes the number into its place in the lock file.
UPKEEP_UNWATCHED void write_number(int file, long number) {
  char text[lock_number_width];
  for (int i = lock_number_width - 1; i >= 0; --i, number /= 10) {
    text[i] = number != 0 ? static_cast<char>('0' + number % 10) : ' ';
  }
  call(SYS_pwrite64, file, at(text), lock_number_width, lock_number_offset);
}

/// What cannot be set stays as it is: upkeep may itself be limited to less.
UPKEEP_UNWATCHED void isolate(const SpawnRequest& request) {
  call(SYS_prlimit64, 0, RLIMIT_CORE, at(&request.core));
  call(SYS_prlimit64, 0, RLIMIT_DATA, at(&request.data));
  call(SYS_prlimit64, 0, RLIMIT_RTTIME, at(&request.marker));
  if (request.memory != nullptr) call(SYS_prlimit64, 0, RLIMIT_AS, at(request.memory));
  if (request.open_files != nullptr) call(SYS_prlimit64, 0, RLIMIT_NOFILE, at(request.open_files));
  if (request.nice != 0) call(SYS_setpriority, PRIO_PROCESS, 0, request.nice);
  if (!request.has_new_privileges) call(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1);
}

/// The child's part. Returns only by becoming another program or by ending.
UPKEEP_UNWATCHED int become_program(void* argument) {
  Shared& shared = *static_cast<Shared*>(argument);
  const SpawnRequest& request = *shared.request;
  call(SYS_setpgid, 0, 0);
  // Handlers end with exec, but ignored signals would stay ignored; and until then no handler
  // may run in the shared memory.
  struct {
    void (*handler)(int);
    unsigned long flags;
    void (*restorer)();
    unsigned long mask;
  } by_default = {};
  for (int signal = 1; signal <= 64; ++signal) {
    call(SYS_rt_sigaction, signal, at(&by_default), 0, 8);
  }
  call(SYS_dup3, request.input, 0);
  call(SYS_dup3, request.output, 1);
  call(SYS_dup3, request.output, 2);
  call(SYS_close_range, 3, ~0U, CLOSE_RANGE_CLOEXEC);
  if (call(SYS_fcntl, request.lock, F_DUPFD, lock_number_min) < 0) {
    call(SYS_fcntl, request.lock, F_DUPFD, 3);
  }
  write_number(request.lock, call(SYS_getpid));
  isolate(request);
  if (request.group >= 0 && call(SYS_write, request.group, at("0"), 1) != 1) {
    shared.error = {SpawnError::Step::group, errno};
  } else if (call(SYS_chdir, at(request.folder)) != 0) {
    shared.error = {SpawnError::Step::folder, errno};
  } else {
    const unsigned long no_signals = 0;
    call(SYS_rt_sigprocmask, SIG_SETMASK, at(&no_signals), 0, 8);
    shared.error = {SpawnError::Step::program, run_program(shared)};
  }
  call(SYS_exit_group, 127);
  return 127;
}

}  // namespace

Spawner::Spawner() {
  stack_ = ::mmap(nullptr, stack_size, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (stack_ == MAP_FAILED) {
    throw std::system_error(errno, std::generic_category(), "no memory for a stack");
  }
}

Spawner::~Spawner() { ::munmap(stack_, stack_size); }

std::expected<Spawned, SpawnError> Spawner::spawn(const SpawnRequest& request) {
  UPKEEP_ASSERT(request.input > 2 && request.output > 2 && request.lock > 2);
  std::vector<const char*> programs;
  programs.reserve(request.programs.size());
  for (const std::string& program : request.programs) programs.push_back(program.c_str());
  Shared shared{&request, programs.data(), programs.size(), {}};

  sigset_t all, before;  // no handler of upkeep may run in the child
  sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, &before);
  int pidfd = -1;
  const int pid = ::clone(become_program, static_cast<char*>(stack_) + stack_size,
                          CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, &shared, &pidfd);
  const int fork_error = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);

  if (pid < 0) return std::unexpected(SpawnError{SpawnError::Step::fork, fork_error});
  Spawned spawned{pid, Descriptor(pidfd)};
  if (shared.error.number != 0) {
    while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {}
    return std::unexpected(shared.error);
  }
  return spawned;
}

}  // namespace upkeep
