// What one pretend collector does with its batch: what it writes and reports, and how it
// ends. Decided at its start; carried out by the crew.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "collect/report.h"
#include "coverage/space.h"
#include "sim/world.h"

namespace upkeep::sim {

struct Script {
  struct Write {
    Duration after{};
    std::uint64_t partition = 0;
    bool too_little = false;  ///< fewer bytes than the collection wants
    bool nonsense = false;    ///< bytes that make no sense
  };
  struct Report {
    Duration after{};
    std::string line;  ///< as it would stand in the report file
  };
  std::vector<Write> writes;  ///< also after its end: by a grandchild that left the group
  std::vector<Report> reports;
  std::optional<Duration> length;  ///< nothing: it runs until it is stopped
  Ending ending;
  std::string_view what = "works";  ///< for the transcript
};

/// `collector` and `upstream` are names; `allowed` the time until its deadline.
Script script_of(World&, std::string_view collector, std::string_view upstream, const Space&,
                 std::span<const std::uint64_t> partitions, Duration allowed);

}  // namespace upkeep::sim
