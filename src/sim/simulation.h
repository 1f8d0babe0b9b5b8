// One seed: an installation, months of bad luck, then good weather, in which everything must
// heal.
#pragma once
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "sim/fault.h"
#include "sim/transcript.h"
#include "sim/violation.h"

namespace upkeep::sim {

struct SimulationOptions {
  std::uint64_t days = 30;        ///< of bad luck at least; longer until every fault was there
  std::uint64_t deaths = 20;      ///< of the daemon, at least
  std::uint64_t collections = 0;  ///< their number; 0 leaves it to the seed
  bool ordinary = false;          ///< an hourly loop and few faults, not each kind of them
  Transcript::Sink sink;          ///< gets every line of the transcript
  const Transcript** watched = nullptr;  ///< set while it runs, for who must explain an abort
};

/// What is durable, at some moment.
struct StateSize {
  std::uint64_t partitions = 0, attempts = 0, incidents = 0, journal = 0;  ///< rows
  std::uint64_t bytes = 0;  ///< of their texts and numbers, coverage files included
};

struct SimulationResult {
  std::uint64_t seed = 0;
  std::optional<Violation> violation;
  std::deque<std::string> tail;  ///< the last lines before it
  Time ended;
  FaultCounts faults{};
  std::uint64_t hash = 0, days = 0, days_to_heal = 0, steps = 0, deaths = 0, starts = 0;
  std::uint64_t partitions = 0;  ///< of all collections, at the end
  std::uint64_t rows_most = 0, journal_most = 0, incidents_most = 0;  ///< at any hour
  std::vector<StateSize> months;  ///< the largest of each 30 days of bad luck
};

SimulationResult simulate(std::uint64_t seed, const SimulationOptions&);

}  // namespace upkeep::sim
