// failures.log. It is opened for each line: failures are rare, and so neither a rotation by
// somebody else, nor a deleted file, nor a disk that was away needs any care.
#include "io/failures_log.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>

#include "io/descriptor.h"

namespace upkeep {
namespace {

/// One field of a line: without tabs, line ends and other control characters.
void append_field(std::string& line, std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    line += byte < 0x20 || byte == 0x7f ? ' ' : c;
  }
}

}  // namespace

std::optional<Error> FailuresLog::add(Time now, std::string_view source, FailureClass why,
                                      std::string_view text) {
  std::string line = to_text(now) + "\t";
  append_field(line, source);
  line.append("\t").append(to_text(why)).append("\t");
  append_field(line, text);
  line += '\n';
  const auto written = write(line);
  const bool was_failing = is_failing_;
  is_failing_ = !written;
  if (written || was_failing) return std::nullopt;
  return written.error();
}

Result<void> FailuresLog::write(const std::string& line) const {
  constexpr int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
  Descriptor file(::open(path_.c_str(), flags, 0644));
  if (!file) return fail_with(errno, path_, "opened");
  struct stat facts{};
  if (::fstat(file.number(), &facts) != 0) return fail_with(errno, path_, "looked at");
  if (facts.st_size > 0 && static_cast<std::uint64_t>(facts.st_size) + line.size() > size_max_) {
    UPKEEP_CHECK(rotate());
    file = Descriptor(::open(path_.c_str(), flags, 0644));
    if (!file) return fail_with(errno, path_, "opened");
    facts.st_size = 0;
  }
  errno = ENOSPC;  // the reason when only a part is written
  if (::write(file.number(), line.data(), line.size()) == static_cast<ssize_t>(line.size())) {
    return {};
  }
  const int number = errno;
  if (::ftruncate(file.number(), facts.st_size) != 0) return fail_with(errno, path_, "cut back");
  return fail_with(number, path_, "written");
}

/// "failures.log", "failures.log.1", "failures.log.2" …
std::string FailuresLog::rotated(int number) const {
  return number == 0 ? path_ : path_ + "." + std::to_string(number);
}

Result<void> FailuresLog::rotate() const {
  if (keep_ == 0 && ::unlink(path_.c_str()) != 0) return fail_with(errno, path_, "removed");
  for (int number = keep_; number > 0; --number) {
    const std::string from = rotated(number - 1);
    if (::rename(from.c_str(), rotated(number).c_str()) != 0 && errno != ENOENT) {
      return fail_with(errno, from, "renamed");
    }
  }
  return {};
}

}  // namespace upkeep
