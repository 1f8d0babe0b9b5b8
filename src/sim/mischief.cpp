#include "sim/mischief.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "coverage/selector.h"

namespace upkeep::sim {

using namespace std::chrono;

void Mischief::strike() {
  for (auto& [name, store] : world_.stores) strike_store(name, store);
  for (auto& [name, table] : world_.installation.tables) strike_table(name, table);
  strike_permissions();
  strike_upstreams();
  strike_machine();
  strike_daemon();
}

void Mischief::make_good() {
  for (auto& [name, table] : world_.installation.tables) {
    table.set_trouble(PretendTable::Trouble::none);
  }
  world_.disk = Disk{};
  world_.locked_out.clear();
  world_.down.clear();
}

void Mischief::strike_store(const std::string& name, PretendStore& store) {
  Random& dice = world_.dice;
  if (dice.chance(10)) {
    world_.reports[name] = std::make_shared<PretendReport>(world_.now, store);
  }
  const auto lose = [&](std::uint64_t permille) {
    const std::uint64_t lost =
        store.lose([&](std::string_view) { return dice.below(1000) < permille; });
    world_.say(name, "loses {} of {} objects", lost, lost + store.objects().size());
  };
  if (!store.objects().empty() && world_.fate.strikes(Fault::store_loses_one)) {
    auto victim = store.objects().begin();
    std::advance(victim, dice.below(store.objects().size()));
    const std::string key = victim->first;
    store.lose([&](std::string_view k) { return k == key; });
    world_.say(name, "loses {}", key);
  }
  if (world_.fate.strikes(Fault::store_loses_a_third)) lose(333);
  if (world_.fate.strikes(Fault::store_loses_all)) lose(1000);
  const auto rot = [&](std::uint64_t permille) {
    const std::uint64_t rotten =
        store.rot(world_.now, [&](std::string_view) { return dice.below(1000) < permille; });
    world_.say(name, "{} objects become nonsense", rotten);
  };
  if (!store.objects().empty() && world_.fate.strikes(Fault::object_rots)) {
    rot(std::min<std::uint64_t>(1000, 2000 / store.objects().size() + 1));
  }
  if (world_.fate.strikes(Fault::objects_rot)) rot(400);
  if (world_.fate.strikes(Fault::objects_appear)) somebody_fills(store, name);
  if (world_.fate.strikes(Fault::strays_appear)) {
    const CollectionText& collection = world_.installation.collections.front();
    store.write(fmt::format("{}/notes{}.txt", collection.name, dice.below(50)), 10, world_.now);
    store.write(fmt::format("elsewhere/{}.part", dice.below(50)), 10, world_.now);
  }
}

/// Somebody else writes what is expected, in some collection of the store.
void Mischief::somebody_fills(PretendStore& store, const std::string& name) {
  if (!daemon_.is_alive()) return;
  const Config& config = daemon_.config();
  for (const Collection& collection : config.collections) {
    if (config.of(collection.store).name != name || !world_.dice.chance(50)) continue;
    const auto space = world_.space_of(config, collection);
    if (!space || (*space)->size() == 0) continue;
    const std::uint64_t index = world_.dice.below((*space)->size());
    world_.write_partition(store, **space, index);
    world_.say(name, "{} appears", (*space)->key(index));
  }
}

void Mischief::strike_table(const std::string& name, PretendTable& table) {
  if (world_.dice.chance(2)) grow_table(table, world_.dice, world_.now);
  if (table.trouble() != PretendTable::Trouble::none) return;
  std::string_view what;
  if (world_.fate.strikes(Fault::table_unreadable)) {
    table.set_trouble(PretendTable::Trouble::unreadable);
    what = "cannot be read";
  } else if (world_.fate.strikes(Fault::table_emptied)) {
    table.set_trouble(PretendTable::Trouble::emptied);
    what = "is emptied";
  } else if (world_.fate.strikes(Fault::table_explodes)) {
    explode_table(table);
    what = "grows hugely";
  } else {
    return;
  }
  world_.say(name, "{}", what);
  world_.after(world_.between(minutes{30}, hours{12}), [this, &table, name] {
    if (table.trouble() == PretendTable::Trouble::none) return;
    table.set_trouble(PretendTable::Trouble::none);
    world_.say(name, "is mended");
  });
}

/// A password expired: the collector is refused, whatever it asks for, until somebody mends it.
void Mischief::strike_permissions() {
  for (const CollectorText& collector : world_.installation.collectors) {
    if (world_.locked_out.contains(collector.name)) continue;
    if (!world_.fate.strikes(Fault::permission_revoked)) continue;
    world_.say(collector.name, "is let in nowhere");
    world_.locked_out.insert(collector.name);
    world_.after(world_.between(hours{1}, hours{30}),
                 [this, name = collector.name] { world_.locked_out.erase(name); });
  }
}

void Mischief::strike_upstreams() {
  for (const auto& [name, settings] : world_.installation.upstreams) {
    if (world_.down.contains(name) || !world_.fate.strikes(Fault::upstream_down)) continue;
    world_.say(name, "is down");
    world_.down.insert(name);
    world_.after(world_.between(minutes{1}, hours{4}),
                 [this, name = name] { world_.down.erase(name); });
  }
}

void Mischief::strike_machine() {
  if (world_.fate.strikes(Fault::disk_low)) {
    world_.disk.free = 900'000'000;
    world_.after(world_.between(minutes{5}, hours{5}), [this] { world_.disk.free = Disk{}.free; });
  }
  if (!world_.disk.full && world_.fate.strikes(Fault::disk_full)) {
    world_.disk.full = true;
    world_.after(world_.between(minutes{1}, hours{3}), [this] { world_.disk.full = false; });
  }
  if (world_.fate.strikes(Fault::clock_jumps)) {
    const Duration by = world_.between(minutes{1}, hours{40});
    world_.say("clock", "jumps by {}", to_rough_text(by));
    world_.now += by;
  }
  if (world_.fate.strikes(Fault::machine_sleeps)) {
    const Duration by = world_.between(minutes{1}, hours{40});
    world_.say("machine", "sleeps for {}", to_rough_text(by));
    world_.now += by;
    world_.agenda.postpone(by);
  }
}

void Mischief::strike_daemon() {
  if (!daemon_.is_alive()) return;
  for (const Fault how :
       {Fault::dies_before_commit, Fault::dies_before_acting, Fault::dies_while_acting}) {
    if (world_.fate.strikes(how)) daemon_.doom(how);
  }
  if (world_.fate.strikes(Fault::dies_idle)) return daemon_.die(Fault::dies_idle);
  if (world_.fate.strikes(Fault::acked_at_random)) {
    const auto& incidents = world_.durable.state.incidents;
    if (incidents.empty()) return daemon_.tell(AckAsked{IncidentId{world_.dice.below(1000)}});
    auto incident = incidents.begin();
    std::advance(incident, world_.dice.below(incidents.size()));
    daemon_.tell(AckAsked{incident->first});
  }
  if (world_.fate.strikes(Fault::reconcile_asked)) daemon_.tell(ReconcileAsked{});
  if (daemon_.is_alive() && world_.fate.strikes(Fault::fill_asked)) ask_for_filling();
  if (daemon_.is_alive() && world_.fate.strikes(Fault::stop_asked)) daemon_.tell(StopAsked{});
}

/// People mended something and do not want to wait, mostly for one collection.
void Mischief::ask_for_filling() {
  Random& dice = world_.dice;
  FillAsked ask;
  if (dice.chance(60))
    ask.collections = {CollectionId{dice.below(daemon_.config().collections.size())}};
  if (const auto where = parse_condition("age < 20d"); where && dice.chance(30)) ask.where = *where;
  daemon_.tell(std::move(ask));
}

}  // namespace upkeep::sim
