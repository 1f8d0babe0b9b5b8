#include "sim/simulation.h"

#include <fmt/format.h>

#include <algorithm>

#include "coverage/selector.h"
#include "sim/daemon.h"
#include "sim/driver.h"
#include "sim/healing.h"
#include "sim/mischief.h"
#include "sim/swarm.h"

namespace upkeep::sim {
namespace {

using namespace std::chrono;

/// So long may it take until everything is well again: rests last a week at most.
constexpr auto days_to_heal_most = 40;

Swarm make_world(std::uint64_t seed, const SimulationOptions& options) {
  Swarm swarm = make_swarm(seed, options.collections);
  if (options.ordinary) {
    set_value(swarm.installation.settings, "loop", "{reconcile_every: 1h, queue_poll: 30s}");
  }
  return swarm;
}

StateSize size_of(const Durable& durable) {
  const State& state = durable.state;
  StateSize size{state.partitions.size(), state.attempts.size(), state.incidents.size(),
                 durable.journal.size(), sizeof(State)};
  for (const auto& [key, row] : state.partitions) {
    size.bytes += sizeof row + row.collection.size() + row.key.size() + row.text.size();
  }
  for (const auto& [id, row] : state.attempts) {
    size.bytes += sizeof row + row.collection.size() + row.task.size();
    for (const std::string& key : row.keys) size.bytes += sizeof key + key.size();
  }
  for (const auto& [id, row] : state.incidents) {
    size.bytes += sizeof row + row.target.size() + row.kind.size() + row.text.size();
  }
  for (const JournalRow& row : durable.journal) {
    size.bytes += sizeof row + row.subject.size() + row.text.size();
  }
  for (const auto& [name, file] : durable.coverages) size.bytes += name.size() + file.size();
  return size;
}

class Simulation {
 public:
  Simulation(std::uint64_t seed, const SimulationOptions& options)
      : options_(options),
        fate_(seed * 31 + 7, options.ordinary ? ordinary_temper : 0),
        transcript_(options.sink),
        world_(make_world(seed, options), seed, fate_, transcript_),
        daemon_(world_, [this] { life_ended(); }),
        mischief_(world_, daemon_) {
    result_.seed = seed;
    if (options.watched != nullptr) *options.watched = &transcript_;
  }

  SimulationResult run() {
    begin_ = world_.now;
    try {
      storm();
      result_.days = static_cast<std::uint64_t>((world_.now - begin_) / days{1});
      const Time calm = world_.now;
      heal();
      result_.days_to_heal = static_cast<std::uint64_t>((world_.now - calm) / days{1});
    } catch (Violation& violation) {
      result_.violation = std::move(violation);
      result_.tail = transcript_.tail();
    }
    result_.ended = world_.now;
    result_.faults = fate_.counts();
    result_.hash = transcript_.hash();
    result_.steps = daemon_.steps();
    result_.deaths = daemon_.deaths();
    result_.starts = daemon_.crew().started();
    return std::move(result_);
  }

 private:
  /// Bad luck for so many days, and until every kind of it has been there.
  void storm() {
    config_ = &world_.read_config();
    each_hour();
    daemon_.start(*config_, {});
    drive(world_, daemon_, world_.now + days{options_.days});
    for (int more = 0;
         !options_.ordinary && (fate_.missing() || daemon_.deaths() < options_.deaths); ++more) {
      fate_.make_up_for_missing();
      if (more == 300) {
        const auto missing = fate_.missing();
        throw Violation{"every_fault_strikes",
                        missing ? std::string(name_of(*missing)) : "too few deaths"};
      }
      drive(world_, daemon_, world_.now + days{1});
    }
  }

  void each_hour() {
    world_.after(hours{1} + world_.between(Duration{}, minutes{20}), [this] {
      each_hour();
      if (daemon_.is_settled() && world_.now >= next_audit_) {
        if (options_.ordinary && world_.storm) next_audit_ = world_.now + hours{6};
        daemon_.auditor().hourly();
        count_rows();
      }
      if (world_.storm) {
        mischief_.strike();
      } else {
        acknowledge_holds();
      }
    });
  }

  void count_rows() {
    const Durable& durable = world_.durable;
    const auto grow = [](std::uint64_t& most, std::uint64_t now) { most = std::max(most, now); };
    grow(result_.rows_most, durable.state.partitions.size());
    grow(result_.journal_most, durable.journal.size());
    grow(result_.incidents_most, durable.state.incidents.size());
    if (!world_.storm || world_.now < next_measure_) return;
    next_measure_ = world_.now + hours{6};
    result_.months.resize(
        std::max<std::size_t>(result_.months.size(), 1 + (world_.now - begin_) / days{30}));
    const StateSize size = size_of(durable);
    StateSize& month = result_.months.back();
    grow(month.partitions, size.partitions);
    grow(month.attempts, size.attempts);
    grow(month.incidents, size.incidents);
    grow(month.journal, size.journal);
    grow(month.bytes, size.bytes);
  }

  // --- Lives ----------------------------------------------------------------------

  void life_ended() {
    Random& dice = world_.dice;
    Duration down = seconds{1 + dice.below(60)};
    if (world_.storm && dice.chance(35)) down = world_.between(minutes{1}, hours{5});
    if (world_.storm && dice.chance(4)) down = world_.between(hours{12}, days{4});
    world_.after(down, [this] {
      if (!daemon_.is_alive()) next_life();
    });
  }

  void next_life() {
    if (!world_.storm) return daemon_.start(*config_, {});
    change_config();
    if (world_.fate.strikes(Fault::cache_deleted)) world_.durable.coverages.clear();
    daemon_.start(*config_, next_assignment());
  }

  void change_config() {
    Installation& installation = world_.installation;
    bool changed = false;
    const auto strikes = [&](Fault fault, auto change) {
      if (!world_.fate.strikes(fault)) return;
      for (int tries = 0; tries < 20; ++tries) {
        if (!change()) continue;
        world_.say("people", "change upkeep.yaml: {}", name_of(fault));
        changed = true;
        return;
      }
    };
    Random& dice = world_.dice;
    strikes(Fault::collection_removed, [&] { return remove_collection(installation, dice); });
    strikes(Fault::dimension_grown, [&] { return grow_dimension(installation, dice, world_.now); });
    strikes(Fault::collector_renamed, [&] { return rename_collector(installation, dice); });
    strikes(Fault::maintenance_changed, [&] { return change_maintenance(installation, dice); });
    strikes(Fault::schedule_changed, [&] { return change_schedule(installation, dice); });
    const std::string enabled = dice.chance(3) ? "false" : "true";
    changed |= value_of(installation.settings, "enabled") != enabled;
    set_value(installation.settings, "enabled", enabled);
    if (changed) config_ = &world_.read_config();
  }

  /// Mostly the loop; sometimes one run, of a part, or only looking.
  Assignment next_assignment() {
    Random& dice = world_.dice;
    Assignment assignment;
    if (dice.chance(4)) assignment.fill = false;
    if (!dice.chance(15)) return assignment;
    assignment.run_until = world_.now + world_.between(minutes{10}, hours{4});
    if (dice.chance(50)) return assignment;
    const CollectionId id{dice.below(config_->collections.size())};
    assignment.collections = {id};
    const auto space = world_.space_of(*config_, config_->of(id));
    if (!space || (*space)->size() == 0 || dice.chance(50)) return assignment;
    const auto fields = (*space)->partition(dice.below((*space)->size()));
    const auto& [name, text] = fields[dice.below(fields.size())];
    const auto where = parse_condition(fmt::format("{} != {}", name, text));
    if (where) assignment.where = *where;
    return assignment;
  }

  // --- Good weather -----------------------------------------------------------------

  void heal() {
    world_.storm = false;
    fate_.calm();
    mischief_.make_good();
    for (CollectionText& collection : world_.installation.collections) collection.declared = true;
    set_value(world_.installation.settings, "enabled", "true");
    fill_from_the_first_task_on();
    config_ = &world_.read_config();
    world_.say("people", "the storm is over");
    if (daemon_.is_alive()) daemon_.die(Fault::dies_idle);
    for (int day = 0;; ++day) {
      drive(world_, daemon_, world_.now + days{1});
      const auto left = what_is_left(world_, daemon_);
      if (!left) break;
      if (day >= days_to_heal_most) throw Violation{"everything_heals", *left};
    }
    for (const Collection& collection : config_->collections) {
      result_.partitions += (*world_.space_of(*config_, collection))->size();
    }
  }

  /// Or the last two gaps would wait for a third.
  void fill_from_the_first_task_on() {
    Settings& settings = world_.installation.settings;
    std::string loop = value_of(settings, "loop");
    constexpr std::string_view key = "min_tasks_to_trigger: ";
    const std::size_t found = loop.find(key);
    if (found == loop.npos) return;
    loop.at(found + key.size()) = '1';
    set_value(settings, "loop", loop);
  }

  void acknowledge_holds() {
    const auto incidents = world_.durable.state.incidents;
    for (const auto& [id, row] : incidents) {
      if (row.state == IncidentRow::State::open && row.kind.starts_with("held")) {
        daemon_.tell(AckAsked{id});
      }
    }
  }

  const SimulationOptions& options_;
  Fate fate_;
  Transcript transcript_;
  World world_;
  Daemon daemon_;
  Mischief mischief_;
  const Config* config_ = nullptr;
  Time begin_, next_measure_;
  Time next_audit_;  ///< in a long and large world it costs more than all the rest
  SimulationResult result_;
};

}  // namespace

SimulationResult simulate(std::uint64_t seed, const SimulationOptions& options) {
  try {
    return Simulation(seed, options).run();
  } catch (Violation& violation) {  // the installation itself is wrong
    SimulationResult result;
    result.seed = seed;
    result.violation = std::move(violation);
    return result;
  }
}

}  // namespace upkeep::sim
