#include "sim/world.h"

#include <fmt/format.h>

#include <utility>

#include "base/text.h"
#include "sim/violation.h"

namespace upkeep::sim {

bool Truth::is_gone(std::string_view key) const { return hash_of(key, seed ^ 0x90e) % 1000 < gone; }

bool Truth::is_poisoned(std::string_view key) const {
  return hash_of(key, seed ^ 0xbad) % 1000 < poisoned;
}

World::World(Swarm swarm, std::uint64_t seed, Fate& the_fate, Transcript& the_transcript)
    : fate(the_fate),
      transcript(the_transcript),
      dice(seed * 0x9e3779b97f4a7c15u + 1),
      now(swarm.start),
      installation(std::move(swarm.installation)),
      upstream{.seed = seed, .gone = swarm.gone, .poisoned = swarm.poisoned} {
  for (const auto& [name, settings] : installation.stores) stores[name];
  fill(swarm.filled);
}

Duration World::between(Duration low, Duration high) {
  using std::chrono::seconds;
  const auto first = std::chrono::duration_cast<seconds>(low);
  const auto last = std::chrono::duration_cast<seconds>(high);
  return first + seconds{dice.below(static_cast<std::uint64_t>((last - first).count()) + 1)};
}

const Config& World::read_config() {
  configs_.push_back(std::make_unique<Config>(parse(installation.yaml())));
  return *configs_.back();
}

Result<SpacePtr> World::space_of(const Config& config, const Collection& collection) const {
  Surroundings surroundings{.now = now, .zone = config.zone, .tables = {}};
  for (const Dimension& dimension : collection.dimensions) {
    const auto* table = std::get_if<Table>(&dimension.source);
    if (table == nullptr) continue;
    if (table->is_chained()) {
      auto rows = rows_from(config, config.of(config.find_collection(table->collection)));
      if (!rows) return std::unexpected(rows.error());
      surroundings.tables.emplace(dimension.name, *std::move(rows));
      continue;
    }
    const std::string file = table->path.substr(home.size() + 1);
    auto rows = installation.tables.at(file).read();
    if (!rows) return fail("table " + file + " could not be read: " + rows.error().text);
    surroundings.tables.emplace(dimension.name, *std::move(rows));
  }
  return Space::make(collection, surroundings);
}

/// What the objects of a collection of days tell: the games of each day, none to three. One that
/// makes no sense tells nothing, and then nothing is known of any.
Result<std::shared_ptr<const Rows>> World::rows_from(const Config& config,
                                                     const Collection& from) const {
  const auto space = space_of(config, from);
  if (!space) return std::unexpected(space.error());
  std::vector<PretendTable::Row> rows;
  for (const auto& [key, facts] : stores.at(config.of(from.store).name).objects()) {
    const auto index = (*space)->find_key(key);
    if (!index) continue;
    if (!facts.valid) return fail(fmt::format("{} cannot be read as a table", key));
    const std::string date = (*space)->partition(*index).front().second;
    for (std::uint64_t game = 0; game < hash_of(key) % 4; ++game) {
      rows.push_back({date, std::to_string(game)});
    }
  }
  return PretendTable({"date", "game"}, std::move(rows)).read();
}

std::uint64_t good_size(const Collection& collection, Random& dice) {
  return collection.expect.min_size.value_or(1) + dice.below(5000);
}

void World::write_partition(PretendStore& store, const Space& space, std::uint64_t index,
                            bool valid) {
  const std::string version = "v" + std::to_string(dice.below(2));
  for (std::string& name : object_names(space, index, space.count_min(index), version)) {
    store.write(std::move(name), good_size(space.collection(), dice), now, valid);
  }
}

void World::fill(std::uint64_t percent) {
  const Config& config = read_config();
  for (const Collection& collection : config.collections) {
    const auto space = space_of(config, collection);
    if (!space) throw Violation{"installation_is_valid", space.error().text};
    PretendStore& store = stores.at(config.of(collection.store).name);
    for (std::uint64_t i = 0; i < (*space)->size(); ++i) {
      const bool there = (*space)->is_due(i, now) && !upstream.is_gone((*space)->key(i));
      if (there && dice.chance(percent)) write_partition(store, **space, i);
    }
  }
}

}  // namespace upkeep::sim
