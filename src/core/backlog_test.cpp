// The promises of the backlog one by one.
#include "core/backlog.h"

#include <gtest/gtest.h>

#include "core/backlog_test_world.h"

namespace upkeep::backlog_test {
namespace {

std::vector<std::string> first_keys(const std::vector<Task>& tasks) {
  std::vector<std::string> keys;
  for (const Task& task : tasks) keys.push_back(task.space->key(task.partitions.front()));
  return keys;
}

/// The keys of the partitions of a task.
std::vector<std::string> keys(const Task& task) {
  std::vector<std::string> keys;
  for (const std::uint64_t index : task.partitions) keys.push_back(task.space->key(index));
  return keys;
}

using Keys = std::vector<std::string>;

TEST(Promotion, moves_one_class_for_each_whole_wait) {
  EXPECT_EQ(promoted(Priority::low, 23h, 24h), Priority::low);
  EXPECT_EQ(promoted(Priority::low, 24h, 24h), Priority::medium);
  EXPECT_EQ(promoted(Priority::low, 71h, 24h), Priority::high);
  EXPECT_EQ(promoted(Priority::low, 72h, 24h), Priority::critical);
  EXPECT_EQ(promoted(Priority::medium, 10000h, 24h), Priority::critical);
  EXPECT_EQ(promoted(Priority::critical, 10000h, 24h), Priority::critical);
  EXPECT_EQ(promoted(Priority::low, -1h, 24h), Priority::low);
}

TEST(Score, weighs_age_against_size) {
  const Score settings;
  EXPECT_DOUBLE_EQ(score(settings, 1.0, 10h, 1), 4.9);
  EXPECT_DOUBLE_EQ(score(settings, 1.5, 10h, 20), 5.5);
  EXPECT_DOUBLE_EQ(score(settings, 1.5, 10h, 100'000), -2.5) << "the penalty for size is capped";
  EXPECT_DOUBLE_EQ(
      score({.age_per_hour = 0.5, .per_missing = 0.1, .max_size_penalty = 10}, 1, 0h, 1000), 100.0);
}

TEST(Backlog, is_every_gap_that_is_due) {
  World world;
  Collection collection = daily("a", 28, 40);  // from 10-29; now is noon of 11-01
  collection.collector = world.collector();
  auto& part = world.add(collection);
  part.coverage.mark(1, std::nullopt);
  part.coverage.mark(2, GapKind::undersized);
  const std::vector<Task> tasks = world.tasks();
  EXPECT_EQ(first_keys(tasks), (Keys{"a/2025-10-29", "a/2025-10-31"}));
  EXPECT_EQ(tasks[0].kind, GapKind::missing);
  EXPECT_EQ(tasks[1].kind, GapKind::undersized);
  EXPECT_EQ(tasks[0].since, sys_days{std::chrono::year{2025} / 10 / 30});
  EXPECT_EQ(tasks[0].detected, now);
}

TEST(Backlog, leaves_out_what_is_busy_or_gone) {
  World world;
  Collection collection = counted("a", 5);
  collection.collector = world.collector();
  auto& part = world.add(collection);
  part.busy = {1};
  part.rows[2].gone_until = now + 1ms;
  part.rows[3].gone_until = now;
  part.rows[4].gone_until = now + 1h;
  part.coverage.mark(4, GapKind::stale);
  const std::vector<Task> tasks = world.tasks();
  EXPECT_EQ(first_keys(tasks), (Keys{"a/0", "a/3", "a/4"})) << "an expired tombstone hides nothing";
  EXPECT_EQ(tasks[2].held_by, "said not to exist upstream, tried again from 2025-11-01T13:00:00Z")
      << "its object is there, so it is a gap, but trying it again would be vain";
  EXPECT_EQ(world.backlog().window(9).total_gaps, 3);
}

TEST(Backlog, serves_classes_strictly) {
  World world;
  Collection low = counted("low", 1), high = counted("high", 1);
  low.collector = high.collector = world.collector();
  low.priority = {{{}, Priority::low}};
  low.weight = 1000;
  high.priority = {{condition("n == 7"), Priority::critical}, {{}, Priority::high}};
  world.add(low).first_seen = now - 23h;
  world.add(high).first_seen = now;
  EXPECT_EQ(first_keys(world.tasks()), (Keys{"high/0", "low/0"}));
  EXPECT_EQ(world.tasks()[1].declared, Priority::low);
}

TEST(Backlog, promotes_what_waited_since_it_was_detected) {
  World world;
  Collection collection = daily("a", 0, 0);  // due on 10-02, a month ago
  collection.collector = world.collector();
  collection.priority = {{{}, Priority::low}};
  auto& part = world.add(collection);
  part.first_seen = now - 25h;
  const Task task = world.tasks().at(0);
  EXPECT_EQ(task.declared, Priority::low);
  EXPECT_EQ(task.priority, Priority::medium);
  EXPECT_EQ(task.detected, now - 25h);
  EXPECT_DOUBLE_EQ(task.score, 12.4);
  EXPECT_EQ(world.backlog().window(1).tasks_by_priority,
            (std::array<std::uint64_t, 4>{0, 0, 1, 0}));
}

TEST(Backlog, counts_a_loss_from_the_inventory_that_showed_it) {
  World world;
  Collection collection = counted("a", 4);
  collection.collector = world.collector();
  auto& part = world.add(collection);
  part.first_seen = now - 20h;
  part.losses = {{1, 2, now - 2h}};
  const std::vector<Task> tasks = world.tasks();
  EXPECT_EQ(first_keys(tasks), (Keys{"a/0", "a/3", "a/1", "a/2"}));
  EXPECT_EQ(tasks[2].since, now - 2h);
  EXPECT_EQ(tasks[2].detected, now - 2h);
}

TEST(Backlog, breaks_ties_by_age_then_by_key_bytewise) {
  World world;
  Collection days = daily("z", 0, 1), many = counted("a", 11);
  days.collector = many.collector = world.collector();
  world.add(many);
  world.add(days);
  EXPECT_EQ(first_keys(world.tasks()),
            (Keys{"z/2025-10-01", "z/2025-10-02", "a/0", "a/1", "a/10", "a/2", "a/3", "a/4", "a/5",
                  "a/6", "a/7", "a/8", "a/9"}));
}

TEST(Backlog, puts_the_first_collection_first_where_all_else_ties) {
  World world;
  Collection one = counted("one", 2), two = counted("two", 2);
  one.collector = two.collector = world.collector();
  one.key = two.key = "{n}";
  world.add(one);
  world.add(two);
  const std::vector<Task> tasks = world.tasks();
  ASSERT_EQ(first_keys(tasks), (Keys{"0", "0", "1", "1"}));
  for (std::size_t i = 0; i < tasks.size(); ++i) EXPECT_EQ(tasks[i].collection.value, i % 2);
}

TEST(Backlog, goes_on_behind_what_is_not_due) {
  World world;
  Collection collection = daily("a", 30, 39);  // 10-31 is due, 11-01 and later are not
  collection.key = "{k}/{date}/{n}";
  collection.dimensions.insert(collection.dimensions.begin(), {"k", ValueList{{"x", "y"}}});
  collection.dimensions.push_back(numbers("n", 0, 99));
  collection.collector = world.collector();
  world.add(collection);
  const Queue queue = world.backlog().window(1000);
  EXPECT_EQ(queue.total_gaps, 200);
  EXPECT_EQ(first_keys(queue.tasks).at(100), "y/2025-10-31/0");
}

TEST(Backlog, holds_what_must_not_start_before_a_time) {
  World world;
  Collection collection = counted("a", 5);
  collection.collector = world.collector();
  auto& part = world.add(collection);
  const auto put = [&](std::uint64_t index, Duration wait, std::string text) -> PartitionRow& {
    part.rows[index].not_before = now + wait;
    part.rows[index].text = std::move(text);
    return part.rows[index];
  };
  put(0, 1h, "exit 1").attempts = 1;
  put(1, 6h, "exit 2").rests = 1;
  part.rows[1].attempts = 4;
  put(2, 12h, "").rests = 2;
  part.rows[2].why = FailureClass::timeout;
  put(3, 2h, "exit 75").rests = 2;
  part.rows[3].deferrals = 1;
  put(4, 0h, "exit 1").attempts = 1;
  Backlog backlog = world.backlog();
  const std::vector<Task> tasks = backlog.window(9).tasks;
  ASSERT_EQ(first_keys(tasks), (Keys{"a/4", "a/0", "a/1", "a/2", "a/3"}));
  EXPECT_EQ(tasks[0].held_by, "");
  EXPECT_EQ(tasks[1].held_by, "retries at 2025-11-01T13:00:00Z");
  EXPECT_EQ(tasks[2].held_by, "rests until 2025-11-01T18:00:00Z after 4 attempts: exit 2");
  EXPECT_EQ(tasks[3].held_by, "rests until 2025-11-02T00:00:00Z: timeout");
  EXPECT_EQ(tasks[4].held_by, "retries at 2025-11-01T14:00:00Z");
  EXPECT_EQ(tasks[1].status, Task::Status::held);
  EXPECT_EQ(backlog.next(anything)->status, Task::Status::pending);
  EXPECT_FALSE(backlog.next(anything)) << "held tasks are shown, never given out";
}

TEST(Backlog, holds_a_held_collection_and_one_without_a_collector) {
  World world;
  Collection held = counted("held", 1);
  held.collector = world.collector();
  world.add(held).held_by = "it lost a third of its objects";
  world.add(counted("bare", 2));
  Backlog backlog = world.backlog();
  const Queue queue = backlog.window(9);
  ASSERT_EQ(first_keys(queue.tasks), (Keys{"bare/0", "bare/1", "held/0"}));
  EXPECT_EQ(queue.tasks[0].held_by, "no collector is declared for it");
  EXPECT_EQ(queue.tasks[2].held_by, "it lost a third of its objects");
  EXPECT_EQ(queue.estimate, 2min) << "what nobody collects takes no time";
  EXPECT_FALSE(backlog.next(anything));
  EXPECT_FALSE(backlog.is_short());
}

TEST(Backlog, cuts_batches_in_the_order_of_their_partitions) {
  World world;
  Collection collection = counted("a", 4);
  collection.key = "{n}/{k}";
  collection.dimensions.push_back({"k", ValueList{{"x", "y"}}});
  collection.collector = world.collector(Batch{{"k"}, 3});
  world.add(collection);
  const std::vector<Task> tasks = world.tasks();
  ASSERT_EQ(tasks.size(), 4);
  EXPECT_EQ(keys(tasks[0]), (Keys{"3/x"})) << "the smallest has the smallest penalty";
  EXPECT_EQ(keys(tasks[1]), (Keys{"3/y"}));
  EXPECT_EQ(keys(tasks[2]), (Keys{"0/x", "1/x", "2/x"}));
  EXPECT_EQ(keys(tasks[3]), (Keys{"0/y", "1/y", "2/y"}));
  EXPECT_DOUBLE_EQ(tasks[2].score, -0.3);
  EXPECT_EQ(world.backlog().window(9).estimate, 16min);
}

TEST(Backlog, batches_rows_of_a_table_wherever_they_stand) {
  World world;
  Collection collection = counted("a", 1);
  const std::vector<TableField> fields = {{"season", FieldType::text}, {"game", FieldType::text}};
  collection.key = "{season}/{game}";
  collection.dimensions = {{"games", Table{{}, "/games.csv", "", fields, {}}, false}};
  collection.collector = world.collector(Batch{{"season"}, 10});
  auto rows = std::make_shared<Rows>(std::vector<std::string>{"season", "game"});
  for (const char* game : {"1", "2", "3", "4", "5"}) {
    const std::vector<std::string_view> texts = {*game % 2 == 0 ? "x" : "y", game};
    rows->add(texts);
  }
  world.add(collection, rows);
  const std::vector<Task> tasks = world.tasks();
  ASSERT_EQ(tasks.size(), 2);
  EXPECT_EQ(keys(tasks[0]), (Keys{"x/2", "x/4"}));
  EXPECT_EQ(keys(tasks[1]), (Keys{"y/1", "y/3", "y/5"}));
}

TEST(Backlog, never_mixes_kinds_priorities_or_what_is_held_in_a_batch) {
  World world;
  Collection collection = counted("a", 6);
  collection.collector = world.collector(Batch{{}, 100});
  collection.priority = {{condition("n == 1"), Priority::high}};
  auto& part = world.add(collection);
  part.coverage.mark(3, GapKind::stale);
  part.rows[4].not_before = now + 2h;
  part.rows[5].not_before = now + 1h;
  const std::vector<Task> tasks = world.tasks();
  ASSERT_EQ(tasks.size(), 4);
  EXPECT_EQ(keys(tasks[0]), (Keys{"a/1"}));
  EXPECT_EQ(keys(tasks[1]), (Keys{"a/3"}));
  EXPECT_EQ(keys(tasks[2]), (Keys{"a/0", "a/2"}));
  EXPECT_EQ(keys(tasks[3]), (Keys{"a/4", "a/5"}));
  EXPECT_EQ(tasks[3].held_by, "retries at 2025-11-01T13:00:00Z") << "the first to be free";
}

TEST(Backlog, has_only_what_was_asked_for) {
  World world;
  Collection collection = counted("a", 100);
  collection.collector = world.collector(Batch{{}, 50});
  world.add(collection);
  world.where = condition("n >= 97");
  const Queue queue = world.backlog().window(9);
  ASSERT_EQ(queue.tasks.size(), 1);
  EXPECT_EQ(keys(queue.tasks[0]), (Keys{"a/97", "a/98", "a/99"}));
  EXPECT_EQ(queue.total_gaps, 3);
}

TEST(Backlog, counts_also_what_it_does_not_keep) {
  World world;
  Collection collection = counted("a", 1000);
  collection.collector = world.collector();
  world.add(collection);
  world.keep = 3;
  Backlog backlog = world.backlog();
  EXPECT_EQ(first_keys(backlog.window(9).tasks), (Keys{"a/0", "a/1", "a/10"}));
  EXPECT_EQ(backlog.window(0).total_tasks, 1000);
  EXPECT_FALSE(backlog.is_short());
  while (backlog.next(anything)) continue;
  EXPECT_EQ(backlog.window(9).total_tasks, 997);
  EXPECT_EQ(backlog.window(9).tasks_by_collection.at({0}), 997);
  EXPECT_TRUE(backlog.is_short());
}

TEST(Backlog, says_nothing_of_what_is_unknown) {
  World world;
  Collection collection = counted("a", 9);
  collection.collector = world.collector();
  world.add(collection);
  const BacklogInput unknown;  // of the first collection
  Backlog backlog(world.config, {}, {&unknown, 1}, now, {.tasks = 9});
  EXPECT_FALSE(backlog.next(anything));
  EXPECT_EQ(backlog.window(9).total_gaps, 0);
}

TEST(TaskId, stays_while_its_first_partition_and_kind_stay) {
  World world;
  Collection collection = counted("a", 9);
  collection.collector = world.collector(Batch{{}, 4});
  auto& part = world.add(collection);
  const std::string id = world.tasks().at(1).id;
  EXPECT_EQ(id.size(), 13);
  EXPECT_EQ(id[0], 't');
  EXPECT_EQ(id.find_first_not_of("0123456789abcdef", 1), std::string::npos);
  part.coverage.mark(1, std::nullopt);
  EXPECT_EQ(world.tasks().at(0).id, id);
  part.coverage.mark(0, std::nullopt);
  EXPECT_NE(world.tasks().at(0).id, id);
}

}  // namespace
}  // namespace upkeep::backlog_test
