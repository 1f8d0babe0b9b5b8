// What an attempt prints: kept in a file up to a limit, and the end of it in memory.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "io/descriptor.h"
#include "io/redaction.h"

namespace upkeep {

/// The file is made with the first byte; none of its errors (a full disk, say) reach the
/// attempt.
class ProcessOutput {
 public:
  /// `redaction` may be null; else it must outlive the output.
  ProcessOutput(std::string path, std::uint64_t bytes_max, const Redaction* redaction = nullptr)
      : path_(std::move(path)), bytes_left_(bytes_max), redaction_(redaction), stream_(redaction) {}

  void add(std::string_view bytes);
  /// A line of upkeep's own in the file, whatever the limit; only a hundred of them count.
  void note(std::string_view line);
  /// Says in the file what was left out, closes it, and gives the end of the output, at
  /// least the last 64 KiB of it.
  std::string finish();

 private:
  void keep(std::string_view bytes);
  void write(std::string_view bytes);

  std::string path_;
  std::uint64_t bytes_left_;
  std::uint64_t bytes_dropped_ = 0;
  int notes_left_ = 100;
  bool is_broken_ = false;     ///< the file cannot be written
  bool ends_in_line_ = false;  ///< the file's last byte is not a line end
  Descriptor file_;
  std::string tail_;
  const Redaction* redaction_;
  RedactedStream stream_;
};

}  // namespace upkeep
