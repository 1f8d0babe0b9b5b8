// Swarm testing (Groce et al., ISSTA 2012): each seed makes another installation, with its
// own kinds of dimensions, expectations, collectors and limits.
#pragma once
#include <cstdint>
#include <string>

#include "base/random.h"
#include "base/time.h"
#include "sim/installation.h"

namespace upkeep::sim {

struct Swarm {
  Installation installation;
  Time start;
  std::uint64_t filled = 80;   ///< percent of the due partitions that are there at the start
  std::uint64_t gone = 0;      ///< in 1,000 partitions: those that do not exist upstream
  std::uint64_t poisoned = 0;  ///< in 1,000 partitions: those whose collector always fails
};

/// `collections` fixes their number; 0 leaves it to the seed.
Swarm make_swarm(std::uint64_t seed, std::uint64_t collections = 0);

// Changes that people make to the text between two lives of the daemon. False when there is
// nothing to change.
bool remove_collection(Installation&, Random&);  ///< or brings a removed one back
bool grow_dimension(Installation&, Random&, Time now);
bool rename_collector(Installation&, Random&);
bool change_maintenance(Installation&, Random&);
bool change_schedule(Installation&, Random&);

/// Windows, often none; a schedule. As they are written in upkeep.yaml.
std::string any_maintenance(Random&);
std::string any_schedule(Random&);

/// Some rows more, not only at the end: what was played since. `today` dates them.
void grow_table(PretendTable&, Random&, Time today);
/// So many rows more that nobody can mean it.
void explode_table(PretendTable&);

}  // namespace upkeep::sim
