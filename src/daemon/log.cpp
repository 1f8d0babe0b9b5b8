#include "daemon/log.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>

#include "io/log_file.h"

namespace upkeep {

std::string log_path(const std::string& state_folder) { return state_folder + "/logs/upkeep.log"; }

WriteLog open_log(const Config& config, bool show, std::shared_ptr<const Redaction> redaction) {
  LogFileSettings settings{
      .path = log_path(config.state), .log = config.log, .redaction = redaction};
  if (const char* stream = std::getenv("JOURNAL_STREAM"); show && stream != nullptr) {
    settings.journal = journal_on(STDERR_FILENO, stream);
    show = !settings.journal;
  }
  const auto file = std::make_shared<LogFile>(std::move(settings));
  return [file, log = config.log, show, redaction](
             Time now, LogLevel level, std::string_view component, std::string_view text) {
    file->write(now, level, component, text);
    if (!show || level < least_level(log, component)) return;
    const std::string line =
        fmt::format("{} {}: {}\n", to_text(now), component, redaction->of(text));
    [[maybe_unused]] const ssize_t ignored = ::write(STDERR_FILENO, line.data(), line.size());
  };
}

}  // namespace upkeep
