// Tests of coverage, gaps, the queue and the heatmap as JSON and as text.
#include <gtest/gtest.h>

#include "api/cost_text.h"
#include "api/display.h"
#include "api/gap_rows.h"
#include "api/heatmap.h"
#include "api/plan_text.h"
#include "api/scan_json.h"
#include "api/tasks_json.h"
#include "api/testing.h"
#include "base/json.h"
#include "base/text.h"

namespace upkeep {
namespace {

using namespace testing;

/// Two stations, the days of October 2025; the 30th is the last that is due.
World october() {
  World world("2025-10-31T12:00:00Z");
  world.config().collections.reserve(4);
  Coverage& coverage = world.add(
      "weather", "weather/{station}/{date}.json",
      {list("station", {"Seattle", "New York"}), dates("date", "2025-10-01", "2025-10-31")});
  for (std::uint64_t day = 9; day < 19; ++day) coverage.mark(day, GapKind::missing);
  coverage.mark(31 + 3, GapKind::undersized);
  coverage.mark(31 + 4, GapKind::stale);
  coverage.mark(30, GapKind::missing);  // too early
  coverage.mark(61, GapKind::missing);
  coverage.strays = 3;
  coverage.stray_samples = {"weather/a\x1b[2J.txt", "weather/b.txt"};
  return world;
}

Task task_of(const World& world, std::vector<std::uint64_t> partitions) {
  Task task;
  task.id = "t0123456789ab";
  task.space = world.space(0);
  task.declared = Priority::high;
  task.priority = Priority::critical;
  task.score = -9.5;
  task.since = at("2025-10-11T00:00:00Z");
  task.detected = at("2025-10-31T11:00:00Z");
  task.partitions = std::move(partitions);
  return task;
}

TEST(scan_json, every_number_that_programs_rely_on_is_there) {
  const World world = october();
  const auto json = parse_json(scan_json(world.snapshot(), {}));
  ASSERT_TRUE(json.has_value());
  const Json& row = json->at("collections").at(0);
  EXPECT_EQ(row.at("name"), "weather");
  EXPECT_EQ(row.at("expected"), 60);
  EXPECT_EQ(row.at("present"), 50);
  EXPECT_EQ(row.at("missing"), 10);
  EXPECT_EQ(row.at("undersized"), 1);
  EXPECT_EQ(row.at("stale"), 1);
  EXPECT_EQ(row.at("invalid"), 0);
  EXPECT_EQ(row.at("incomplete"), 0);
  EXPECT_EQ(row.at("too_early"), 2);
  EXPECT_EQ(row.at("gone"), 0);
  EXPECT_EQ(row.at("strays"), 3);
  EXPECT_EQ(row.at("duplicates"), 0);
  EXPECT_EQ(row.at("completeness"), 48.0 / 60);
  EXPECT_EQ(row.at("objects"), 62);
  EXPECT_EQ(row.at("bytes"), 62000);
  EXPECT_EQ(row.at("seconds"), 0.25);
  EXPECT_EQ(row.at("inventory_at"), "2025-10-31T12:00:00Z");
  EXPECT_EQ(row.at("stray_samples").size(), 2u);
  EXPECT_FALSE(row.contains("error"));
}

TEST(scan_json, a_collection_that_could_not_be_judged_has_no_numbers) {
  const World world = october();
  Snapshot snapshot = world.snapshot();
  snapshot.collections[0].view.standing = CollectionView::Standing::unknown;
  snapshot.collections[0].view.why = "weather/Seattle cannot be listed: Permission denied";
  const auto json = parse_json(scan_json(snapshot, {}));
  ASSERT_TRUE(json.has_value());
  const Json& row = json->at("collections").at(0);
  EXPECT_TRUE(row.at("expected").is_null());
  EXPECT_TRUE(row.at("inventory_at").is_null());
  EXPECT_EQ(row.at("error"), "weather/Seattle cannot be listed: Permission denied");
  EXPECT_NE(scan_text(snapshot, {}, {}).find("could not be judged"), std::string::npos);
}

TEST(scan_json, what_listing_a_bucket_took_and_cost_is_told_and_of_a_folder_nothing) {
  const World world = october();
  Snapshot snapshot = world.snapshot();
  EXPECT_TRUE(costs_of(snapshot).empty());
  const Json of_folder = *parse_json(scan_json(snapshot, {}));
  EXPECT_FALSE(of_folder.at("collections").at(0).contains("requests"));
  EXPECT_FALSE(of_folder.contains("cost"));
  snapshot.requests[StoreId{0}] = {.lists = 1080, .others = 1000};
  const Json page = *parse_json(scan_json(snapshot, {}));
  EXPECT_EQ(page.at("collections").at(0).at("requests"), 1080);
  EXPECT_DOUBLE_EQ(page.at("collections").at(0).at("dollars").get<double>(), 0.0058);
  EXPECT_EQ(page.at("cost").at(0).at("store"), "lake");
  EXPECT_EQ(page.at("cost").at(0).at("listing").at("other_requests"), 1000);
  EXPECT_EQ(page.at("cost").at(0).at("listing_is_estimate"), false);
  const std::string line =
      "store lake: listed with 1,080 LIST and 1,000 HEAD or GET requests, $0.005800 at the price "
      "of S3\n";
  EXPECT_EQ(listing_cost_text(costs_of(snapshot)), line);
  EXPECT_NE(scan_text(snapshot, {}, {}).find(line), std::string::npos);
}

TEST(plan, what_filling_a_bucket_takes_is_told_and_so_is_a_listing_that_was_not_made) {
  World world = october();
  world.config().stores[0].bucket.emplace().name = "lake";
  const Snapshot snapshot = world.snapshot();
  const auto costs = costs_of(snapshot);
  ASSERT_EQ(costs.size(), 1u);
  ASSERT_GT(costs[0].gaps, 0u);
  EXPECT_TRUE(costs[0].is_estimate);
  EXPECT_EQ(costs[0].listing, (ObjectStore::Requests{.lists = 1}));
  EXPECT_EQ(costs[0].filling, (ObjectStore::Requests{.others = costs[0].gaps * 3}));
  EXPECT_EQ(listing_cost_text(costs),
            "store lake: a listing takes at least 1 LIST request, $0.000005 at the price of S3\n");
  EXPECT_TRUE(filling_cost_text(costs).starts_with("store lake: to confirm and prove "));
  EXPECT_EQ(asked_cost_text(costs), "");
  Snapshot unjudged = world.snapshot();
  for (auto& standing : unjudged.collections) {
    standing.view.standing = CollectionView::Standing::unknown;
  }
  EXPECT_TRUE(costs_of(unjudged).empty()) << "of what is unknown nothing is estimated";
  const Json plan = *parse_json(tasks_json(world.config(), world.queue(), world.now(), costs));
  EXPECT_EQ(plan.at("cost").at(0).at("filling").at("other_requests"), costs[0].gaps * 3);
  EXPECT_FALSE(
      parse_json(tasks_json(world.config(), world.queue(), world.now()))->contains("cost"));
}

TEST(scan_json, completeness_is_told_for_each_value_of_a_dimension) {
  const World world = october();
  const auto json = parse_json(scan_json(world.snapshot(), {.by = "station"}));
  const Json& values = json->at("collections").at(0).at("by").at("station");
  ASSERT_EQ(values.size(), 2u);
  EXPECT_EQ(values.at(0).at("value").at("station"), "Seattle");
  EXPECT_EQ(values.at(0).at("good"), 20);
  EXPECT_EQ(values.at(1).at("good"), 28);
  EXPECT_EQ(values.at(1).at("expected"), 30);
}

TEST(scan_text, the_table_fits_narrow_and_wide_terminals) {
  const World world = october();
  const auto page = [&](std::size_t width) {
    const std::string text = scan_text(world.snapshot(), {}, {.width = width, .unicode = true});
    return text.substr(0, text.find("\n\n") + 1);
  };
  EXPECT_EQ(page(40),
            "COLLECTION  COMPLETE  MISSING  STALE\n"
            "weather       80.0 %       10      1\n");
  EXPECT_EQ(page(80),
            "COLLECTION  COMPLETE  EXPECTED  PRESENT  MISSING  STALE  UNDERSIZED  STRAYS\n"
            "weather       80.0 %        60       50       10      1           1       3\n");
  EXPECT_EQ(page(200),
            "COLLECTION  COMPLETE  EXPECTED  PRESENT  MISSING  STALE  UNDERSIZED  INVALID  "
            "INCOMPLETE  TOO EARLY  GONE  STRAYS  DUPLICATES  OBJECTS      SIZE  LISTED IN  "
            "INVENTORY\n"
            "weather       80.0 %        60       50       10      1           1        0  "
            "         0          2     0       3           0       62  62.00 kB       0.3s  "
            "2025-10-31T12:00:00Z\n");
}

TEST(scan_text, strays_are_named_without_driving_the_terminal) {
  const std::string text = scan_text(october().snapshot(), {}, {});
  EXPECT_NE(text.find("weather: 3 objects lie in its folder that no collection claims: "
                      "weather/a\\x1b[2J.txt, weather/b.txt, …\n"),
            std::string::npos)
      << text;
}

TEST(gaps, they_come_in_the_order_of_the_dimensions_with_all_that_programs_rely_on) {
  World world = october();
  world.config().collections[0].priority = {};
  std::string lines;
  const Snapshot snapshot = world.snapshot();
  GapWriter writer(*world.space(0));
  for_each_gap(snapshot.collections[0], {}, snapshot.now, [&](const PlannedGap& gap) {
    writer.append(gap, lines);
    lines += '\n';
    return true;
  });
  const auto rows = split(trim(lines), '\n');
  ASSERT_EQ(rows.size(), 12u);
  EXPECT_EQ(
      rows[0],
      R"({"collection": "weather", "partition": {"station": "Seattle", "date": "2025-10-10"}, )"
      R"("key": "weather/Seattle/2025-10-10.json", "reason": "missing", "priority": "MEDIUM", )"
      R"("since": "2025-10-11T00:00:00Z"})");
  EXPECT_EQ(parse_json(rows[10])->at("reason"), "undersized");
  EXPECT_EQ(parse_json(rows[11])->at("reason"), "stale");
}

TEST(gaps, nobody_reads_on_when_the_reader_has_enough) {
  const World world = october();
  int seen = 0;
  const Snapshot snapshot = world.snapshot();
  for_each_gap(snapshot.collections[0], {}, snapshot.now,
               [&](const PlannedGap&) { return ++seen < 3; });
  EXPECT_EQ(seen, 3);
}

TEST(tasks_json, the_queue_has_the_shape_that_other_orchestrators_read) {
  World world = october();
  world.config().collections[0].labels = {{"source", "noaa"}, {"data_type", "daily"}, {"id", "no"}};
  Queue& queue = world.queue();
  queue.tasks = {task_of(world, {9, 10, 11})};
  queue.tasks[0].status = Task::Status::held;
  queue.tasks[0].held_by = "it rests";
  queue.total_tasks = 5;
  queue.total_gaps = 12;
  queue.tasks_by_priority = {2, 3, 0, 0};
  queue.tasks_by_collection[CollectionId{0}] = 5;
  queue.estimate = std::chrono::minutes{24};
  const auto json = parse_json(tasks_json(world.config(), queue, world.now()));
  ASSERT_TRUE(json.has_value());
  EXPECT_EQ(json->at("schema_version"), 1);
  EXPECT_EQ(json->at("generated_at"), "2025-10-31T12:00:00Z");
  EXPECT_EQ(json->at("total_tasks"), 5);
  EXPECT_EQ(json->at("total_gaps"), 12);
  EXPECT_EQ(json->at("by_priority").dump(), R"({"critical":2,"high":3,"medium":0,"low":0})");
  EXPECT_EQ(json->at("by_source").dump(), R"({"noaa":5})");
  EXPECT_EQ(json->at("by_scraper").dump(), R"({"fetch":5})");
  EXPECT_EQ(json->at("estimated_total_minutes"), 24);
  EXPECT_EQ(json->at("truncated"), true);
  const Json& task = json->at("tasks").at(0);
  EXPECT_EQ(task.at("id"), "t0123456789ab");
  EXPECT_EQ(task.at("priority"), "CRITICAL");
  EXPECT_EQ(task.at("declared_priority"), "HIGH");
  EXPECT_EQ(task.at("gap_type"), "missing");
  EXPECT_EQ(task.at("collection"), "weather");
  EXPECT_EQ(task.at("source"), "noaa");
  EXPECT_EQ(task.at("data_type"), "daily");
  EXPECT_EQ(task.at("station"), "Seattle");
  EXPECT_FALSE(task.contains("date"));
  EXPECT_EQ(task.at("scraper"), "fetch");
  EXPECT_EQ(task.at("missing_files"), 3);
  EXPECT_EQ(task.at("estimated_time_minutes"), 6);
  EXPECT_EQ(task.at("reason"),
            "station=Seattle (3 partitions) of weather are due and not in the store since "
            "2025-10-11T00:00:00Z");
  EXPECT_EQ(task.at("detected_at"), "2025-10-31T11:00:00Z");
  EXPECT_EQ(task.at("created_at"), "2025-10-31T11:00:00Z");
  EXPECT_EQ(task.at("status"), "held");
  EXPECT_EQ(task.at("held_by"), "it rests");
  EXPECT_EQ(task.at("score"), -9.5);
  EXPECT_EQ(task.at("partitions").at(2).dump(), R"({"station":"Seattle","date":"2025-10-12"})");
}

TEST(queue_text, each_task_has_a_row_and_each_hold_a_sentence) {
  World world = october();
  Queue& queue = world.queue();
  queue.tasks = {task_of(world, {9, 10, 11}), task_of(world, {34})};
  queue.tasks[0].status = Task::Status::running;
  queue.tasks[0].progress = 0.4;
  queue.tasks[1].kind = GapKind::undersized;
  queue.tasks[1].status = Task::Status::held;
  queue.tasks[1].held_by = "it rests until tomorrow";
  queue.total_tasks = 2;
  queue.total_gaps = 4;
  queue.tasks_by_priority = {2, 0, 0, 0};
  queue.estimate = std::chrono::minutes{8};
  const QueuePage page = queue_page(world.config(), queue);
  EXPECT_EQ(
      queue_text(page, {}),
      "4 gaps in 2 tasks (2 critical), about 8m of work.\n\n"
      "#  PRIORITY  COLLECTION  SHARED FIELDS                     GAPS  KIND        ESTIMATE  "
      "STATUS        TASK\n"
      "1  CRITICAL  weather     station=Seattle                      3  missing           6m  "
      "running 40 %  t0123456789ab\n"
      "2  CRITICAL  weather     station=New York date=2025-10-04     1  undersized        2m  "
      "held          t0123456789ab\n"
      "\nheld, 1 task: it rests until tomorrow\n");
  for (const std::size_t width : {40u, 80u, 200u}) {
    const std::string text = queue_text(page, {.width = width, .unicode = true});
    for (const std::string_view line : split(text, '\n')) {
      EXPECT_LE(display_width(line), width) << line;
    }
  }
  EXPECT_EQ(queue_text({}, {}), "Nothing is to be done: there are no gaps.\n");
}

TEST(heatmap, days_are_shown_when_they_fit_and_weeks_or_months_otherwise) {
  const World world = october();
  const auto period = [&](std::size_t columns) {
    return make_heatmap(world.snapshot(), [&](auto) { return columns; }, 40).period;
  };
  EXPECT_EQ(period(30), Period::day);
  EXPECT_EQ(period(29), Period::week);
  EXPECT_EQ(period(5), Period::week);
  EXPECT_EQ(period(4), Period::month);
}

TEST(heatmap, the_cells_of_a_row_add_up_to_all_that_is_expected) {
  const World world = october();
  for (const std::size_t columns : {1u, 4u, 7u, 60u}) {
    const Heatmap map = make_heatmap(world.snapshot(), [&](auto) { return columns; }, 40);
    ASSERT_EQ(map.rows.size(), 2u);
    Tally all;
    for (const Tally& cell : map.rows[0].cells) {
      all.good += cell.good;
      all.expected += cell.expected;
    }
    EXPECT_EQ(all.expected, 30u);
    EXPECT_EQ(all.good, 20u);
  }
}

TEST(heatmap, without_a_terminal_it_is_drawn_in_digits) {
  EXPECT_EQ(heatmap_text(october().snapshot(), {}),
            "         2025-10\n"
            "Seattle  #########0000000000###########  66.7 %\n"
            "New York ###00#########################  93.3 %\n"
            "         Each column is a day: # complete, 9 to 0 tenths of it, . nothing expected\n");
}

TEST(heatmap, on_a_terminal_it_is_drawn_in_blocks_that_fit) {
  const std::string narrow = heatmap_text(october().snapshot(), {.width = 40, .unicode = true});
  EXPECT_EQ(narrow,
            "         2025-10\n"
            "Seattle  ██▅▅▁▁████  66.7 %\n"
            "New York ▅▅████████  93.3 %\n"
            "Each column is a week\n"
            "nothing ▁▂▃▄▅▆▇█ all, · not expected\n");
}

TEST(heatmap, colours_go_from_red_to_green) {
  const std::string map =
      heatmap_text(october().snapshot(), {.width = 60, .colours = Colours::basic, .unicode = true});
  EXPECT_NE(map.find("Seattle  \x1b[32m█████████\x1b[0m\x1b[31m▁▁▁▁▁▁▁▁▁▁\x1b[0m\x1b[32m█"),
            std::string::npos)
      << map;
}

TEST(heatmap, a_collection_without_time_has_none) {
  World world("2025-10-31T12:00:00Z");
  world.add("pages", "pages/{number}.html", {numbers("number", 1, 9)});
  EXPECT_EQ(heatmap_text(world.snapshot(), {}), "");
}

}  // namespace
}  // namespace upkeep
