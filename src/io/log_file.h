// upkeep.log: what the program says while nobody watches.
#pragma once
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "io/descriptor.h"
#include "io/redaction.h"
#include "model/service.h"

namespace upkeep {

struct LogFileSettings {
  std::string path;
  LogSettings log = {};
  std::shared_ptr<const Redaction> redaction = {};  ///< of what is written; null: none
  std::optional<int> journal = {};  ///< descriptor: write there for systemd, not to the file
};

/// What is worth a line of that component, at least.
LogLevel least_level(const LogSettings&, std::string_view component);

/// The descriptor, when systemd's journal reads it. `journal_stream` is $JOURNAL_STREAM, the
/// device and inode of what systemd opened; it goes to children too, whose output is elsewhere.
std::optional<int> journal_on(int descriptor, std::string_view journal_stream);

/// Lines are `TIME LEVEL COMPONENT: TEXT`, the time by RFC 3339, or JSON with the members time,
/// level, component and text; for the journal, which knows the time, `<PRIORITY>COMPONENT: TEXT`.
/// Control characters in component and text become spaces.
///
/// A file that would grow beyond `log.max_size` becomes PATH.1, the older ones move up, and those
/// beyond `keep` are dropped. A file that somebody moved or removed is made anew. Lines that cannot
/// be written are counted, and the next one that can be is preceded by their number. No line stays
/// written in part. May be used from any thread. SIGXFSZ must be ignored where files are limited.
class LogFile {
 public:
  explicit LogFile(LogFileSettings);

  void write(Time, LogLevel, std::string_view component, std::string_view text);
  /// From now on.
  void set(LogFileSettings);
  /// Lines that were lost since the last that was written.
  std::uint64_t lost() const;

 private:
  std::string line_of(Time, LogLevel, std::string_view component, std::string_view text) const;
  bool put_or_lose(const std::string& line);
  Result<void> put(const std::string& line);
  Result<void> put_in_file(const std::string& line);
  Result<std::uint64_t> open();
  Result<void> rotate();

  mutable std::mutex mutex_;  ///< guards everything
  LogFileSettings settings_;
  Descriptor file_;
  std::uint64_t lost_ = 0;
  std::string why_lost_;
  std::string why_not_rotated_;
};

}  // namespace upkeep
