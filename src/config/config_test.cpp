#include "config/config.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "config/testing.h"

namespace upkeep {
namespace {

using namespace std::chrono;
using testing::source_of;

Config parsed(std::string_view text, testing::Variables variables = {}) {
  const auto config = parse_config(source_of(text, std::move(variables)));
  if (!config) {
    for (const ConfigError& error : config.error()) ADD_FAILURE() << to_text(error);
    return {};
  }
  return *config;
}

constexpr std::string_view full = R"(state: ./state
timezone: America/Chicago
enabled: false
env_files: [.env, /etc/upkeep/env]
loop: {reconcile_every: 30m, queue_poll: 5s, max_run_time: 1h30m}
queue:
  window: 50
  promote_after: 1d
  score: {age_per_hour: 1, per_missing: -0.5, max_size_penalty: 3}
keep: {journal: 30d, output: 1d, cache: 2d}
limits: {tasks: 2, disk_free: 2GB, tasks_of_each: {source: 1}, rested: 25%}
stores:
  lake: {url: "file:./lake", ignore: ["*.part", _SUCCESS], max_loss: 10%}
  other: {url: "file:///data/other//x/../y/"}
collections:
  plays:
    store: other
    key: "plays/{season}/{date:%Y/%m/%d}/{game:04}-{part}-{_}.json"
    dimensions:
      schedule:
        table: tables/schedule.csv
        fields: [season, {name: date, type: date}, {name: game, type: number}]
        time: true
    expect:
      min_size: 200B
      settled_after: 3d
      max_age: 1w
      available_after: 6h
      completeness: 95%
      count: {min: games}
    labels: {source: espn, season: 2024}
    priority:
      - {if: "age < 7d and season == 2025-26", then: critical}
      - {then: LOW}
    weight: 1.5
    max_tasks: 3
    by: {at: "7:30", lead: 3h}
    collector: plays
  hours:
    store: lake
    key: "hours/{kind}/{hour:%Y%m%d%H}/{n}"
    dimensions:
      kind: [pbp, 007, no]
      hour: {from: today-2w, to: today+1d, every: 1h}
      n: {from: 0, to: 40, every: 10}
  months:
    store: lake
    key: "m/{month:%Y-%m}/{id}"
    dimensions:
      month: {from: 2015-01-01, to: 2024-12-31, every: 1mo}
      ids: {table: "ids.db", query: "select id from ids", fields: [id]}
collectors:
  plays:
    command: [python3, collect.py, --date, "{date}", 5, ""]
    env: {TOKEN: "${env:TOKEN}", KEY: "${file:key.txt}", EMPTY: "", LEVEL: 3}
    batch: {by: [season, date], max: 20}
    gone_for: 60d
    timeout: 10m
    grace: 5s
    retries: {max: 5, base: 2s, cap: 1m, rest: 2h}
    estimate: 90s
  unused: {command: ["true"]}
)";

TEST(Config, a_store_may_be_a_bucket) {
  const auto parsed = parse_config({"/home/ann/upkeep.yaml", R"(
stores:
  plain: {url: "s3://bucket"}
  own: {url: "s3://Some.bucket/raw/data", region: eu-west-1, endpoint: "http://127.0.0.1:9000/",
        profile: backup, credentials: anonymous, requester_pays: true, ca: ca.pem, requests: 8}
)",
                                    [](std::string_view) { return std::nullopt; }});
  ASSERT_TRUE(parsed);
  const Bucket& plain = *parsed->stores.at(0).bucket;
  EXPECT_EQ(plain.name, "bucket");
  EXPECT_EQ(plain.prefix + plain.region + plain.endpoint + plain.profile + plain.ca, "");
  EXPECT_FALSE(plain.anonymous || plain.requester_pays);
  EXPECT_EQ(plain.requests, 32);
  const Bucket& own = *parsed->stores.at(1).bucket;
  EXPECT_EQ(own.name, "Some.bucket");
  EXPECT_EQ(own.prefix, "raw/data/");
  EXPECT_EQ(own.region, "eu-west-1");
  EXPECT_EQ(own.endpoint, "http://127.0.0.1:9000");
  EXPECT_EQ(own.profile, "backup");
  EXPECT_TRUE(own.anonymous && own.requester_pays);
  EXPECT_EQ(own.ca, "/home/ann/ca.pem");
  EXPECT_EQ(own.requests, 8);
  EXPECT_EQ(parsed->stores.at(1).directory, "");
}

TEST(Config, settings_are_read) {
  const Config config = parsed(full);
  EXPECT_EQ(config.path, "/home/ann/lake/upkeep.yaml");
  EXPECT_EQ(config.folder, "/home/ann/lake");
  EXPECT_EQ(config.state, "/home/ann/lake/state");
  EXPECT_EQ(config.zone.name(), "America/Chicago");
  EXPECT_FALSE(config.enabled);
  EXPECT_EQ(config.loop.reconcile_every, 30min);
  EXPECT_EQ(config.loop.queue_poll, 5s);
  EXPECT_EQ(config.loop.max_run_time, 90min);
  EXPECT_EQ(config.queue.window, 50u);
  EXPECT_EQ(config.queue.promote_after, days{1});
  EXPECT_EQ(config.queue.score.age_per_hour, 1.0);
  EXPECT_EQ(config.queue.score.per_missing, -0.5);
  EXPECT_EQ(config.queue.score.max_size_penalty, 3.0);
  EXPECT_EQ(config.keep.journal, days{30});
  EXPECT_EQ(config.keep.output, days{1});
  EXPECT_EQ(config.keep.cache, days{2});
  EXPECT_EQ(config.limits.tasks, 2u);
  EXPECT_EQ(config.limits.tasks_of_each, (std::map<std::string, std::uint64_t>{{"source", 1}}));
  EXPECT_DOUBLE_EQ(config.limits.rested, 0.25);
  EXPECT_EQ(config.limits.disk_free, 2'000'000'000u);
}

TEST(Config, schedules_and_maintenance_are_read) {
  const Config config = parsed(
      "maintenance: [{schedule: \"0 2 * * 0\", for: 2h}, {schedule: [\"@daily\"], for: 30m}]\n"
      "collectors:\n"
      "  a: {command: [x], schedule: \"0 2 * * *\"}\n"
      "  b: {command: [x], schedule: [\"0 2 * * *\", \"30 14 * * 1-5\"]}\n"
      "  c: {command: [x]}\n");
  ASSERT_EQ(config.maintenance.size(), 2);
  EXPECT_EQ(to_text(config.maintenance[0].schedule), "0 2 * * 0");
  EXPECT_EQ(config.maintenance[0].duration, 2h);
  EXPECT_EQ(config.maintenance[1].duration, 30min);
  EXPECT_EQ(to_text(config.collectors[0].schedule), "0 2 * * *");
  EXPECT_EQ(to_text(config.collectors[1].schedule), "0 2 * * *; 30 14 * * 1-5");
  EXPECT_TRUE(config.collectors[2].schedule.empty());
}

TEST(Config, stores_are_read_with_absolute_folders) {
  const Config config = parsed(full);
  ASSERT_EQ(config.stores.size(), 2u);
  EXPECT_EQ(config.stores[0].name, "lake");
  EXPECT_EQ(config.stores[0].directory, "/home/ann/lake/lake");
  EXPECT_EQ(config.stores[0].ignore, (std::vector<std::string>{"*.part", "_SUCCESS"}));
  EXPECT_DOUBLE_EQ(config.stores[0].max_loss, 0.1);
  EXPECT_EQ(config.stores[0].max_loss_objects, 10u);
  EXPECT_EQ(config.stores[1].directory, "/data/other/y");
  EXPECT_DOUBLE_EQ(config.stores[1].max_loss, 0.2);
}

TEST(Config, a_collection_refers_to_its_store_and_collector) {
  const Config config = parsed(full);
  ASSERT_EQ(config.collections.size(), 3u);
  EXPECT_EQ(config.collections[0].name, "plays");
  EXPECT_EQ(config.of(config.collections[0].store).name, "other");
  ASSERT_TRUE(config.collections[0].collector);
  EXPECT_EQ(config.of(*config.collections[0].collector).name, "plays");
  EXPECT_FALSE(config.collections[1].collector);
}

TEST(Config, expectations_labels_rules_and_weight_are_read) {
  const Collection plays = parsed(full).collections.at(0);
  EXPECT_EQ(plays.key, "plays/{season}/{date:%Y/%m/%d}/{game:04}-{part}-{_}.json");
  EXPECT_EQ(plays.expect.min_size, 200u);
  EXPECT_EQ(plays.expect.settled_after, days{3});
  EXPECT_EQ(plays.expect.max_age, days{7});
  EXPECT_EQ(plays.expect.available_after, 6h);
  EXPECT_DOUBLE_EQ(plays.expect.completeness.value(), 0.95);
  EXPECT_EQ(plays.expect.count.value().column, "games");
  EXPECT_EQ(plays.labels,
            (std::map<std::string, std::string>{{"source", "espn"}, {"season", "2024"}}));
  ASSERT_EQ(plays.priority.size(), 2u);
  EXPECT_EQ(plays.priority[0].condition.text, "age < 7d and season == 2025-26");
  EXPECT_EQ(plays.priority[0].condition.terms.size(), 2u);
  EXPECT_EQ(plays.priority[0].then, Priority::critical);
  EXPECT_TRUE(plays.priority[1].condition.terms.empty());
  EXPECT_EQ(plays.priority[1].then, Priority::low);
  EXPECT_DOUBLE_EQ(plays.weight, 1.5);
  EXPECT_EQ(plays.max_tasks, 3u);
  EXPECT_EQ(to_text(plays.by.value().times), "30 7 * * *");
  EXPECT_EQ(plays.by->lead, 3h);
}

TEST(Config, a_table_gives_fields_and_reads_the_column_that_count_names) {
  const Config config = parsed(full);
  const Dimension& schedule = config.collections.at(0).dimensions.at(0);
  EXPECT_EQ(schedule.name, "schedule");
  EXPECT_TRUE(schedule.time);
  const Table& table = std::get<Table>(schedule.source);
  EXPECT_EQ(table.format, Table::Format::csv);
  EXPECT_EQ(table.path, "/home/ann/lake/tables/schedule.csv");
  ASSERT_EQ(table.fields.size(), 3u);
  EXPECT_EQ(table.fields[0].name, "season");
  EXPECT_EQ(table.fields[0].type, FieldType::text);
  EXPECT_EQ(table.fields[1].type, FieldType::date);
  EXPECT_EQ(table.fields[2].type, FieldType::number);
  EXPECT_EQ(table.columns, (std::vector<std::string>{"games"}));
  const Table& ids = std::get<Table>(config.collections.at(2).dimensions.at(1).source);
  EXPECT_EQ(ids.format, Table::Format::sqlite);
  EXPECT_EQ(ids.query, "select id from ids");
}

TEST(Config, lists_and_ranges_are_read_as_they_are_written) {
  const Config config = parsed(full);
  const auto& hours = config.collections.at(1).dimensions;
  EXPECT_EQ(std::get<ValueList>(hours.at(0).source).values,
            (std::vector<std::string>{"pbp", "007", "no"}));
  const auto& hour = std::get<DateRange>(hours.at(1).source);
  EXPECT_TRUE(hour.from.today);
  EXPECT_EQ(hour.from.days, -14);
  EXPECT_TRUE(hour.to.today);
  EXPECT_EQ(hour.to.days, 1);
  EXPECT_EQ(hour.every.unit, CalendarStep::Unit::length);
  EXPECT_EQ(hour.every.length, 1h);
  EXPECT_TRUE(hours.at(1).time) << "the only dimension with dates gives the time";
  const auto& n = std::get<NumberRange>(hours.at(2).source);
  EXPECT_EQ(n.from, 0u);
  EXPECT_EQ(n.to, 40u);
  EXPECT_EQ(n.every, 10u);
  const auto& month = std::get<DateRange>(config.collections.at(2).dimensions.at(0).source);
  EXPECT_EQ(month.from.day, Day{2015y / January / 1});
  EXPECT_EQ(month.every.unit, CalendarStep::Unit::months);
  EXPECT_EQ(month.every.count, 1);
}

TEST(Config, collectors_are_read_and_their_secrets_stay_as_written) {
  const Config config = parsed(full);
  ASSERT_EQ(config.collectors.size(), 2u);
  const Collector& plays = config.collectors[0];
  EXPECT_EQ(plays.command,
            (std::vector<std::string>{"python3", "collect.py", "--date", "{date}", "5", ""}));
  EXPECT_EQ(
      plays.environment,
      (std::map<std::string, std::string>{
          {"TOKEN", "${env:TOKEN}"}, {"KEY", "${file:key.txt}"}, {"EMPTY", ""}, {"LEVEL", "3"}}));
  ASSERT_TRUE(plays.batch);
  EXPECT_EQ(plays.batch->by, (std::vector<std::string>{"season", "date"}));
  EXPECT_EQ(plays.batch->max, 20u);
  EXPECT_EQ(plays.gone_for, days{60});
  EXPECT_EQ(plays.timeout, 10min);
  EXPECT_EQ(plays.grace, 5s);
  EXPECT_EQ(plays.retries.max, 5);
  EXPECT_EQ(plays.retries.base, 2s);
  EXPECT_EQ(plays.retries.cap, 1min);
  EXPECT_EQ(plays.retries.rest, 2h);
  EXPECT_EQ(plays.estimate, 90s);
  EXPECT_FALSE(config.collectors[1].batch);
}

TEST(Config, what_is_not_said_has_the_defaults_of_the_model) {
  const Config config = parsed("stores: {}\n");
  const Config usual;
  EXPECT_EQ(config.zone.name(), "UTC");
  EXPECT_TRUE(config.enabled);
  EXPECT_EQ(config.loop.reconcile_every, usual.loop.reconcile_every);
  EXPECT_EQ(config.queue.window, usual.queue.window);
  EXPECT_EQ(config.limits.disk_free, std::nullopt);
  EXPECT_TRUE(config.collections.empty());
}

TEST(Config, state_lies_where_the_surroundings_say_when_the_file_does_not) {
  const auto state_of = [](std::string path, testing::Variables variables) {
    return parse_config(source_of("stores: {}\n", std::move(variables), std::move(path)))->state;
  };
  EXPECT_EQ(state_of("/home/ann/upkeep.yaml", {}), "/home/ann/.upkeep");
  EXPECT_EQ(state_of("/etc/upkeep/upkeep.yaml", {}), "/var/lib/upkeep");
  const testing::Variables systemd{{"STATE_DIRECTORY", "/var/lib/one:/var/lib/two"}};
  EXPECT_EQ(state_of("/etc/upkeep/upkeep.yaml", systemd), "/var/lib/one");
  EXPECT_EQ(parsed("state: /x/../y/\n", systemd).state, "/y");
}

TEST(Config, variables_are_filled_in_wherever_a_text_stands) {
  const Config config = parsed(R"(
timezone: ${env:ZONE}
loop: {queue_poll: "${env:POLL}"}
limits: {disk_free: "${env:FREE}"}
stores:
  lake: {url: "file:${env:HOME}/lake", ignore: ["${env:PREFIX}*"]}
collections:
  days:
    store: ${env:STORE}
    key: "${env:PREFIX}/{date}"
    dimensions:
      date: {from: "${env:FIRST}", to: today}
)",
                               {{"ZONE", "Europe/Berlin"},
                                {"POLL", "7s"},
                                {"FREE", "5MB"},
                                {"HOME", "/home/bob"},
                                {"PREFIX", "raw"},
                                {"STORE", "lake"},
                                {"FIRST", "2020-02-29"}});
  EXPECT_EQ(config.zone.name(), "Europe/Berlin");
  EXPECT_EQ(config.loop.queue_poll, 7s);
  EXPECT_EQ(config.limits.disk_free, 5'000'000u);
  EXPECT_EQ(config.stores.at(0).directory, "/home/bob/lake");
  EXPECT_EQ(config.stores.at(0).ignore, (std::vector<std::string>{"raw*"}));
  EXPECT_EQ(config.collections.at(0).key, "raw/{date}");
  EXPECT_EQ(std::get<DateRange>(config.collections[0].dimensions.at(0).source).from.day,
            Day{2020y / February / 29});
}

TEST(Config, collections_may_share_values_by_an_alias) {
  const Config config = parsed(R"(
stores: {lake: {url: "file:lake"}}
collections:
  a: {store: lake, key: "a/{d}", dimensions: &days {d: {from: 2020-01-01, to: today}},
      expect: &usual {min_size: 1KiB}}
  b: {store: lake, key: "b/{d}", dimensions: *days, expect: *usual}
)");
  ASSERT_EQ(config.collections.size(), 2u);
  EXPECT_EQ(config.collections[1].expect.min_size, 1024u);
  EXPECT_TRUE(config.collections[1].dimensions.at(0).time);
}

TEST(Config, a_column_named_date_is_a_date_where_a_time_is_needed) {
  const auto type_of = [](std::string_view more) {
    const Config config = parsed(std::string(R"(
stores: {lake: {url: "file:lake"}}
collections:
  a:
    store: lake
    key: "a/{season}/{date}"
    dimensions: {games: {table: g.csv, fields: [season, date]}}
)") + std::string(more));
    const Dimension& games = config.collections.at(0).dimensions.at(0);
    const FieldType type = std::get<Table>(games.source).fields.at(1).type;
    EXPECT_EQ(games.time, type == FieldType::date);
    return type;
  };
  EXPECT_EQ(type_of(""), FieldType::text);
  EXPECT_EQ(type_of("    expect: {available_after: 6h}\n"), FieldType::date);
  EXPECT_EQ(type_of("    priority: [{if: \"age < 7d\", then: high}]\n"), FieldType::date);
}

TEST(Config, the_end_of_a_tables_name_tells_its_format) {
  const auto format_of = [](std::string_view table) {
    const Config config = parsed(fmt::format(R"(
stores: {{lake: {{url: "file:lake"}}}}
collections: {{a: {{store: lake, key: "a/{{id}}", dimensions: {{id: {}}}}}}}
)",
                                             table));
    const auto& dimension = config.collections.at(0).dimensions.at(0);
    EXPECT_EQ(std::get<Table>(dimension.source).fields.at(0).name, "id");
    return std::get<Table>(dimension.source).format;
  };
  EXPECT_EQ(format_of("{table: x.csv}"), Table::Format::csv);
  EXPECT_EQ(format_of("{table: x.jsonl}"), Table::Format::json_lines);
  EXPECT_EQ(format_of("{table: x.ndjson}"), Table::Format::json_lines);
  EXPECT_EQ(format_of("{table: x.parquet}"), Table::Format::parquet);
  EXPECT_EQ(format_of("{table: x.db, query: q}"), Table::Format::sqlite);
  EXPECT_EQ(format_of("{table: x.sqlite3, query: q}"), Table::Format::sqlite);
  EXPECT_EQ(format_of("{table: x.csv, format: sqlite, query: q}"), Table::Format::sqlite);
  EXPECT_EQ(format_of("{table: x, format: json_lines}"), Table::Format::json_lines);
}

TEST(Config, env_files_are_found_before_anything_else_is_checked) {
  const auto files = [](std::string_view text) {
    return env_files_of(source_of(text, {{"NAME", "two"}}));
  };
  EXPECT_EQ(files("env_files: [.env, ../x.env, \"/etc/${env:NAME}\"]\nnonsense: 1\n"),
            (std::vector<std::string>{"/home/ann/lake/.env", "/home/ann/x.env", "/etc/two"}));
  EXPECT_TRUE(files("stores: {}\n").empty());
  EXPECT_TRUE(files("env_files: .env\n").empty());
  EXPECT_TRUE(files("a: [\n").empty());
}

TEST(Config, an_error_is_told_as_file_line_column_path_and_text) {
  EXPECT_EQ(to_text({"upkeep.yaml", 12, 5, "collections.espn.expct", "unknown key"}),
            "upkeep.yaml:12:5: collections.espn.expct: unknown key");
  EXPECT_EQ(to_text({"upkeep.yaml", 1, 1, "", "the file is empty"}),
            "upkeep.yaml:1:1: the file is empty");
}

TEST(Config, contents_are_checked_by_a_format_or_a_command) {
  const Config config = parsed(R"(
stores: {lake: {url: "file:./lake"}}
collections:
  a: {store: lake, key: a, expect: {valid: parquet}}
  b: {store: lake, key: b, expect: {valid: {csv: {min_rows: 24, separator: ";", header: false}}}}
  c: {store: lake, key: c, expect: {valid: {command: [./check, "{uri}"], timeout: 5m, sample: 10%}}}
)");
  const auto rule = [&](std::size_t n) { return config.collections[n].expect.valid.value(); };
  EXPECT_EQ(rule(0).format, Valid::Format::parquet);
  EXPECT_EQ(rule(1).format, Valid::Format::csv);
  EXPECT_EQ(rule(1).min_rows, 24u);
  EXPECT_EQ(rule(1).separator, ';');
  EXPECT_FALSE(rule(1).header);
  EXPECT_EQ(rule(2).format, Valid::Format::command);
  EXPECT_EQ(rule(2).command, (std::vector<std::string>{"./check", "{uri}"}));
  EXPECT_EQ(rule(2).timeout, 5min);
  EXPECT_EQ(rule(2).sample, 0.1);
  EXPECT_EQ(to_text(rule(0)), to_text(rule(0)));
  EXPECT_NE(to_text(rule(0)), to_text(rule(1)));
}

}  // namespace
}  // namespace upkeep
