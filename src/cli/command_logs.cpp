// logs: the last lines of the loop's log, and those to come.
#include <fmt/format.h>
#include <sys/stat.h>

#include <array>
#include <chrono>
#include <deque>
#include <fstream>
#include <thread>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/selection.h"
#include "daemon/log.h"

namespace upkeep {
namespace {

constexpr std::array levels = {LogLevel::debug, LogLevel::info, LogLevel::warning, LogLevel::error};

/// Of a line of either format; what is neither is of no level and always shown.
std::optional<LogLevel> level_of(std::string_view line) {
  const std::string_view head = line.substr(0, 80);
  for (const LogLevel level : levels) {
    std::string name(to_text(level));
    if (head.find("\"level\":\"" + name + "\"") != head.npos ||
        head.find("\"level\": \"" + name + "\"") != head.npos) {
      return level;
    }
    for (char& c : name) c = static_cast<char>(c - 'a' + 'A');
    const std::size_t space = head.find(' ');
    if (space != head.npos && head.substr(space + 1).starts_with(name)) return level;
  }
  return {};
}

struct Filter {
  LogLevel least = LogLevel::debug;
  bool passes(std::string_view line) const {
    const auto level = level_of(line);
    return !level || *level >= least;
  }
};

/// Which file a path names, and how long it is by now.
struct FileFacts {
  ino_t inode = 0;
  std::uint64_t size = 0;
};
FileFacts facts_of(const std::string& path) {
  struct stat facts{};
  if (::stat(path.c_str(), &facts) != 0) return {};
  return {facts.st_ino, static_cast<std::uint64_t>(facts.st_size)};
}

/// The last `count` lines that pass, of the file before this one too when it has too few. What was
/// written after `until` is left out.
std::deque<std::string> last_lines(const std::string& path, const FileFacts& until,
                                   std::size_t count, Filter filter) {
  std::deque<std::string> lines;
  for (const std::string& one : {path + ".1", path}) {
    std::ifstream file(one);
    std::uint64_t at = 0;
    for (std::string line; (one != path || at < until.size) && std::getline(file, line);) {
      at += line.size() + 1;
      if (!filter.passes(line)) continue;
      lines.push_back(std::move(line));
      if (lines.size() > count) lines.pop_front();
    }
  }
  return lines;
}

/// What comes after `seen`, until nobody reads any more. A log that is put aside is followed by the
/// new one.
void follow(const std::string& path, FileFacts seen, Filter filter, Terminal& terminal) {
  std::uint64_t at = seen.size;
  for (;;) {
    std::this_thread::sleep_for(std::chrono::milliseconds{200});
    const FileFacts now = facts_of(path);
    if (now.inode != seen.inode || now.size < at) at = 0;
    seen = now;
    if (now.size <= at) continue;
    std::ifstream file(path);
    file.seekg(static_cast<std::streamoff>(at));
    for (std::string line; std::getline(file, line) && !file.eof();) {
      at += line.size() + 1;
      if (filter.passes(line)) terminal.write(line + '\n');
    }
    if (!terminal.flush()) return;
  }
}

}  // namespace

CommandResult logs_command(const Call& call, Terminal& terminal) {
  const auto config = load(call);
  if (!config) return std::unexpected(config.error());
  const auto count = parse_number(call.value("--tail").value_or("50"));
  if (!count || *count > 10'000'000) {
    return refuse(ExitCode::usage, "--tail takes a number of lines, like 100");
  }
  Filter filter;
  for (const LogLevel level : levels) {
    if (call.value("--level") == std::string(to_text(level))) filter.least = level;
  }
  const std::string path = log_path(config->state);
  const FileFacts seen = facts_of(path);
  if (seen.inode == 0 && !call.has("--follow")) {
    return refuse(ExitCode::not_running,
                  fmt::format("there is no log yet ({}); `upkeep start` begins one", path));
  }
  for (const std::string& line : last_lines(path, seen, *count, filter))
    terminal.write(line + '\n');
  terminal.flush();
  if (call.has("--follow")) follow(path, seen, filter, terminal);
  return ExitCode::done;
}

}  // namespace upkeep
