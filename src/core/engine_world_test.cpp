// The world that the engine's tests play in, and that it does what it seems to.
#include "base/text.h"
#include "core/engine_test_world.h"

namespace upkeep::engine_test {
namespace {

Sight sight_of(const std::map<std::string, Sight>& objects, const std::string& key) {
  const auto found = objects.find(key);
  return found == objects.end() ? Sight{} : found->second;
}

}  // namespace

World::World() {
  Store store;
  store.name = "lake";
  config.stores.push_back(store);
  assignment.where = {};
}

CollectionId World::add(std::string name, std::uint64_t size, std::uint64_t store) {
  while (config.stores.size() <= store) {
    config.stores.push_back(config.stores.front());
    config.stores.back().name = "lake" + std::to_string(config.stores.size());
  }
  Collector collector;
  collector.name = "fill-" + name;
  config.collectors.push_back(collector);
  Collection collection;
  collection.name = name;
  collection.store = StoreId{store};
  collection.key = name + "/{n}";
  collection.dimensions = {{"n", NumberRange{0, size - 1, 1}}};
  collection.collector = CollectorId{config.collectors.size() - 1};
  config.collections.push_back(collection);
  return CollectionId{config.collections.size() - 1};
}

void World::resize(CollectionId id, std::uint64_t size) {
  config.collections[id.value].dimensions = {{"n", NumberRange{0, size - 1, 1}}};
}

void World::put(const std::string& key) {
  objects[key] = {.objects = 1, .size = 1000, .modified = now};
}

void World::put_all(const std::string& name, std::uint64_t size) {
  for (std::uint64_t i = 0; i < size; ++i) put(name + "/" + std::to_string(i));
}

void World::begin() {
  engine = std::make_unique<Engine>(config, assignment, state, kept_);
  take(engine->begin(now));
  answer();
}

void World::restart() {
  questions_.clear();
  watched.clear();
  begin();
}

void World::send(const Event& event) {
  take(engine->step(now, event));
  answer();
}

void World::pass(Duration duration) {
  const Time end = now + duration;
  while (engine->next_deadline() <= end) {
    now = std::max(now, engine->next_deadline());
    send(TimePassed{});
  }
  now = end;
  send(TimePassed{});
}

AttemptId World::of(const std::string& key) const {
  for (const auto& [id, start] : running) {
    for (const std::uint64_t index : start.partitions) {
      if (start.space->key(index) == key) return id;
    }
  }
  ADD_FAILURE() << "nothing runs for " << key;
  return {};
}

void World::end(const std::string& key, Ending ending, bool writes) {
  const AttemptId id = of(key);
  const auto found = running.find(id);
  if (found == running.end()) return;
  for (const std::uint64_t index : found->second.partitions) {
    if (writes) put(found->second.space->key(index));
  }
  running.erase(found);
  if (std::ranges::find(watched, id) != watched.end()) {
    send(OrphanEnded{id});
  } else {
    send(AttemptEnded{id, std::move(ending)});
  }
}

void World::run_all(int code) {
  while (!running.empty()) {
    const StartAttempt& next = running.begin()->second;
    end(next.space->key(next.partitions.front()), code);
  }
}

Keys World::running_keys() const {
  Keys keys;
  for (const auto& [id, start] : running) {
    for (const std::uint64_t index : start.partitions) keys.push_back(start.space->key(index));
  }
  return keys;
}

const PartitionRow* World::row(const std::string& key) const {
  for (const auto& [names, row] : state.partitions) {
    if (row.key == key) return &row;
  }
  return nullptr;
}

const IncidentRow* World::incident(std::string_view kind) const {
  for (const auto& [id, row] : state.incidents) {
    if (row.kind == kind && row.state != IncidentRow::State::closed) return &row;
  }
  return nullptr;
}

Summary World::summary(std::uint64_t id) const {
  const CollectionView known = view(id);
  return summarize(*known.space, *known.coverage, now, engine->gone(CollectionId{id}, now));
}

void World::take(Step step) {
  for (const Change& change : step.changes) {
    apply(state, change);
    if (const auto* added = std::get_if<AddJournal>(&change)) journal.push_back(added->row);
  }
  for (const Command& command : step.commands) carry_out(command);
}

void World::carry_out(const Command& command) {
  if (const auto* start = std::get_if<StartAttempt>(&command)) {
    EXPECT_TRUE(state.attempts.contains(start->attempt)) << "written before it is acted on";
    for (const std::string& key : running_keys()) {
      for (const std::uint64_t index : start->partitions) {
        EXPECT_NE(key, start->space->key(index)) << "collected twice at once";
      }
    }
    std::vector<std::string> keys;
    for (const std::uint64_t index : start->partitions) keys.push_back(start->space->key(index));
    started.push_back(join(keys, " "));
    running[start->attempt] = *start;
  } else if (const auto* stop = std::get_if<StopAttempt>(&command)) {
    stopped.push_back(stop->attempt);
  } else if (const auto* watch = std::get_if<WatchOrphan>(&command)) {
    watched.push_back(watch->attempt);
  } else if (const auto* failure = std::get_if<LogFailure>(&command)) {
    failures.push_back(*failure);
  } else if (const auto* kept = std::get_if<KeepCoverage>(&command)) {
    const CollectionView known = engine->view(kept->collection);
    kept_[config.of(kept->collection).name] = {known.space, *known.coverage};
  } else if (const auto* grant = std::get_if<GrantTokens>(&command)) {
    granted.push_back(grant->ask.id);
  } else if (const auto* refusal = std::get_if<RefuseTokens>(&command)) {
    refused.push_back(refusal->why);
  } else if (std::holds_alternative<RunComplete>(command)) {
    ++complete;
  } else {
    questions_.push_back(command);
  }
}

void World::answer() {
  while (!is_silent && !questions_.empty()) {
    const Command question = questions_.front();
    questions_.pop_front();
    if (const auto* listing = std::get_if<ListStore>(&question)) {
      ++listings;
      take(engine->step(now, list(*listing)));
    } else if (const auto* asked = std::get_if<LookAt>(&question)) {
      looked_at.push_back(asked->partitions.size());
      take(engine->step(now, look(*asked)));
    } else {
      take(engine->step(now, DiskMeasured{disk_free, 1'000'000'000'000}));
    }
  }
}

Event World::list(const ListStore& asked) const {
  const Time taken_at = report_read ? report_read->at : now;
  StoreListed listed{asked.request, asked.store, taken_at, {}, {}, {}};
  if (unreadable.contains(config.of(asked.store).name)) {
    listed.error = Error{"it cannot be read"};
    return listed;
  }
  for (std::uint64_t i = 0; i < config.collections.size(); ++i) {
    if (config.collections[i].store != asked.store) continue;
    CollectionFinding finding{CollectionId{i}, nullptr, {}, {}};
    auto space = Space::make(config.collections[i], {now, config.zone, {}});
    if (unreadable.contains(config.collections[i].name) || !space) {
      finding.error = Error{"its folder cannot be read"};
      listed.findings.push_back(std::move(finding));
      continue;
    }
    finding.space = *space;
    finding.coverage.taken_at = taken_at;
    finding.coverage.present = Bits(finding.space->size());
    for (std::uint64_t index = 0; index < finding.space->size(); ++index) {
      const Sight seen =
          sight_of(report_read ? report_read->objects : objects, finding.space->key(index));
      finding.coverage.mark(index, judge(*finding.space, index, seen, now));
    }
    if (!content_trouble.empty()) {
      finding.coverage.contents = {.rule = "any", .trouble = content_trouble};
    }
    listed.findings.push_back(std::move(finding));
  }
  return listed;
}

Event World::look(const LookAt& asked) const {
  PartitionsSeen seen{asked.request, {}, {}};
  if (unreadable.contains(config.of(asked.space->collection().store).name)) {
    seen.error = Error{"it cannot be looked at"};
    return seen;
  }
  for (const std::uint64_t index : asked.partitions) {
    seen.sights.push_back(sight_of(objects, asked.space->key(index)));
  }
  return seen;
}

TEST(World, fills_what_its_collectors_write) {
  World world;
  world.add("a", 8);
  world.put("a/3");
  world.begin();
  EXPECT_EQ(world.running_keys(), (Keys{"a/0", "a/1", "a/2", "a/4", "a/5"}));
  world.run_all(0);
  EXPECT_EQ(world.started.size(), 7);
  EXPECT_EQ(world.summary().completeness(), 1.0);
  EXPECT_TRUE(world.state.attempts.empty());
  EXPECT_TRUE(world.state.partitions.empty());
}

}  // namespace upkeep::engine_test
