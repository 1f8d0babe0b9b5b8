// failures.log: one line for each failure, for people and for grep.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "model/failure.h"

namespace upkeep {

/// Lines are `TIME<tab>SOURCE<tab>CLASS<tab>TEXT`, the time by RFC 3339; control characters in
/// source and text become spaces. At `size_max` bytes the file becomes PATH.1, the older ones
/// move up, and those beyond `keep` are dropped. For one thread at a time.
class FailuresLog {
 public:
  explicit FailuresLog(std::string path, std::uint64_t size_max = 100'000'000, int keep = 5)
      : path_(std::move(path)), size_max_(size_max), keep_(keep) {}

  /// A log that cannot be written stops nothing: the first failure to write is told, those
  /// that follow are not, until writing has worked again. No line is ever written in part.
  std::optional<Error> add(Time, std::string_view source, FailureClass, std::string_view text);

 private:
  Result<void> write(const std::string& line) const;
  Result<void> rotate() const;
  std::string rotated(int number) const;

  std::string path_;
  std::uint64_t size_max_;
  int keep_;
  bool is_failing_ = false;
};

}  // namespace upkeep
