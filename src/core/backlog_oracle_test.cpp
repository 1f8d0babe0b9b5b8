// The backlog against a plain computation of the same, one partition at a time, on random
// collections.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <tuple>

#include "base/random.h"
#include "core/backlog_test_world.h"

namespace upkeep::backlog_test {
namespace {

std::string plain_hold(const World& world, std::size_t i, std::uint64_t index) {
  const World::Part& part = world.parts[i];
  if (!part.held_by.empty()) return part.held_by;
  if (!world.config.collections[i].collector) return "no collector is declared for it";
  const auto known = part.rows.find(index);
  if (known == part.rows.end()) return "";
  const PartitionRow& row = known->second;
  if (row.gone_until > now && row.gone_until > row.not_before) {
    return "said not to exist upstream, tried again from " + to_text(row.gone_until);
  }
  if (row.not_before <= now) return "";
  const std::string time = to_text(row.not_before);
  return row.rests > 0 ? "rests until " + time + ": " + row.text : "retries at " + time;
}

bool is_plain_gap(const World::Part& part, const Selector& where, std::uint64_t index) {
  if (!part.coverage.gap(index) || !part.space->is_due(index, now)) return false;
  if (std::ranges::find(part.busy, index) != part.busy.end()) return false;
  if (!where.first(index)) return false;
  const auto row = part.rows.find(index);
  const bool gone = row != part.rows.end() && row->second.gone_until > now;
  return !gone || part.coverage.present.test(index);
}

Task plain_gap(const World& world, std::size_t i, std::uint64_t index) {
  const World::Part& part = world.parts[i];
  Task task;
  task.collection = {i};
  task.space = part.space;
  task.kind = part.coverage.gap(index).value();
  task.since = part.space->time_axis() ? part.space->due(index) : part.first_seen;
  for (const Loss& loss : part.losses) {
    if (loss.first <= index && index <= loss.last) task.since = loss.since;
  }
  task.detected = std::max(task.since, part.first_seen);
  task.held_by = plain_hold(world, i, index);
  task.status = task.held_by.empty() ? Task::Status::pending : Task::Status::held;
  task.partitions = {index};
  return task;
}

/// Of the partitions of one task the one that is free first says what holds it.
void join(const World::Part& part, Task& task, const Task& more) {
  const auto free = [&](std::uint64_t index) {
    const auto row = part.rows.find(index);
    return row == part.rows.end() ? Time{}
                                  : std::max(row->second.not_before, row->second.gone_until);
  };
  const std::uint64_t index = more.partitions.front();
  const bool is_first = std::ranges::all_of(
      task.partitions, [&](std::uint64_t other) { return free(index) < free(other); });
  if (is_first) task.held_by = more.held_by;
  task.since = std::min(task.since, more.since);
  task.detected = std::min(task.detected, more.detected);
  task.partitions.push_back(index);
}

/// The values of the fields that a batch shares.
std::vector<std::string> shared(const Space& space, const Batch& batch, std::uint64_t index) {
  std::vector<std::string> texts;
  for (const auto& [field, text] : space.partition(index)) {
    if (std::ranges::find(batch.by, field) != batch.by.end()) texts.push_back(text);
  }
  return texts;
}

void plain_tasks(const World& world, std::size_t i, std::vector<Task>& all) {
  const World::Part& part = world.parts[i];
  const Collection& collection = world.config.collections[i];
  std::optional<Batch> batch;
  if (collection.collector) batch = world.config.of(*collection.collector).batch;
  const Selector where(*part.space, {&world.where, 1}, now);
  std::vector<Selector> rules;
  for (const auto& rule : collection.priority)
    rules.emplace_back(*part.space, std::span(&rule.condition, 1), now);
  std::map<std::tuple<std::vector<std::string>, GapKind, Priority, Task::Status, int>, std::size_t>
      open;
  for (std::uint64_t index = 0; index < part.space->size(); ++index) {
    if (!is_plain_gap(part, where, index)) continue;
    Task gap = plain_gap(world, i, index);
    for (std::size_t rule = rules.size(); rule-- > 0;) {
      if (rules[rule].first(index)) gap.declared = collection.priority[rule].then;
    }
    if (!batch) {
      all.push_back(gap);
      continue;
    }
    const auto row = part.rows.find(index);
    const int rests = row == part.rows.end() ? 0 : std::min(row->second.rests, 3);
    constexpr std::array parts = {1, 4, 16, 1'000'000};
    const std::uint64_t max =
        std::max<std::uint64_t>(1, batch->max / static_cast<std::uint64_t>(parts.at(rests)));
    const std::tuple group(shared(*part.space, *batch, index), gap.kind, gap.declared, gap.status,
                           rests);
    const auto found = open.find(group);
    if (found != open.end() && all[found->second].partitions.size() < max) {
      join(part, all[found->second], gap);
    } else {
      all.push_back(gap);
      open[group] = all.size() - 1;
    }
  }
}

/// All tasks in order.
std::vector<Task> plain(const World& world) {
  std::vector<Task> all;
  for (std::size_t i = 0; i < world.parts.size(); ++i) plain_tasks(world, i, all);
  for (Task& task : all) {
    const Duration waited = now - task.detected;
    task.priority = promoted(task.declared, waited, world.config.queue.promote_after);
    task.score = score(world.config.queue.score, world.config.of(task.collection).weight, waited,
                       task.partitions.size());
  }
  std::ranges::sort(all, {}, [](const Task& task) {
    return std::tuple(task.status == Task::Status::held, task.priority, -task.score, task.since,
                      task.space->key(task.partitions.front()), task.collection);
  });
  return all;
}

std::shared_ptr<const Rows> random_table(Random& random) {
  const std::vector<std::string> columns = {"season", "day", "game"};
  auto rows = std::make_shared<Rows>(columns);
  const bool sorted = random.chance(50);
  const std::uint64_t size = 1 + random.below(40);
  for (std::uint64_t i = 0; i < size; ++i) {
    const std::string season = std::to_string(sorted ? i / 16 : random.below(3));
    const std::string day = "2025-10-" + std::to_string(10 + (sorted ? i / 4 : random.below(9)));
    const std::string game = "g" + std::to_string(i);
    const std::vector<std::string_view> texts = {season, day, game};
    rows->add(texts);
  }
  return rows;
}

Collection random_collection(Random& random, std::string name, bool with_table) {
  Collection collection;
  collection.name = name;
  std::vector<std::string> fields = {"a", "b"};
  collection.dimensions = {numbers("a", 8, 8 + random.below(5)),
                           {"b", ValueList{{"x", "w", "y", "v"}}}};
  if (with_table) {
    const bool with_dates = random.chance(60);
    const std::vector<TableField> columns = {
        {"season", FieldType::text},
        {"day", with_dates ? FieldType::date : FieldType::text},
        {"game", FieldType::text}};
    collection.dimensions.push_back(
        {"games", Table{{}, "/games.csv", "", columns, {}}, with_dates});
    fields.insert(fields.end(), {"season", "day", "game"});
  } else if (random.chance(60)) {
    const int from = static_cast<int>(random.below(25));
    collection.dimensions.push_back(
        days_dimension(from, from + static_cast<int>(random.below(12))));
    fields.push_back("date");
  }
  if (collection.dimensions.size() == 2) {
    collection.dimensions.push_back(numbers("z", 0, random.below(150)));
    fields.push_back("z");
  }
  if (std::ranges::any_of(collection.dimensions, &Dimension::time)) {
    collection.expect.available_after = Duration{6h} * static_cast<int>(random.below(3));
  }
  for (std::size_t i = collection.dimensions.size(); i > 1; --i) {
    std::swap(collection.dimensions[i - 1], collection.dimensions[random.below(i)]);
  }
  for (std::size_t i = fields.size(); i > 1; --i) std::swap(fields[i - 1], fields[random.below(i)]);
  // Keys without the name: partitions of two collections may tie in everything else.
  const std::string padding = random.chance(50) ? ":03" : "";
  for (const std::string& field : fields) {
    collection.key += "{" + field + (field == "a" || field == "z" ? padding : "") + "}/";
  }
  collection.key.back() = 'k';
  if (random.chance(60)) collection.priority.push_back({condition("a == 9"), Priority::high});
  if (random.chance(60)) collection.priority.push_back({condition("b in [x, v]"), Priority::low});
  if (random.chance(30)) collection.weight = 1.5;
  return collection;
}

std::optional<Batch> random_batch(Random& random, const Collection& collection) {
  if (random.chance(30)) return {};
  std::vector<std::string> by;
  for (const Dimension& dimension : collection.dimensions) {
    if (dimension.name == "games") {
      for (const char* field : {"season", "day", "game"}) {
        if (random.chance(40)) by.push_back(field);
      }
    } else if (random.chance(50)) {
      by.push_back(dimension.name);
    }
  }
  return Batch{by, 1 + random.below(6)};
}

void randomize(Random& random, World::Part& part) {
  const std::uint64_t good = random.below(4) == 0 ? 97 : random.below(101);
  const std::uint64_t odd = random.chance(50) ? 0 : 30;
  const std::uint64_t known = random.chance(50) ? 0 : 15;
  for (std::uint64_t i = 0; i < part.space->size(); ++i) {
    if (random.chance(good)) {
      part.coverage.mark(i, std::nullopt);
    } else if (random.chance(odd)) {
      part.coverage.mark(i, gap_kinds[random.below(gap_kinds.size())]);
    }
    if (random.chance(known / 3)) part.busy.push_back(i);
    if (random.chance(known)) {
      PartitionRow& row = part.rows[i];
      row.text = "exit 1";
      row.rests = static_cast<int>(random.below(5));
      row.not_before = now + 1h * (static_cast<int>(random.below(5)) - 2);
      if (random.chance(20)) row.gone_until = now + 1h * (static_cast<int>(random.below(3)) - 1);
    }
    if (random.chance(known / 4) && (part.losses.empty() || part.losses.back().last < i)) {
      part.losses.push_back(
          {i, i + random.below(9), now - 1h * static_cast<int>(random.below(90))});
    }
  }
  part.first_seen = now - 1h * static_cast<int>(random.below(100));
  if (random.chance(10)) part.held_by = "it lost a third of its objects";
}

World random_world(std::uint64_t seed) {
  Random random(seed);
  World world;
  const std::uint64_t size = 1 + random.below(3);
  for (std::uint64_t i = 0; i < size; ++i) {
    const bool with_table = random.chance(40);
    Collection collection =
        random_collection(random, "c" + std::to_string(i % 2) + std::to_string(i), with_table);
    if (random.chance(90)) collection.collector = world.collector(random_batch(random, collection));
    randomize(random, world.add(collection, with_table ? random_table(random) : nullptr));
  }
  if (random.chance(30)) world.where = condition(random.chance(50) ? "a != 9" : "b == y");
  if (random.chance(30)) world.config.queue.score.age_per_hour = 0;
  if (random.chance(30)) world.config.queue.score.max_size_penalty = 0.25;
  constexpr std::uint64_t keeps[] = {0, 1, 2, 7, 50, 1'000'000};
  world.keep = keeps[random.below(std::size(keeps))];
  return world;
}

void expect_same(const Task& task, const Task& plain) {
  RC_ASSERT(task.collection == plain.collection);
  RC_ASSERT(task.space == plain.space);
  RC_ASSERT(task.kind == plain.kind);
  RC_ASSERT(task.declared == plain.declared);
  RC_ASSERT(task.priority == plain.priority);
  RC_ASSERT(task.score == plain.score);
  RC_ASSERT(task.since == plain.since);
  RC_ASSERT(task.detected == plain.detected);
  RC_ASSERT(task.partitions == plain.partitions);
  RC_ASSERT(task.status == plain.status);
  RC_ASSERT(task.held_by == plain.held_by);
}

void expect_same_numbers(const World& world, const Queue& queue, const std::vector<Task>& tasks) {
  Queue expected;
  expected.total_tasks = tasks.size();
  for (const Task& task : tasks) {
    expected.total_gaps += task.partitions.size();
    ++expected.tasks_by_priority[static_cast<std::size_t>(task.priority)];
    ++expected.tasks_by_collection[task.collection];
    const Collection& collection = world.config.of(task.collection);
    if (collection.collector) {
      expected.estimate += world.config.of(*collection.collector).estimate *
                           static_cast<Duration::rep>(task.partitions.size());
    }
  }
  RC_ASSERT(queue.total_tasks == expected.total_tasks);
  RC_ASSERT(queue.total_gaps == expected.total_gaps);
  RC_ASSERT(queue.tasks_by_priority == expected.tasks_by_priority);
  RC_ASSERT(queue.tasks_by_collection == expected.tasks_by_collection);
  RC_ASSERT(queue.estimate == expected.estimate);
}

RC_GTEST_PROP(Backlog, is_what_a_plain_computation_gives, (std::uint64_t seed)) {
  const World world = random_world(seed);
  const std::vector<Task> all = plain(world);
  const Queue queue = world.backlog().window(world.keep);
  RC_ASSERT(queue.tasks.size() == std::min<std::uint64_t>(world.keep, all.size()));
  for (std::size_t i = 0; i < queue.tasks.size(); ++i) expect_same(queue.tasks[i], all[i]);
  expect_same_numbers(world, queue, all);
}

RC_GTEST_PROP(Backlog, gives_out_its_pending_tasks_from_the_front, (std::uint64_t seed)) {
  const World world = random_world(seed);
  std::vector<Task> left = plain(world);
  const std::uint64_t pending =
      static_cast<std::uint64_t>(std::ranges::count(left, Task::Status::pending, &Task::status));
  const std::uint64_t kept = std::min(pending, world.keep);
  Backlog backlog = world.backlog();
  for (std::uint64_t i = 0; i < kept; ++i) {
    const std::optional<Task> task = backlog.next(anything);
    RC_ASSERT(task.has_value());
    expect_same(*task, left.front());
    left.erase(left.begin());
  }
  RC_ASSERT(!backlog.next(anything));
  RC_ASSERT(backlog.is_short() == (pending > kept));
  const Queue queue = backlog.window(3);
  RC_ASSERT(queue.tasks.size() == std::min<std::uint64_t>({3, left.size(), world.keep - kept}));
  for (std::size_t i = 0; i < queue.tasks.size(); ++i) expect_same(queue.tasks[i], left[i]);
  expect_same_numbers(world, queue, left);
}

}  // namespace
}  // namespace upkeep::backlog_test
