#include "io/process_marker.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <string_view>

#include "base/text.h"
#include "io/files.h"
#include "io/process_files.h"
#include "io/process_tree.h"

namespace upkeep {
namespace {

// Bit 61, 21 bits for the folder, 40 bits for the attempt.
constexpr rlim_t mark_bit = rlim_t{1} << 61;
constexpr int attempt_bits = 40;
constexpr rlim_t attempt_mask = (rlim_t{1} << attempt_bits) - 1;
constexpr rlim_t folder_mask = (rlim_t{1} << 21) - 1;

/// The soft limit RLIMIT_RTTIME of any process; RLIM_INFINITY when it cannot be seen.
rlim_t soft_limit(pid_t pid) {
  rlimit limit{};
  if (::prlimit(pid, RLIMIT_RTTIME, nullptr, &limit) == 0) return limit.rlim_cur;
  if (errno != EPERM) return RLIM_INFINITY;
  // Of another user: only this file shows it.
  const auto text = read_proc(fmt::format("/proc/{}/limits", pid));
  if (!text) return RLIM_INFINITY;
  constexpr std::string_view name = "\nMax realtime timeout";
  const std::size_t begin = text->find(name);
  if (begin == std::string::npos) return RLIM_INFINITY;
  const std::string_view rest = trim(std::string_view(*text).substr(begin + name.size()));
  return parse_number(rest.substr(0, rest.find(' '))).value_or(RLIM_INFINITY);
}

}  // namespace

ProcessMarker::ProcessMarker(std::string run_folder, const ControlGroups* groups)
    : run_folder_(std::move(run_folder)), groups_(groups) {
  folder_bits_ = folder_number(run_folder_) & folder_mask;
  rlimit now{};
  if (::getrlimit(RLIMIT_RTTIME, &now) == 0) hard_ = now.rlim_max;
}

rlimit ProcessMarker::limit(AttemptId attempt) const {
  return {mark_bit | folder_bits_ << attempt_bits | (attempt.value & attempt_mask), hard_};
}

std::optional<AttemptId> ProcessMarker::attempt_of(pid_t pid, bool* is_unsure) const {
  const rlim_t mark = soft_limit(pid);
  if (mark >> attempt_bits == (mark_bit >> attempt_bits | folder_bits_)) {
    return AttemptId{mark & attempt_mask};
  }
  const auto by_group = groups_ == nullptr ? std::nullopt : groups_->attempt_of(pid);
  return by_group ? by_group : by_environment(pid, is_unsure);
}

std::optional<AttemptId> ProcessMarker::by_environment(pid_t pid, bool* is_unsure) const {
  const auto text = read_proc(fmt::format("/proc/{}/environ", pid));
  if (!text) return {};
  if (is_unsure != nullptr) *is_unsure = text->empty();
  constexpr std::string_view name = "UPKEEP_REPORT=";
  for (std::string_view rest = *text; !rest.empty();) {
    const std::string_view variable = rest.substr(0, rest.find('\0'));
    rest.remove_prefix(std::min(variable.size() + 1, rest.size()));
    if (!variable.starts_with(name)) continue;
    if (const auto id = attempt_of_report(run_folder_, variable.substr(name.size()))) return id;
  }
  return {};
}

}  // namespace upkeep
