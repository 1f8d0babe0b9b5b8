// A stream of server-sent events, taken apart as its bytes come.
#pragma once
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace upkeep {

struct ServerEvent {
  std::string name;  ///< "message" when the server gave none
  std::string data;  ///< lines are joined by '\n'
};

class EventReader {
 public:
  /// Calls with each event that is whole now; false when `take` did not want any more, or when a
  /// line or event grew beyond 16 MiB.
  bool feed(std::string_view bytes, const std::function<bool(const ServerEvent&)>& take);

 private:
  void take_line(std::string_view line);

  std::string line_;  ///< that has not ended yet
  bool was_return_ = false;
  ServerEvent event_;
  bool has_data_ = false;
};

}  // namespace upkeep
