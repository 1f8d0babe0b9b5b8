// From the engine's steps to the facts of a cycle: what an observer is told. Pure; one
// narrator for one life of an engine.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "api/progress.h"
#include "core/engine.h"

namespace upkeep {

class Narrator {
 public:
  explicit Narrator(const Config& config) : config_(config) {}

  /// The facts of Engine::begin().
  std::vector<Fact> begin(Time now, const Step&, const Engine&);
  /// The facts of one later step, in the order in which they became true.
  std::vector<Fact> tell(Time now, const Event&, const Step&);

 private:
  struct Attempt {
    std::string collection, task;
    std::vector<std::string> keys;
    bool is_orphan = false;
  };
  void tell_event(const Event&, std::vector<Fact>&) const;
  void tell_changes(Time now, const Step&, std::vector<Fact>&);
  void tell_commands(const Step&, std::vector<Fact>&);
  fact::AttemptSettled settled(Time now, AttemptId, const Attempt&, const Step&) const;

  const Config& config_;
  std::map<AttemptId, Attempt> attempts_;                        ///< started or found, not settled
  std::map<std::pair<std::string, std::string>, Time> retries_;  ///< by collection and key
  std::map<IncidentId, IncidentRow::State> incidents_;           ///< as they were told
};

}  // namespace upkeep
