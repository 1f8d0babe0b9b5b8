// Bad luck by the hour: what happens to stores, tables, the machine and the daemon without
// anybody asking for it.
#pragma once
#include "sim/daemon.h"
#include "sim/world.h"

namespace upkeep::sim {

class Mischief {
 public:
  Mischief(World& world, Daemon& daemon) : world_(world), daemon_(daemon) {}

  /// To be called once an hour.
  void strike();
  /// Ends all troubles that last.
  void make_good();

 private:
  void strike_store(const std::string& name, PretendStore&);
  void strike_table(const std::string& name, PretendTable&);
  void strike_permissions();
  void strike_upstreams();
  void strike_machine();
  void strike_daemon();
  void ask_for_filling();
  void somebody_fills(PretendStore&, const std::string& name);

  World& world_;
  Daemon& daemon_;
};

}  // namespace upkeep::sim
