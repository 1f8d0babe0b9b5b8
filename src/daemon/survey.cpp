#include "daemon/survey.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <filesystem>

#include "base/text.h"
#include "config/fields.h"
#include "core/incidents.h"
#include "coverage/selector.h"
#include "daemon/chain.h"
#include "daemon/inventory.h"
#include "daemon/listing.h"
#include "daemon/listing_watch.h"
#include "daemon/setup.h"
#include "daemon/standing.h"
#include "io/owner_lock.h"
#include "io/sqlite_state.h"

namespace upkeep {

Result<std::vector<CollectionId>> find_collections(const Config& config,
                                                   const std::vector<std::string>& names) {
  std::vector<std::string> known;
  for (const Collection& collection : config.collections) known.push_back(collection.name);
  std::vector<CollectionId> ids;
  for (const std::string& name : names) {
    const auto found = std::ranges::find(known, name);
    if (found == known.end()) {
      const auto meant = nearest(name, known);
      return fail(fmt::format("there is no collection `{}`; {}", name,
                              meant ? fmt::format("did you mean `{}`?", *meant)
                                    : fmt::format("there are: {}", join(known, ", "))));
    }
    const CollectionId id{static_cast<std::uint64_t>(found - known.begin())};
    if (std::ranges::find(ids, id) == ids.end()) ids.push_back(id);
  }
  return ids;
}

Result<Condition> find_condition(const Config& config, const std::vector<CollectionId>& selected,
                                 const std::string& text) {
  UPKEEP_TRY(Condition condition, parse_condition(text));
  for (std::uint64_t i = 0; i < config.collections.size(); ++i) {
    if (!selected.empty() && std::ranges::find(selected, CollectionId{i}) == selected.end()) {
      continue;
    }
    const Collection& collection = config.collections[i];
    const bool has_time = std::ranges::any_of(collection.dimensions, &Dimension::time);
    const auto fields = fields_of(collection);
    if (const auto fits = check_condition(condition, fields, has_time); !fits) {
      return fail(
          fmt::format("it does not fit collection {}: {}", collection.name, fits.error().text));
    }
  }
  return condition;
}

Result<State> read_state(const Config& config) {
  const std::string path = config.state + "/upkeep.db";
  if (!std::filesystem::exists(path)) return State{};
  UPKEEP_TRY(const auto state, SqliteState::open(path, SqliteState::Access::read));
  return state->load();
}

namespace {

/// What the loop does not believe of a collection, or could not see; empty when all is well.
std::string trouble_of(const State& rows, const Config& config, const Collection& collection) {
  for (const auto& [id, row] : rows.incidents) {
    const bool is_its = row.target == "collection:" + collection.name ||
                        row.target == "store:" + config.of(collection.store).name;
    const bool matters = row.kind == "unreadable" || row.kind.starts_with("held_");
    if (is_its && matters && row.state != IncidentRow::State::closed) {
      return fmt::format("{} ({})", row.text, to_text(row.id));
    }
  }
  return {};
}

CollectionFinding kept_finding(const Config& config, const State& rows, TableCache& tables,
                               CollectionId id) {
  const Collection& collection = config.of(id);
  if (std::string trouble = trouble_of(rows, config, collection); !trouble.empty()) {
    return {id, nullptr, {}, Error{std::move(trouble)}};
  }
  auto space = make_space(config, collection, tables, now_by_clock());
  if (!space) return {id, nullptr, {}, space.error()};
  const auto coverage = load_coverage(config, **space);
  if (!coverage) return {id, nullptr, {}, Error{"no inventory of it is kept; list it anew"}};
  return {id, *std::move(space), *coverage, {}};
}

/// As if the store had been listed when its inventory was taken.
StoreListed kept_listing(const Config& config, const State& rows, TableCache& tables,
                         const ListStore& wish) {
  StoreListed listed{wish.request, wish.store, Time::max(), {}, {}, {}};
  for (std::uint64_t i = 0; i < config.collections.size(); ++i) {
    if (config.collections[i].store != wish.store) continue;
    listed.findings.push_back(kept_finding(config, rows, tables, CollectionId{i}));
    const CollectionFinding& finding = listed.findings.back();
    if (!finding.error) listed.taken_at = std::min(listed.taken_at, finding.coverage.taken_at);
  }
  return listed;
}

/// Lists the store while `watch` is told of it.
StoreListed watched_listing(const Config& config, TableCache& tables, const ObjectStores& stores,
                            const ListStore& wish, const WatchSurvey& watch) {
  WatchListing tell;
  if (watch) {
    tell = [&, begun = std::chrono::steady_clock::now()](const ObjectStore::Requests& asked) {
      watch(config.of(wish.store).name, {asked.keys, asked.lists + asked.others, asked.at_once},
            std::chrono::floor<Duration>(std::chrono::steady_clock::now() - begun));
    };
  }
  const ListingWatch watching(stores, wish.store, tell);
  return list_store(config, tables, stores, wish, CheckCommands::leave_out);
}

}  // namespace

bool has_kept_inventories(const Config& config, const Selection& selection) {
  for (std::uint64_t i = 0; i < config.collections.size(); ++i) {
    const auto& wanted = selection.collections;
    if (!wanted.empty() && std::ranges::find(wanted, CollectionId{i}) == wanted.end()) continue;
    if (!std::filesystem::exists(coverage_path(config, config.collections[i].name))) return false;
  }
  return true;
}

Result<std::unique_ptr<Survey>> Survey::take(const Config& config, Selection selection,
                                             Inventories inventories, const WatchSurvey& watch) {
  UPKEEP_TRY(const State rows, read_state(config));
  const Time begin = now_by_clock();
  std::unique_ptr<Survey> survey(new Survey);
  const std::vector<CollectionId> asked = selection.collections;
  Assignment assignment{std::move(selection.collections), std::move(selection.where), false,
                        begin + config.loop.max_run_time};
  TableCache kept(config.zone);
  survey->engine_ =
      std::make_unique<Engine>(config, std::move(assignment), rows, load_baselines(config, kept));
  Engine& engine = *survey->engine_;
  // The engine starts nothing and what it would remember is dropped: only its listings count.
  const ObjectStores stores = open_stores(config);
  LiveTables live(config, stores, begin);
  std::map<StoreId, Duration> listings;
  std::map<StoreId, ObjectStore::Requests> requests;
  const Step first = engine.begin(begin);
  std::deque<Command> wishes(first.commands.begin(), first.commands.end());
  for (; !wishes.empty(); wishes.pop_front()) {
    const auto* list = std::get_if<ListStore>(&wishes.front());
    if (list == nullptr) continue;
    const ObjectStore::Requests before = asked_so_far(stores, list->store);
    StoreListed listed = inventories == Inventories::kept
                             ? kept_listing(config, rows, kept, *list)
                             : watched_listing(config, live.tables(), stores, *list, watch);
    const ObjectStore::Requests after = asked_so_far(stores, list->store);
    if (after.lists + after.others > before.lists + before.others) {
      requests[list->store].lists += after.lists - before.lists;
      requests[list->store].others += after.others - before.others;
    }
    const Time now = std::max(begin, now_by_clock());
    listings[list->store] = listed.took;
    const Step step = engine.step(now, std::move(listed));
    wishes.insert(wishes.end(), step.commands.begin(), step.commands.end());
  }
  const Time now = std::max(begin, now_by_clock());
  Standing standing = standing_of(config, engine, asked, listings, now);
  survey->queue_ = std::move(standing.queue);
  survey->snapshot_.reset(new Snapshot{config, now, std::move(standing.collections), survey->queue_,
                                       engine.incidents(), std::move(requests)});
  return survey;
}

Result<IncidentRow> acknowledge(const Config& config, const std::string& id) {
  const std::string_view digits = std::string_view(id).substr(id.starts_with('i') ? 1 : 0);
  const auto number = parse_number(digits);
  UPKEEP_TRY(const auto owner, OwnerLock::take(config.state));
  UPKEEP_TRY(const auto state,
             SqliteState::open(config.state + "/upkeep.db", SqliteState::Access::write));
  UPKEEP_TRY(const State rows, state->load());
  const auto known = number ? rows.incidents.find(IncidentId{*number}) : rows.incidents.end();
  if (known == rows.incidents.end() || known->second.state == IncidentRow::State::closed) {
    return fail(fmt::format("there is no open incident `{}`; `upkeep incidents` lists them", id));
  }
  const Time now = now_by_clock();
  Assignment assignment;
  assignment.fill = false;
  Engine engine(config, assignment, rows, {});
  std::vector<Change> changes = engine.begin(now).changes;
  const Step step = engine.step(now, AckAsked{known->first});
  changes.insert(changes.end(), step.changes.begin(), step.changes.end());
  UPKEEP_CHECK(state->commit(changes));
  return engine.incidents().at(known->first);
}

}  // namespace upkeep
