// `explain`: finds what is meant, how it stands, and the decisions that led there.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "base/text.h"
#include "core/incidents.h"
#include "core/retry.h"
#include "daemon/chain.h"
#include "daemon/inventory.h"
#include "daemon/setup.h"
#include "daemon/survey.h"
#include "io/sqlite_state.h"

namespace upkeep {
namespace {

struct FoundPartition {
  CollectionId collection;
  SpacePtr space;
  std::uint64_t index = 0;
};

/// "season=2024-25,date=2025-10-21"; nothing when it is not of that form.
std::optional<Partition> parse_partition(std::string_view text) {
  Partition partition;
  for (const std::string_view part : split(text, ',')) {
    const std::size_t equals = part.find('=');
    if (equals == std::string_view::npos) return {};
    partition.emplace_back(trim(part.substr(0, equals)), trim(part.substr(equals + 1)));
  }
  return partition;
}

std::optional<std::uint64_t> find_in(const Space& space, std::string_view what) {
  if (const auto index = space.find_written(what)) return index;
  if (const auto index = space.find_key(what)) return index;
  if (const auto partition = parse_partition(what)) return space.find(*partition);
  return {};
}

Result<FoundPartition> find_partition(const Config& config, std::string_view what, Time now) {
  const ObjectStores stores = open_stores(config);
  LiveTables live(config, stores, now);
  const std::size_t colon = what.find(':');
  for (std::uint64_t i = 0; i < config.collections.size(); ++i) {
    const Collection& collection = config.collections[i];
    const bool named = colon != std::string_view::npos && what.substr(0, colon) == collection.name;
    const auto space = make_space(config, collection, live.tables(), now);
    if (!space) {
      if (named) return std::unexpected(space.error());
      continue;
    }
    const auto index = find_in(**space, named ? what.substr(colon + 1) : what);
    if (index) return FoundPartition{CollectionId{i}, *space, *index};
  }
  return fail(fmt::format(
      "`{}` is no partition, task or incident that is known; write a key (as `upkeep gaps` prints "
      "it), COLLECTION:field=value,…, a task's id (t…) or an incident's (i…)",
      what));
}

Result<std::vector<JournalRow>> journal_of(const Config& config, const std::string& subject) {
  const std::string path = config.state + "/upkeep.db";
  if (!std::filesystem::exists(path)) return {};
  UPKEEP_TRY(const auto state, SqliteState::open(path, SqliteState::Access::read));
  return state->journal(subject);
}

std::string standing_of(const FoundPartition& found, const Result<Sight>& sight,
                        const PartitionRow* row, const Collector* collector, Time now) {
  const Space& space = *found.space;
  if (!sight)
    return fmt::format("unknown: the store could not be looked at: {}", sight.error().text);
  const auto gap = judge(space, found.index, *sight, now);
  if (!gap) return "good: the store shows it as expected";
  if (!space.is_due(found.index, now)) {
    return fmt::format("not expected yet; due at {}", to_text(space.due(found.index)));
  }
  std::string text = fmt::format("{}: a gap", to_text(*gap));
  if (collector == nullptr) return text + "; no collector is declared for it";
  if (row == nullptr) return text + "; it waits for its turn, no attempt has failed";
  return fmt::format("{}; {}", text, describe(*row, collector->retries));
}

/// What a command would say was found out when it ran last.
void recall_check(const Config& config, const FoundPartition& found, Sight& sight) {
  const auto& rule = found.space->collection().expect.valid;
  if (!rule || rule->format != Valid::Format::command) return;
  const auto kept = load_coverage(config, *found.space);
  if (!kept || kept->contents.rule != to_text(*rule) || !kept->invalid.test(found.index)) return;
  sight.valid = false;
  sight.flaw = "as its command said at the last run";
}

Explanation explain_partition(const Config& config, const FoundPartition& found, const State& state,
                              Time now) {
  const Collection& collection = config.of(found.collection);
  const std::string key = found.space->key(found.index);
  Explanation explanation{"partition", key, {}, {}, {}};
  auto& facts = explanation.facts;
  facts.emplace_back("collection", collection.name);
  facts.emplace_back("partition", found.space->text(found.index));
  if (found.space->time_axis()) {
    const Time due = found.space->due(found.index);
    facts.emplace_back("due", to_text(due));
    if (collection.by) {
      facts.emplace_back("deadline", to_text(next_after(collection.by->times, due, config.zone)));
    }
  }
  const ObjectStores stores = open_stores(config);
  const PartitionsSeen seen =
      look_at(config, stores, {{}, found.space, {found.index}}, CheckCommands::leave_out);
  Result<Sight> sight = Sight{};
  if (seen.error) {
    sight = std::unexpected(*seen.error);
  } else {
    sight = seen.sights.front();
    facts.emplace_back("objects", fmt::format("{}", sight->objects));
    if (sight->objects > 0) {
      facts.emplace_back("size", to_size_text(sight->size));
      facts.emplace_back("modified", to_text(sight->modified));
      recall_check(config, found, *sight);
      if (!sight->valid) facts.emplace_back("not valid", sight->flaw);
    }
  }
  for (const auto& [id, attempt] : state.attempts) {
    if (attempt.collection != collection.name) continue;
    if (std::ranges::find(attempt.keys, key) == attempt.keys.end()) continue;
    facts.emplace_back("attempt", fmt::format("{} since {}, until {} at the latest", id.value,
                                              to_text(attempt.started), to_text(attempt.deadline)));
  }
  const auto row = state.partitions.find({collection.name, key});
  explanation.standing =
      standing_of(found, sight, row == state.partitions.end() ? nullptr : &row->second,
                  collection.collector ? &config.of(*collection.collector) : nullptr, now);
  return explanation;
}

std::optional<Explanation> explain_incident(const State& state, std::string_view what) {
  const auto number = what.starts_with('i') ? parse_number(what.substr(1)) : std::nullopt;
  const auto found = number ? state.incidents.find(IncidentId{*number}) : state.incidents.end();
  if (found == state.incidents.end()) return {};
  const IncidentRow& row = found->second;
  Explanation explanation{"incident", to_text(row.id), {}, row.text, {}};
  explanation.facts = {{"target", row.target}, {"class", row.kind}, {"since", to_text(row.since)}};
  return explanation;
}

/// A task is a view of gaps, so it is looked for among those that there are now.
Result<Explanation> explain_task(const Config& config, const std::string& id) {
  Explanation explanation{"task", id, {}, "it is not in the queue now", {}};
  UPKEEP_TRY(const auto survey, Survey::take(config, {}));
  for (const Task& task : survey->snapshot().queue.tasks) {
    if (task.id != id) continue;
    explanation.facts = {{"collection", config.of(task.collection).name},
                         {"kind", std::string(to_text(task.kind))},
                         {"priority", std::string(to_text(task.priority))},
                         {"partitions", fmt::format("{}", task.partitions.size())},
                         {"first", task.space->key(task.partitions.front())},
                         {"since", to_text(task.since)}};
    if (task.deadline != Time::max()) {
      explanation.facts.emplace_back("comes first", "its deadline is " + to_text(task.deadline));
    }
    explanation.standing = task.held_by.empty() ? "it waits for its turn" : task.held_by;
  }
  return explanation;
}

bool is_task_id(std::string_view what) {
  return what.size() == 13 && what.front() == 't' &&
         what.find_first_not_of("0123456789abcdef", 1) == std::string_view::npos;
}

}  // namespace

Result<Explanation> explain(const Config& config, const std::string& what) {
  const Time now = now_by_clock();
  UPKEEP_TRY(const State state, read_state(config));
  if (auto incident = explain_incident(state, what)) {
    UPKEEP_TRY(incident->decisions, journal_of(config, incident->subject));
    return *incident;
  }
  if (is_task_id(what)) {
    UPKEEP_TRY(Explanation task, explain_task(config, what));
    UPKEEP_TRY(task.decisions, journal_of(config, what));
    if (!task.facts.empty() || !task.decisions.empty()) return task;
  }
  UPKEEP_TRY(const FoundPartition found, find_partition(config, what, now));
  Explanation explanation = explain_partition(config, found, state, now);
  const std::string& name = config.of(found.collection).name;
  UPKEEP_TRY(explanation.decisions, journal_of(config, name + " " + explanation.subject));
  return explanation;
}

}  // namespace upkeep
