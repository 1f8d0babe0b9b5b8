#include "io/process_output.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

#include "base/text.h"

namespace upkeep {
namespace {
constexpr std::size_t tail_size = 64 * 1024;
}

void ProcessOutput::add(std::string_view bytes) { keep(stream_.add(bytes)); }

void ProcessOutput::keep(std::string_view bytes) {
  const auto kept = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), bytes_left_));
  write(bytes.substr(0, kept));
  bytes_left_ -= kept;
  bytes_dropped_ += bytes.size() - kept;

  if (bytes.size() > tail_size) bytes.remove_prefix(bytes.size() - tail_size);
  // Cut only when it has doubled, so that many small writes do not move it each time.
  if (tail_.size() + bytes.size() > 2 * tail_size) {
    tail_.erase(0, tail_.size() + bytes.size() - tail_size);
  }
  tail_ += bytes;
}

void ProcessOutput::note(std::string_view line) {
  if (notes_left_ == 0) return;
  --notes_left_;
  const std::string shown = redaction_ == nullptr ? std::string(line) : redaction_->of(line);
  write(fmt::format("{}upkeep: {}{}\n", ends_in_line_ ? "\n" : "", shown,
                    notes_left_ == 0 ? " (no more of these)" : ""));
}

std::string ProcessOutput::finish() {
  keep(stream_.finish());
  if (bytes_dropped_ > 0 && !is_broken_) {
    notes_left_ = std::max(notes_left_, 2);
    note(
        fmt::format("{} bytes more were printed and are not kept", with_thousands(bytes_dropped_)));
  }
  file_.close();
  return std::move(tail_);
}

void ProcessOutput::write(std::string_view bytes) {
  if (bytes.empty() || is_broken_) return;
  if (!file_) {
    file_ = Descriptor(::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  }
  ends_in_line_ = bytes.back() != '\n';
  while (!bytes.empty()) {
    const ssize_t written = ::write(file_.number(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      is_broken_ = true;
      return;
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace upkeep
