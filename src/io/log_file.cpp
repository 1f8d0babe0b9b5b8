#include "io/log_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "base/json_text.h"

namespace upkeep {
namespace {

constexpr std::array upper_names{"DEBUG", "INFO", "WARNING", "ERROR"};
constexpr std::array<int, 4> priorities{7, 6, 4, 3};  // syslog(3)

constexpr std::string_view own_name = "log";

std::size_t index_of(LogLevel level) { return static_cast<std::size_t>(level); }

std::string in_one_line(std::string_view text) {
  std::string line(text);
  std::ranges::replace_if(line, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
  return line;
}

/// Writes all or nothing. `size` is that of the file before; nothing for what is no file.
Result<void> write_whole(int descriptor, const std::string& line, std::string_view path,
                         std::optional<std::uint64_t> size) {
  errno = ENOSPC;  // the reason when only a part is written
  const ssize_t written = ::write(descriptor, line.data(), line.size());
  if (written == static_cast<ssize_t>(line.size())) return {};
  const int why = errno;
  struct stat facts{};
  // Unless another process has written behind it.
  if (written > 0 && size && ::fstat(descriptor, &facts) == 0 &&
      static_cast<std::uint64_t>(facts.st_size) == *size + static_cast<std::uint64_t>(written)) {
    if (::ftruncate(descriptor, static_cast<off_t>(*size)) != 0) {
      return fail_with(errno, path, "cut back");
    }
  }
  return fail_with(why, path, "written");
}

}  // namespace

LogLevel least_level(const LogSettings& log, std::string_view component) {
  std::optional<LogLevel> own;
  if (component == "loop") own = log.levels.loop;
  if (component == "reconciler") own = log.levels.reconciler;
  if (component == "orchestrator") own = log.levels.orchestrator;
  if (component == "supervisor") own = log.levels.supervisor;
  return own.value_or(log.level);
}

std::optional<int> journal_on(int descriptor, std::string_view journal_stream) {
  struct stat facts{};
  if (journal_stream.empty() || ::fstat(descriptor, &facts) != 0) return {};
  if (fmt::format("{}:{}", facts.st_dev, facts.st_ino) != journal_stream) return {};
  return descriptor;
}

void LogFile::write(Time now, LogLevel level, std::string_view component, std::string_view text) {
  const std::lock_guard lock(mutex_);
  if (level < least_level(settings_.log, component)) return;
  if (lost_ > 0) {
    const std::string notice = fmt::format("{} {} could not be written here: {}", lost_,
                                           lost_ == 1 ? "line" : "lines", why_lost_);
    if (!put(line_of(now, LogLevel::warning, own_name, notice))) {
      ++lost_;
      return;
    }
    lost_ = 0;
  }
  const std::string before = why_not_rotated_;
  put_or_lose(line_of(now, level, component, text));
  if (!why_not_rotated_.empty() && before.empty()) {
    put_or_lose(line_of(now, LogLevel::warning, own_name,
                        "the log grows beyond its size: " + why_not_rotated_));
  }
}

LogFile::LogFile(LogFileSettings settings) { set(std::move(settings)); }

void LogFile::set(LogFileSettings settings) {
  const std::lock_guard lock(mutex_);
  settings_ = std::move(settings);
  file_.close();
}

std::uint64_t LogFile::lost() const {
  const std::lock_guard lock(mutex_);
  return lost_;
}

std::string LogFile::line_of(Time now, LogLevel level, std::string_view component,
                             std::string_view text) const {
  const Redaction* redaction = settings_.redaction.get();
  const std::string from = in_one_line(component);
  const std::string said = in_one_line(redaction == nullptr ? text : redaction->of(text));
  if (settings_.journal) {
    return fmt::format("<{}>{}: {}\n", priorities.at(index_of(level)), from, said);
  }
  if (settings_.log.format == LogSettings::Format::json) {
    return fmt::format("{{\"time\":\"{}\",\"level\":\"{}\",\"component\":{},\"text\":{}}}\n",
                       to_text(now), to_text(level), to_json_string(from), to_json_string(said));
  }
  return fmt::format("{} {} {}: {}\n", to_text(now), upper_names.at(index_of(level)), from, said);
}

bool LogFile::put_or_lose(const std::string& line) {
  const auto written = put(line);
  if (written) return true;
  ++lost_;
  why_lost_ = written.error().text;
  return false;
}

Result<void> LogFile::put(const std::string& line) {
  if (!settings_.journal) return put_in_file(line);
  return write_whole(*settings_.journal, line, "the journal", {});
}

Result<void> LogFile::put_in_file(const std::string& line) {
  UPKEEP_TRY(std::uint64_t size, open());
  if (size > 0 && size + line.size() > settings_.log.max_size) {
    const auto rotated = rotate();
    why_not_rotated_ = rotated ? "" : rotated.error().text;
    UPKEEP_TRY(size, open());
  }
  return write_whole(file_.number(), line, settings_.path, size);
}

/// The size of the file, which is the one that has the path now.
Result<std::uint64_t> LogFile::open() {
  constexpr int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
  struct stat named{};
  struct stat ours{};
  const bool is_there = ::stat(settings_.path.c_str(), &named) == 0;
  const bool is_ours = file_ && ::fstat(file_.number(), &ours) == 0 && is_there &&
                       named.st_dev == ours.st_dev && named.st_ino == ours.st_ino;
  if (!is_ours) {
    file_ = Descriptor(::open(settings_.path.c_str(), flags, 0640));
    if (!file_) return fail_with(errno, settings_.path, "opened");
    if (::fstat(file_.number(), &ours) != 0) return fail_with(errno, settings_.path, "looked at");
  }
  return S_ISREG(ours.st_mode) ? static_cast<std::uint64_t>(ours.st_size) : 0;
}

Result<void> LogFile::rotate() {
  const auto numbered = [&](int number) {
    return number == 0 ? settings_.path : fmt::format("{}.{}", settings_.path, number);
  };
  if (settings_.log.keep == 0 && ::unlink(settings_.path.c_str()) != 0) {
    return fail_with(errno, settings_.path, "removed");
  }
  for (int number = settings_.log.keep; number > 0; --number) {
    const std::string from = numbered(number - 1);
    if (::rename(from.c_str(), numbered(number).c_str()) != 0 && errno != ENOENT) {
      return fail_with(errno, from, "renamed");
    }
  }
  return {};
}

}  // namespace upkeep
