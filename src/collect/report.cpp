#include "collect/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <vector>

#include "base/json.h"
#include "base/text.h"
#include "collect/last_line.h"

namespace upkeep {
namespace {

constexpr int exit_later = 75;       // EX_TEMPFAIL of sysexits.h
constexpr int exit_permission = 77;  // EX_NOPERM of sysexits.h
constexpr int exit_gone = 44;

Result<ReportLine> parse_progress(const Json& value) {
  if (value.is_number()) {
    const double done = value.get<double>();
    if (done >= 0 && done <= 1) return Progress{done};
  }
  return fail(fmt::format("progress must be a number from 0 to 1, not {}", to_text(value)));
}

Result<ReportLine> parse_retry_after(const Json& value) {
  constexpr double most = 366.0 * 24 * 60 * 60;
  if (value.is_number()) {
    const double seconds = value.get<double>();
    if (seconds >= 0 && seconds <= most) {
      return RetryAfter{Duration(static_cast<std::int64_t>(std::ceil(seconds * 1000))), {}};
    }
  } else if (value.is_string()) {
    if (const auto at = parse_http_date(value.get<std::string>())) return RetryAfter{{}, at};
  }
  return fail(
      fmt::format("retry_after must be a number of seconds from 0 to {:.0f}, or a date like "
                  "\"Wed, 21 Oct 2026 07:28:00 GMT\", not {}",
                  most, to_text(value)));
}

constexpr std::uint64_t requests_most = 1'000'000'000;

template <class Line>
Result<ReportLine> parse_count(std::string_view name, const Json& value) {
  if (value.is_number_unsigned() && value.get<std::uint64_t>() <= requests_most) {
    return Line{value.get<std::uint64_t>()};
  }
  return fail(fmt::format("{} must be a whole number from 0 to {}, not {}", name, requests_most,
                          to_text(value)));
}
Result<ReportLine> parse_requests(const Json& value) {
  return parse_count<RequestsMade>("requests", value);
}
Result<ReportLine> parse_throttled(const Json& value) {
  return parse_count<Throttled>("throttled", value);
}

Result<ReportLine> parse_gone(const Json& value) {
  if (!value.is_object() || value.empty()) {
    return fail(fmt::format(
        "gone must be an object with the fields of a partition, as in the file of the partitions, "
        "not {}",
        to_text(value)));
  }
  GoneLine gone;
  for (const auto& [field, text] : value.items()) {
    if (text.is_string()) {
      gone.partition.emplace_back(field, text.get<std::string>());
    } else if (text.is_number_integer()) {
      gone.partition.emplace_back(field, to_text(text));
    } else {
      return fail(fmt::format("gone: the value of {} must be a text or a whole number, not {}",
                              field, to_text(text)));
    }
  }
  return gone;
}

struct Meaning {
  std::string_view name;
  Result<ReportLine> (*parse)(const Json&);
};
constexpr std::array meanings = {
    Meaning{"progress", parse_progress}, Meaning{"retry_after", parse_retry_after},
    Meaning{"requests", parse_requests}, Meaning{"throttled", parse_throttled},
    Meaning{"gone", parse_gone}};

/// A signal that a program brings upon itself by a fault.
bool is_crash(int signal) {
  constexpr std::array crashes = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL};
  return std::ranges::find(crashes, signal) != crashes.end();
}

std::string signal_name(int signal) {
  struct Name {
    int number;
    std::string_view text;
  };
  constexpr std::array names = {
      Name{SIGHUP, "SIGHUP"},   Name{SIGINT, "SIGINT"},   Name{SIGQUIT, "SIGQUIT"},
      Name{SIGILL, "SIGILL"},   Name{SIGTRAP, "SIGTRAP"}, Name{SIGABRT, "SIGABRT"},
      Name{SIGBUS, "SIGBUS"},   Name{SIGFPE, "SIGFPE"},   Name{SIGKILL, "SIGKILL"},
      Name{SIGUSR1, "SIGUSR1"}, Name{SIGSEGV, "SIGSEGV"}, Name{SIGUSR2, "SIGUSR2"},
      Name{SIGPIPE, "SIGPIPE"}, Name{SIGALRM, "SIGALRM"}, Name{SIGTERM, "SIGTERM"},
      Name{SIGXCPU, "SIGXCPU"}, Name{SIGXFSZ, "SIGXFSZ"}, Name{SIGSYS, "SIGSYS"}};
  const auto name = std::ranges::find(names, signal, &Name::number);
  return name == names.end() ? fmt::format("signal {}", signal) : std::string(name->text);
}

/// Would the same command start a moment later, though it did not start now?
bool may_start_later(int error) {
  constexpr std::array errors = {EAGAIN, ENOMEM, EMFILE, ENFILE, ENOSPC,
                                 EDQUOT, EINTR,  EIO,    ETXTBSY};
  return std::ranges::find(errors, error) != errors.end();
}

Outcome outcome_of_exit(int code, std::string line) {
  if (code == 0) return {Claim::success, FailureClass::none, false, std::move(line)};
  if (code == exit_later) return {Claim::later, FailureClass::none, false, std::move(line)};
  if (code == exit_gone) return {Claim::gone, FailureClass::none, false, std::move(line)};
  std::string text = line.empty() ? fmt::format("exit code {} without any output", code)
                                  : fmt::format("exit code {}: {}", code, line);
  if (code == exit_permission) {
    return {Claim::failed, FailureClass::permission_denied, true, std::move(text)};
  }
  return {Claim::failed, FailureClass::unknown, false, std::move(text)};
}

}  // namespace

Result<ReportLine> parse_report_line(std::string_view text) {
  UPKEEP_TRY(const Json json, parse_json(text));
  if (!json.is_object() || json.size() != 1) {
    return fail(
        "a line must be an object with one of progress, retry_after, requests, throttled and gone");
  }
  const std::string name = json.begin().key();
  for (const Meaning& meaning : meanings) {
    if (meaning.name == name) return meaning.parse(*json.begin());
  }
  std::vector<std::string> known;
  for (const Meaning& meaning : meanings) known.emplace_back(meaning.name);
  const auto guess = nearest(name, known);
  return fail(fmt::format("unknown key {}{}; known are {}", name,
                          guess ? fmt::format(", did you mean {}?", *guess) : "",
                          join(known, ", ")));
}

Outcome outcome_of(const Ending& ending) {
  std::string line = last_line(ending.text);
  const auto with_line = [&](std::string what) {
    return line.empty() ? what : fmt::format("{}; its last output: {}", what, line);
  };
  switch (ending.kind) {
    case Ending::Kind::exited:
      return outcome_of_exit(ending.number, std::move(line));
    case Ending::Kind::signalled:
      return {Claim::failed, is_crash(ending.number) ? FailureClass::crashed : FailureClass::killed,
              false, with_line("ended by " + signal_name(ending.number))};
    case Ending::Kind::timed_out:
      return {Claim::failed, FailureClass::timeout, false, with_line("ended at its time limit")};
    case Ending::Kind::interrupted:
      return {Claim::failed, FailureClass::interrupted, false, with_line("stopped by upkeep")};
    case Ending::Kind::not_started:
      return {Claim::failed, FailureClass::bad_request, !may_start_later(ending.number),
              line.empty() ? "could not be started" : std::move(line)};
  }
  return {};
}

}  // namespace upkeep
