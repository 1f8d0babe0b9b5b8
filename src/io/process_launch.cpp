#include "io/process_launch.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>

#include "base/text.h"

namespace upkeep {
namespace {

/// Between the service manager and upkeep itself.
constexpr std::array<std::string_view, 6> private_variables = {
    "NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC", "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"};

std::string_view name_of(std::string_view variable) {
  return variable.substr(0, variable.find('='));
}

bool may_pass(const Isolation& isolation, std::string_view name) {
  if (!isolation.pass_env) return true;
  return std::ranges::any_of(*isolation.pass_env, [&](std::string_view allowed) {
    return allowed.ends_with('*') ? name.starts_with(allowed.substr(0, allowed.size() - 1))
                                  : name == allowed;
  });
}

/// A soft limit no higher than upkeep may set it.
rlimit limit_of(__rlimit_resource resource, std::uint64_t wanted) {
  rlimit limit{};
  ::getrlimit(resource, &limit);
  limit.rlim_cur = limit.rlim_max = std::min<rlim_t>(wanted, limit.rlim_max);
  return limit;
}

/// A descriptor that dup2() to 0, 1 and 2 cannot overwrite.
Descriptor above_standard(Descriptor file) {
  if (!file || file.number() > 2) return file;
  return Descriptor(::fcntl(file.number(), F_DUPFD_CLOEXEC, 3));
}

Ending not_started(int number, std::string text) {
  return {Ending::Kind::not_started, number, std::move(text)};
}

bool is_path(std::string_view program) { return program.find('/') != std::string_view::npos; }

std::string text_of_program_error(const Launch& launch, std::span<const std::string> programs,
                                  int number) {
  const std::string& program = launch.command.front();
  if (number == ENOENT || number == ENOTDIR) {
    if (!is_path(program)) {
      return fmt::format("command not found: {} is in none of the folders of PATH", program);
    }
    const std::string file =
        program.starts_with('/') ? program : fmt::format("{}/{}", launch.folder, program);
    struct stat facts{};
    return ::stat(file.c_str(), &facts) == 0
               ? fmt::format("{} cannot be run: the interpreter in its first line does not exist",
                             program)
               : fmt::format("command not found: {} does not exist", file);
  }
  if (number == EACCES) {
    return fmt::format("{} cannot be run: {}; is it executable (chmod +x)?",
                       is_path(program) ? program : programs.front(), error_text(number));
  }
  if (number == ENOEXEC) {
    return fmt::format("{} cannot be run: a script must begin with a line such as #!/bin/sh",
                       program);
  }
  if (number == E2BIG) {
    return fmt::format(
        "{} cannot be run: its arguments are too long; hand them over in the file "
        "{{partitions}}",
        program);
  }
  return fmt::format("{} cannot be run: {}", program, error_text(number));
}

std::string text_of(const Launch& launch, std::span<const std::string> programs,
                    const SpawnError& error) {
  switch (error.step) {
    case SpawnError::Step::fork:
      return fmt::format("no process can be started: {}", error_text(error.number));
    case SpawnError::Step::group:
      return fmt::format("it cannot join its cgroup: {}", error_text(error.number));
    case SpawnError::Step::folder:
      return fmt::format("the folder {} cannot be entered: {}", launch.folder,
                         error_text(error.number));
    case SpawnError::Step::program:
      break;
  }
  return text_of_program_error(launch, programs, error.number);
}

std::vector<char*> pointers_to(std::span<std::string> texts) {
  std::vector<char*> out;
  out.reserve(texts.size() + 1);
  for (std::string& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

/// Until that time of the wall clock; at most a century, so that nothing overflows.
Duration time_left(Time deadline) {
  const Time now = std::chrono::floor<Duration>(std::chrono::system_clock::now());
  if (deadline <= now) return {};
  return std::min<Duration>(deadline - now, std::chrono::years{100});
}

}  // namespace

ProcessLauncher::ProcessLauncher(ProcessSettings settings)
    : settings_(std::move(settings)),
      groups_(ControlGroups::find(settings_.run)),
      marker_(settings_.run, groups_.get()),
      folders_(settings_.run),
      no_input_(above_standard(Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC)))) {
  if (!no_input_) throw std::system_error(errno, std::generic_category(), "/dev/null");
  nice_ = ::getpriority(PRIO_PROCESS, 0);
  // 1 byte is too small for a core file, and is what also keeps the kernel from piping one to
  // a program (core(5)); 0 would not.
  ::getrlimit(RLIMIT_CORE, &core_);
  core_.rlim_cur = std::min<rlim_t>(1, core_.rlim_max);
  ::getrlimit(RLIMIT_DATA, &data_);
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    if (std::ranges::find(private_variables, name_of(*variable)) == private_variables.end()) {
      inherited_.emplace_back(*variable);
    }
  }
}

std::vector<std::string> ProcessLauncher::environment_of(const Launch& launch,
                                                         const AttemptFiles& files) const {
  std::vector<std::string> own;
  for (const auto& [name, value] : launch.environment) own.push_back(name + "=" + value);
  own.push_back(fmt::format("UPKEEP_ATTEMPT={}", launch.attempt.value));
  own.push_back("UPKEEP_DEADLINE=" + to_text(launch.deadline));
  own.push_back("UPKEEP_PARTITIONS=" + files.partitions);
  own.push_back("UPKEEP_REPORT=" + files.report);
  own.push_back("UPKEEP_SCRATCH=" + files.scratch);
  if (!launch.environment.contains("TMPDIR")) own.push_back("TMPDIR=" + files.scratch);
  const std::size_t added = own.size();
  own.reserve(added + inherited_.size());
  for (const std::string& variable : inherited_) {
    if (!may_pass(launch.isolation, name_of(variable))) continue;
    const auto is_same = [&](const std::string& one) { return name_of(one) == name_of(variable); };
    if (std::none_of(own.begin(), own.begin() + static_cast<std::ptrdiff_t>(added), is_same)) {
      own.push_back(variable);
    }
  }
  return own;
}

std::vector<std::string> ProcessLauncher::programs_of(const Launch& launch) const {
  const std::string& program = launch.command.front();
  if (is_path(program)) return {program};
  std::string path = "/usr/local/bin:/usr/bin:/bin";
  for (const std::string& variable : inherited_) {
    if (variable.starts_with("PATH=")) path = variable.substr(5);
  }
  if (const auto own = launch.environment.find("PATH"); own != launch.environment.end()) {
    path = own->second;
  }
  std::vector<std::string> programs;
  for (const std::string_view folder : split(path, ':')) {
    programs.push_back(folder.empty() ? "./" + program : fmt::format("{}/{}", folder, program));
  }
  return programs;
}

std::expected<ProcessLauncher::Prepared, Ending> ProcessLauncher::prepare(
    const Launch& launch, const AttemptFiles& files) {
  // Whatever the reason, the same launch may well succeed later: hence EAGAIN.
  const auto try_later = [](std::string text) {
    return std::unexpected(not_started(EAGAIN, std::move(text)));
  };
  auto lock = folders_.make(files, launch.partitions, launch.grace);
  if (!lock && lock.error().number == EWOULDBLOCK) {
    return try_later(fmt::format("a process of an earlier attempt still holds {}", files.lock));
  }
  if (!lock) {
    return try_later(
        fmt::format("{} cannot be made: {}", lock.error().path, error_text(lock.error().number)));
  }
  Prepared made;
  made.lock = above_standard(*std::move(lock));
  int ends[2];
  if (made.lock && ::pipe2(ends, O_CLOEXEC) == 0) {
    made.read_end = Descriptor(ends[0]);
    made.write_end = above_standard(Descriptor(ends[1]));
  }
  if (!made.write_end) {
    const int number = errno;
    folders_.release(files);
    return try_later("no pipe for the output of a process can be made: " + error_text(number));
  }
  if (groups_) {
    auto group = groups_->make(launch.attempt, launch.isolation.together);
    if (group) made.group = above_standard(*std::move(group));
    if (!made.group) {
      const std::string why = group ? error_text(errno) : group.error().text;
      groups_->remove(launch.attempt);
      folders_.release(files);
      return try_later("no cgroup for it can be made: " + why);
    }
  }
  return made;
}

std::expected<Spawned, Ending> ProcessLauncher::spawn(const Launch& launch,
                                                      const AttemptFiles& files,
                                                      const Prepared& prepared) {
  std::vector<std::string> arguments = launch.command;
  std::vector<std::string> environment = environment_of(launch, files);
  const std::vector<std::string> programs = programs_of(launch);
  const std::vector<char*> argument_pointers = pointers_to(arguments);
  const std::vector<char*> environment_pointers = pointers_to(environment);
  SpawnRequest request;
  request.programs = programs;
  request.arguments = argument_pointers.data();
  request.environment = environment_pointers.data();
  request.folder = launch.folder.empty() ? "." : launch.folder.c_str();
  request.input = no_input_.number();
  request.output = prepared.write_end.number();
  request.lock = prepared.lock.number();
  request.group = prepared.group.number();
  request.core = core_;
  request.data = data_;
  request.marker = marker_.limit(launch.attempt);
  const Isolation& isolation = launch.isolation;
  rlimit memory{}, open_files{};
  if (isolation.memory) {
    memory = limit_of(RLIMIT_AS, *isolation.memory);
    request.memory = &memory;
  }
  if (isolation.open_files) {
    open_files = limit_of(RLIMIT_NOFILE, *isolation.open_files);
    request.open_files = &open_files;
  }
  if (isolation.nice != 0) request.nice = std::min(19, nice_ + isolation.nice);
  request.has_new_privileges = isolation.new_privileges;
  auto spawned = spawner_.spawn(request);
  if (spawned) return *std::move(spawned);
  return std::unexpected(
      not_started(spawned.error().number, text_of(launch, programs, spawned.error())));
}

std::expected<ProcessAttempt, Ending> ProcessLauncher::launch(const Launch& launch,
                                                              SteadyTime now) {
  if (launch.command.empty() || launch.command.front().empty()) {
    return std::unexpected(not_started(0, "the command is empty"));
  }
  AttemptFiles files = attempt_files(settings_.run, launch.attempt);
  auto prepared = prepare(launch, files);
  if (!prepared) return std::unexpected(prepared.error());
  auto spawned = spawn(launch, files, *prepared);
  if (!spawned) {
    if (groups_) groups_->remove(launch.attempt);
    folders_.release(files);
    return std::unexpected(spawned.error());
  }
  ProcessReport report(files.report, settings_.report_max);
  return ProcessAttempt{
      .id = launch.attempt,
      .files = std::move(files),
      .leader = spawned->pid,
      .leader_pidfd = std::move(spawned->pidfd),
      .output_end = std::move(prepared->read_end),
      .output = ProcessOutput(fmt::format("{}/tasks/{}.log", settings_.logs, launch.attempt.value),
                              settings_.output_max, settings_.redaction),
      .report = std::move(report),
      .deadline = now + time_left(launch.deadline),
      .grace = launch.grace};
}

void ProcessLauncher::release(const ProcessAttempt& attempt) {
  if (groups_) groups_->remove(attempt.id);
  folders_.release(attempt.files);
}

}  // namespace upkeep
