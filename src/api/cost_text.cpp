#include "api/cost_text.h"

#include <fmt/format.h>

#include <map>

#include "api/display.h"
#include "api/words.h"

namespace upkeep {

double dollars_of_lists(std::uint64_t requests) {
  return static_cast<double>(requests) * 0.005 / 1000;
}

std::string cost_text(const Snapshot& snapshot) {
  std::map<std::string, std::uint64_t> stores;
  for (const CollectionStanding& standing : snapshot.collections) {
    if (standing.requests == 0) continue;
    stores[snapshot.config.of(snapshot.config.of(standing.id).store).name] = standing.requests;
  }
  std::string out;
  for (const auto& [name, requests] : stores) {
    out += fmt::format("store {}: listed with {}, ${:.6f} at the price of S3\n", printable(name),
                       counted(requests, "request", "requests"), dollars_of_lists(requests));
  }
  return out;
}

}  // namespace upkeep
