// An installation as its people would write it down: upkeep.yaml, piece by piece, so that a
// piece can change between two lives of the daemon.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/config.h"
#include "sim/table.h"

namespace upkeep::sim {

/// Settings in the order in which they are written: {"min_size", "200B"}.
using Settings = std::vector<std::pair<std::string, std::string>>;

struct DimensionText {
  std::string name;
  Settings range;                   ///< from, to, every; or table, fields, time
  std::vector<std::string> values;  ///< a list instead, when not empty
};

struct CollectionText {
  std::string name, key;
  std::vector<DimensionText> dimensions;
  Settings expect;
  Settings settings;  ///< store, collector, priority, weight, labels
  bool declared = true;
};

struct CollectorText {
  std::string name;
  Settings settings;
};

struct Installation {
  Settings settings;  ///< of the whole: timezone, loop, queue, limits …
  std::vector<std::pair<std::string, Settings>> stores;
  std::vector<CollectionText> collections;
  std::vector<CollectorText> collectors;
  std::vector<std::pair<std::string, Settings>> upstreams;
  std::map<std::string, PretendTable> tables;  ///< by file name

  std::string yaml() const;
};

/// The folder that everything pretends to lie in.
inline constexpr std::string_view home = "/home/upkeep";

/// What parse_config() makes of the text; a text that it refuses ends the simulation with
/// its errors, for a pretend installation must be right.
Config parse(const std::string& yaml);

/// The value of a setting; empty when it is not there.
std::string value_of(const Settings&, std::string_view name);
void set_value(Settings&, std::string_view name, std::string value);

}  // namespace upkeep::sim
