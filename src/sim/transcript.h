// What happened, line by line, for people: "2025-10-22 20:30:15  fetch     ends with exit 1".
// The last lines are kept, all of them go into a hash: equal hashes, equal runs.
#pragma once
#include <fmt/format.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace upkeep::sim {

class Transcript {
 public:
  using Sink = std::function<void(std::string_view line)>;

  /// `sink` gets every line, without line end; it may be empty.
  explicit Transcript(Sink sink = {}, std::size_t kept = 120)
      : sink_(std::move(sink)), kept_(kept) {}

  /// `actor` is who does it: "daemon", a store, a collector, "people".
  template <class... Arguments>
  void line(Time at, std::string_view actor, fmt::format_string<Arguments...> format,
            Arguments&&... arguments) {
    begin(at, actor);
    fmt::format_to(std::back_inserter(current_), format, std::forward<Arguments>(arguments)...);
    end();
  }

  std::uint64_t hash() const { return hash_; }
  std::uint64_t lines() const { return lines_; }
  const std::deque<std::string>& tail() const { return tail_; }

 private:
  void begin(Time at, std::string_view actor);
  void end();

  Sink sink_;
  std::size_t kept_;
  std::string current_;
  std::deque<std::string> tail_;
  std::uint64_t hash_ = 14695981039346656037u, lines_ = 0;
};

/// "2025-10-22 20:30:15", in UTC.
std::string to_moment(Time);
/// "20:30:15" when it is on the same day as `from`, else to_moment().
std::string to_moment(Time, Time from);

}  // namespace upkeep::sim
