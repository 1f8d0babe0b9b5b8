#include "io/process_report.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include "base/text.h"
#include "io/descriptor.h"

namespace upkeep {
namespace {
constexpr std::size_t line_max = 64 * 1024;
}

void ProcessReport::read(bool is_over, const Take& take, const Note& note) {
  struct stat facts{};
  if (::stat(path_.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode)) return;
  if ((facts.st_ino != inode_ && inode_ != 0) || facts.st_size < offset_) {
    offset_ = 0;
    rest_.clear();
  }
  inode_ = facts.st_ino;
  if (facts.st_size > offset_ && !is_full_) {
    const Descriptor file(::open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    char buffer[16 * 1024];
    ssize_t count = 0;
    while (!is_full_ && (count = ::pread(file.number(), buffer, sizeof buffer, offset_)) > 0) {
      offset_ += count;
      bytes_read_ += static_cast<std::uint64_t>(count);
      rest_.append(buffer, static_cast<std::size_t>(count));
      take_lines(take, note);
      is_full_ = bytes_read_ > bytes_max_ || rest_.size() > line_max;
    }
    if (is_full_) {
      note(
          fmt::format("the report holds more than {}, or a line of more than {}; what follows is "
                      "not read",
                      to_size_text(bytes_max_), to_size_text(line_max)));
      rest_.clear();
    }
  }
  if (is_over && !rest_.empty()) {
    rest_ += '\n';
    take_lines(take, note);
  }
}

void ProcessReport::take_lines(const Take& take, const Note& note) {
  std::size_t begin = 0;
  for (std::size_t end; (end = rest_.find('\n', begin)) != std::string::npos; begin = end + 1) {
    const std::string_view line = trim(std::string_view(rest_).substr(begin, end - begin));
    if (line.empty()) continue;
    if (const auto parsed = parse_report_line(line)) {
      take(*parsed);
    } else {
      note(fmt::format("a line of the report is skipped: {}: {}", parsed.error().text,
                       line.substr(0, 200)));
    }
  }
  rest_.erase(0, begin);
}

}  // namespace upkeep
