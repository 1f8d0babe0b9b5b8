#include "net/event_reader.h"

#include <utility>

namespace upkeep {
namespace {

constexpr std::size_t size_max = 16 << 20;

}  // namespace

bool EventReader::feed(std::string_view bytes,
                       const std::function<bool(const ServerEvent&)>& take) {
  for (const char c : bytes) {
    const bool ends_return = std::exchange(was_return_, c == '\r') && c == '\n';
    if (ends_return) continue;  // "\r\n" is one line end
    if (c != '\r' && c != '\n') {
      line_ += c;
      if (line_.size() + event_.data.size() > size_max) return false;
      continue;
    }
    const std::string line = std::exchange(line_, {});
    if (!line.empty()) {
      take_line(line);
      continue;
    }
    ServerEvent whole = std::exchange(event_, {});
    if (!std::exchange(has_data_, false)) continue;
    if (whole.name.empty()) whole.name = "message";
    if (!take(whole)) return false;
  }
  return true;
}

void EventReader::take_line(std::string_view line) {
  const std::size_t colon = line.find(':');
  const std::string_view field = line.substr(0, colon);
  std::string_view value = colon == line.npos ? "" : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (field == "event") event_.name = value;
  if (field != "data") return;
  if (std::exchange(has_data_, true)) event_.data += '\n';
  event_.data += value;
}

}  // namespace upkeep
