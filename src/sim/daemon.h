// The pretend shell around the engine: takes a step for each event, makes its changes
// durable, then carries out its commands. It can die at every point in between.
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "core/engine.h"
#include "model/config.h"
#include "sim/auditor.h"
#include "sim/crew.h"
#include "sim/world.h"

namespace upkeep::sim {

class Daemon {
 public:
  /// `ended` is called when a life is over, by death or by its own end.
  Daemon(World&, std::function<void()> ended);

  /// Begins another life. `config` must outlive the world's last step.
  void start(const Config& config, Assignment);
  bool is_alive() const { return engine_ != nullptr; }
  /// When it wants to be woken; Time::max() while it is dead or cannot commit.
  Time wake_at() const;
  /// Something outside happened. Facts for an earlier life get lost.
  void tell(std::uint64_t life, Event);
  void tell(Event event) { tell(life_, std::move(event)); }
  /// kill -9, now. Its processes die too, or live on as orphans.
  void die(Fault how);
  /// It will die in this way at the next step that fits.
  void doom(Fault how) { doom_ = how; }

  const Engine& engine() const { return *engine_; }
  const Config& config() const { return *config_; }
  const Crew& crew() const { return crew_; }
  Auditor& auditor() { return auditor_; }
  std::uint64_t life() const { return life_; }
  std::uint64_t steps() const { return steps_; }
  std::uint64_t deaths() const { return deaths_; }
  /// Is it alive, and everything that it decided durable and carried out?
  bool is_settled() const { return engine_ && !blocked_ && changes_.empty() && wishes_.empty(); }

 private:
  std::map<std::string, Baseline> read_baselines() const;
  void take(const Event&);
  void carry(Step);
  void commit();
  void apply(const Change&);
  bool act_on_wishes();
  void act(const Command&);
  void end();
  bool is_doomed(Fault how) const { return doom_ == how; }

  // One for each command.
  void carry_out(const ListStore&);
  void carry_out(const LookAt&);
  void carry_out(const StartAttempt&);
  void carry_out(const StopAttempt&);
  void carry_out(const WatchOrphan&);
  void carry_out(const MeasureDisk&);
  void carry_out(const KeepCoverage&);
  void carry_out(const GrantTokens&);
  void carry_out(const RefuseTokens&);
  void carry_out(const LogFailure&);
  void carry_out(const RunComplete&);

  /// Tells this life later, once, twice or never, as the fault of that kind says.
  void answer(Event, Duration wait);
  using Known = std::vector<std::shared_ptr<const Coverage>>;  ///< by finding, without errors
  StoreListed listed(const ListStore&, const PretendStore&, Time taken_at,
                     std::vector<CollectionFinding>, const Known&);
  Known known_contents(const std::vector<CollectionFinding>&) const;
  void check_contents(CollectionFinding&, const PretendStore&);
  std::vector<CollectionFinding> spaces_of(StoreId) const;

  World& world_;
  std::function<void()> ended_;
  Auditor auditor_;
  Crew crew_;
  const Config* config_ = nullptr;
  std::unique_ptr<Engine> engine_;
  std::uint64_t life_ = 0, steps_ = 0, deaths_ = 0;
  std::vector<Change> changes_;  ///< decided, not durable yet
  std::deque<Command> wishes_;   ///< waiting for them
  std::deque<Event> inbox_;      ///< waiting until commits succeed again
  bool blocked_ = false;         ///< the last commit failed
  Time blocked_since_;
  bool held_back_ = false;   ///< several steps share one commit
  bool acts_early_ = false;  ///< what is no effect is carried out before the commit
  bool complete_ = false;
  std::optional<Fault> doom_;
};

}  // namespace upkeep::sim
