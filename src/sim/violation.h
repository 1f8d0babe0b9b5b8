// A promise that was broken: thrown by invariants, caught where a simulation is started.
#pragma once
#include <string>

namespace upkeep::sim {

struct Violation {
  std::string invariant;  ///< name of the function that found it
  std::string text;       ///< what was found
};

}  // namespace upkeep::sim
