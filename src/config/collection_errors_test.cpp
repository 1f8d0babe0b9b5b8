// What can be wrong with collections and collectors: each with place and text.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "config/testing.h"

namespace upkeep {
namespace {

using testing::errors_of;
using Lines = std::vector<std::string>;

struct Case {
  std::string text;
  Lines errors;  ///< line, column, path and text of each
};

/// An expected text that ends in … stands for all that begin so: the rest is not of this folder.
void check(const auto& errors, std::initializer_list<Case> cases) {
  for (const Case& one : cases) {
    Lines found = errors(one.text);
    for (std::size_t i = 0; i < std::min(found.size(), one.errors.size()); ++i) {
      const std::string& wanted = one.errors[i];
      const std::string begin = wanted.substr(0, wanted.find("…"));
      if (begin != wanted && found[i].starts_with(begin)) found[i] = wanted;
    }
    EXPECT_EQ(found, one.errors) << one.text;
  }
}

Lines errors_of_text(const std::string& text) { return errors_of(text); }

/// Line 1 is a store: what is wrong stands from line 2 on.
Lines with_store(const std::string& text) {
  return errors_of("stores: {lake: {url: \"file:lake\"}}\n" + text);
}

/// The keys of a collection, on line 3.
Lines in_collection(const std::string& keys) {
  return with_store("collections: {days: {store: lake,\n" + keys + "}}\n");
}

/// The keys of a collector that a collection of days uses, on line 4.
Lines in_collector(const std::string& keys) {
  return with_store(
      "collections: {days: {store: lake, key: \"{date}/{kind}\", collector: get,\n"
      "  dimensions: {date: {from: 2020-01-01, to: today}, kind: [a, b]}}}\n"
      "collectors: {get: {" +
      keys + "}}\n");
}

TEST(CollectionErrors, a_collection_needs_a_store_and_a_key) {
  check(
      with_store,
      {
          {"collections: {a: {}}\n",
           {"2:15: collections.a.store: missing; expected the name of a store in `stores`",
            "2:15: collections.a.key: missing; expected a key template like "
            "`espn/{date:%Y/%m/%d}/{game:04}.json`"}},
          {"collections: {a: {store: lak, key: x}}\n",
           {"2:26: collections.a.store: there is no store `lak`; did you mean `lake`?"}},
          {"collections: {a: {store: 5, key: x}}\n",
           {"2:26: collections.a.store: expected the name of a store in `stores` (put it in "
            "quotes), found the number 5"}},
          {"collections: {a: {store: lake, key: x, collector: get}}\n",
           {"2:51: collections.a.collector: there is no collector `get`; name it in `collectors`"}},
          {"collections: {a: {store: lake, key: x, collector: gett}}\ncollectors: {get: {command: "
           "[x]}}\n",
           {"2:51: collections.a.collector: there is no collector `gett`; did you mean `get`?"}},
      });
}

TEST(CollectionErrors, a_key_template_must_be_one) {
  check(in_collection,
        {
            {"  key: \"a/{date\"", {"3:11: collections.days.key: `{` is never closed; wri…"}},
            {"  key: \"a//b\"", {"3:11: collections.days.key: a part of the key betwee…"}},
            {"  key: \"ä/}\"", {"3:11: collections.days.key: `}` closes nothing; writ…"}},
            {"  key: \"\"",
             {"3:8: collections.days.key: expected a key template like "
              "`espn/{date:%Y/%m/%d}/{game:04}.json`, found an empty text"}},
        });
}

TEST(CollectionErrors, the_key_and_the_dimensions_must_fit_each_other) {
  check(
      in_collection,
      {
          {"  key: \"a/{dat}\", dimensions: {date: {from: 2020-01-01, to: today}}",
           {"3:8: collections.days.key: nothing gives the field `{dat}`; did you mean `{date}`?"}},
          {"  key: \"a\", dimensions: {date: {from: 2020-01-01, to: today}}",
           {"3:8: collections.days.key: the key does not tell the values of `date` apart; add "
            "`date` in braces, or drop the dimension"}},
          {"  key: \"{a}{b}\", dimensions: {a: {from: 0, to: 20}, b: {from: 0, to: 20}}",
           {"3:8: collections.days.key: in the key `{a}{b}` noth…"}},
          {"  key: \"{d:%Y}\", dimensions: {d: {from: 2020-01-01, to: today}}",
           {"3:8: collections.days.key: the key does not tell th…"}},
          {"  key: \"{d:%Q}\", dimensions: {d: {from: 2020-01-01, to: today}}",
           {"3:9: collections.days.key: %Q in `%Q` cannot be rea…"}},
          {"  key: \"{n:4}\", dimensions: {n: {from: 0, to: 20}}",
           {"3:9: collections.days.key: `4` is no written form o…"}},
          {"  key: \"{k:04}\", dimensions: {k: [a, b]}",
           {"3:9: collections.days.key: `k` is text and takes no…"}},
          {"  key: \"{f:04}\"", {"3:9: collections.days.key: `f` has no dimension and…"}},
          {"  key: \"x/{k}\", dimensions: {k: {table: k.csv, fields: [l, m]}}",
           {"3:8: collections.days.key: `k` is a dimension, but none of the fields of its table; "
            "expected `l` or `m`"}},
      });
}

TEST(CollectionErrors, dimensions_must_make_sense) {
  check(in_collection,
        {
            {"  key: x, dimensions: [a]",
             {"3:23: collections.days.dimensions: expected a map of dimensions by name, found a "
              "list"}},
            {"  key: x, dimensions: {d: 5}",
             {"3:27: collections.days.dimensions.d: expected a range `{from: …, to: …}`, a list "
              "`[a, b]` or a table `{table: …}`, found the number 5"}},
            {"  key: x, dimensions: {d: {}}",
             {"3:24: collections.days.dimensions.d.from: missing; expected a date like 2015-01-01 "
              "or `today`, or a whole number"}},
            {"  key: x, dimensions: {d: {from: 1}}",
             {"3:24: collections.days.dimensions.d.to: missing; expected a date like 2015-01-01 or "
              "`today`, or a whole number"}},
            {"  key: x, dimensions: {d: {form: 1, to: 2}}",
             {"3:24: collections.days.dimensions.d.from: missing; expected a date like 2015-01-01 "
              "or `today`, or a whole number",
              "3:28: collections.days.dimensions.d.form: unknown key; did you mean `from`?"}},
            {"  key: x, dimensions: {d: {from: 2020-01-01, to: 5}}",
             {"3:50: collections.days.dimensions.d.to: expected a date, like `from`, found the "
              "number 5"}},
            {"  key: x, dimensions: {d: {from: 1, to: today}}",
             {"3:41: collections.days.dimensions.d.to: expected a whole number, like `from`, found "
              "`today`"}},
            {"  key: x, dimensions: {d: {from: 2020-02-30, to: today}}",
             {"3:34: collections.days.dimensions.d.from: `2020-02-30` is not a date; expected one "
              "like 2015-01-01, `today` or `today-30d`"}},
            {"  key: x, dimensions: {d: {from: today-1y, to: today}}",
             {"3:34: collections.days.dimensions.d.from: `today-1y` is not a date; expected one "
              "like 2015-01-01, `today` or `today-30d`"}},
            {"  key: x, dimensions: {d: {from: today, to: yesterday}}",
             {"3:45: collections.days.dimensions.d.to: `yesterday` is not a date; expected one "
              "like 2015-01-01, `today` or `today-30d`"}},
        });
}

TEST(CollectionErrors, a_range_must_have_ends_and_steps_that_fit) {
  check(
      in_collection,
      {
          {"  key: \"{d}\", dimensions: {d: {from: 2020-01-02, to: 2020-01-01}}",
           {"3:28: collections.days.dimensions.d: `from` (2020-01-02) is after `to` (2020-01-01)"}},
          {"  key: \"{d}\", dimensions: {d: {from: 2, to: 1}}",
           {"3:28: collections.days.dimensions.d: `from` (2) is more than `to` (1)"}},
          {"  key: \"{d}\", dimensions: {d: {from: today, to: today-1d}}",
           {"3:49: collections.days.dimensions.d.to: `to` is before `from`"}},
          {"  key: \"{d}\", dimensions: {d: {from: 1, to: 2, every: 1d}}",
           {"3:55: collections.days.dimensions.d.every: expected a whole number, because `from` is "
            "a number, found `1d`"}},
          {"  key: \"{d}\", dimensions: {d: {from: 1, to: 2, every: 0}}",
           {"3:55: collections.days.dimensions.d.every: expected a step like 1d, 1w, 1mo, 1y, 1h "
            "or 15m, or of numbers a whole one, found the number 0"}},
          {"  key: \"{d}\", dimensions: {d: {from: 1, to: 2, time: true}}",
           {"3:54: collections.days.dimensions.d.time: numbers give no time; only dates do"}},
          {"  key: \"{d}\", dimensions: {d: {from: 2020-01-01, to: today, every: 2}}",
           {"3:68: collections.days.dimensions.d.every: expected a step like 1d, because `from` is "
            "a date, found the number 2"}},
          {"  key: \"{d}\", dimensions: {d: {from: 2020-01-01, to: today, every: 7h}}",
           {"3:68: collections.days.dimensions.d.every: `7h` does not divide a day; expected a "
            "step like 1d, 1w, 1mo, 1y, 1h or 15m"}},
          {"  key: \"{d}\", dimensions: {d: {from: 2020-01-01, to: today, every: 25h}}",
           {"3:68: collections.days.dimensions.d.every: `25h` is longer than a day, which is "
            "counted in days; expected a step like 1d, 1w, 1mo, 1y, 1h or 15m"}},
          {"  key: \"{d}\", dimensions: {d: {from: 2020-01-01, to: today, every: 30s}}",
           {"3:68: collections.days.dimensions.d.every: `30s` is not a step of whole minutes; "
            "expected a step like 1d, 1w, 1mo, 1y, 1h or 15m"}},
          {"  key: \"{d}\", dimensions: {d: {from: 2020-01-01, to: today, every: 1month}}",
           {"3:68: collections.days.dimensions.d.every: `1month` is not a step; expected a step "
            "like 1d, 1w, 1mo, 1y, 1h or 15m"}},
          {"  key: \"{d}\", dimensions: {d: {from: today-30d, to: today, every: 1w}}",
           {"3:67: collections.days.dimensions.d.every: steps of more than a day need a fixed "
            "`from`: counted from `today`, all partitions would be others tomorrow"}},
      });
}

TEST(CollectionErrors, values_and_fields_must_be_fit_for_keys) {
  check(in_collection,
        {
            {"  key: \"{d}\", dimensions: {d: []}",
             {"3:31: collections.days.dimensions.d: expected a list like `[a, b]`, found an empty "
              "list"}},
            {"  key: \"{d}\", dimensions: {d: [a, b, a]}",
             {"3:38: collections.days.dimensions.d[2]: `a` stands in the list already"}},
            {"  key: \"{d}\", dimensions: {d: [a, \"b/c\"]}",
             {"3:35: collections.days.dimensions.d[1]: `b/c` holds `/`"}},
            {"  key: \"{d}\", dimensions: {d: [a, ..]}",
             {"3:35: collections.days.dimensions.d[1]: `..` names a folder"}},
            {"  key: \"{d}\", dimensions: {d: [a, [b]]}",
             {"3:35: collections.days.dimensions.d[1]: expected a value, found a list"}},
            {"  key: \"{d}\", dimensions: {d: [a, ~]}",
             {"3:35: collections.days.dimensions.d[1]: expected a value, found `~`"}},
            {"  key: \"{age}\", dimensions: {age: [a, b]}",
             {"3:35: collections.days.dimensions.age: a field cannot be named `age`, which has a "
              "meaning of its own in rules"}},
            {"  key: \"{a}\", dimensions: {a: [x], t: {table: t.csv, fields: [b, a]}}",
             {"3:36: collections.days.dimensions.t: another field of the collection is named `a`, "
              "too"}},
        });
}

TEST(CollectionErrors, a_table_must_say_what_it_is) {
  check(in_collection,
        {
            {"  key: \"{d}\", dimensions: {d: {table: d.orc}}",
             {"3:39: collections.days.dimensions.d.table: the format does not show from the end of "
              "the name; add `format`: `csv`, `json_lines`, `parquet` or `sqlite` (this version "
              "reads no others)"}},
            {"  key: \"{d}\", dimensions: {d: {table: d.csv, format: orc}}",
             {"3:54: collections.days.dimensions.d.format: `orc` is unknown; expected `csv`, "
              "`json_lines`, `parquet` or `sqlite`"}},
            {"  key: \"{d}\", dimensions: {d: {table: d.csv, fields: []}}",
             {"3:54: collections.days.dimensions.d.fields: expected a list of columns like "
              "`[season, date, game]`, found an empty list"}},
            {"  key: \"{d}\", dimensions: {d: {table: d.csv, fields: [{name: d, type: integer}]}}",
             {"3:71: collections.days.dimensions.d.fields[0].type: `integer` is unknown; expected "
              "`text`, `number` or `date`"}},
            {"  key: \"{d}\", dimensions: {d: {table: d.csv, fields: [{type: date}]}}",
             {"3:55: collections.days.dimensions.d.fields[0].name: missing; expected the name of a "
              "column"}},
            {"  key: \"{d}\", dimensions: {d: {table: d.db}}",
             {"3:28: collections.days.dimensions.d.query: missing; expected a query like `select "
              "date, game from games`"}},
            {"  key: \"{d}\", dimensions: {d: {table: d.csv, query: select}}",
             {"3:53: collections.days.dimensions.d.query: only SQLite files take a query"}},
            {"  key: \"{d}\", dimensions: {d: {fields: [d]}}",
             {"3:28: collections.days.dimensions.d.table: missing; expected a path like "
              "`schedule.csv`, or `{collection: schedules}`"}},
            {"  key: \"{d}\", dimensions: {d: {table: d.csv, time: true}}",
             {"3:52: collections.days.dimensions.d.time: none of its fields is a date; write "
              "`fields: [{name: date, type: date}]`"}},
            {"  key: \"{d}\", dimensions: {d: {table: d.csv, from: 1}}",
             {"3:46: collections.days.dimensions.d.from: unknown key; expected `table`, `format`, "
              "`fields`, `query` or `time`"}},
        });
}

TEST(CollectionErrors, one_dimension_gives_the_time_where_it_is_needed) {
  check(in_collection,
        {
            {"  key: \"{k}\", dimensions: {k: [a]}, expect: {settled_after: 1d}",
             {"3:61: collections.days.expect.settled_after: `settled_after` needs a dimension with "
              "dates"}},
            {"  key: \"{k}\", dimensions: {k: [a]}, expect: {available_after: 1d}",
             {"3:63: collections.days.expect.available_after: `available_after` needs a dimension "
              "with dates"}},
            {"  key: \"{k}\", dimensions: {k: {table: k.csv}}, priority: [{if: \"age < 7d\", then: "
             "high}]",
             {"3:64: collections.days.priority[0].if: `age` needs a dimension with dates; of a "
              "table, a field like `{name: day, type: date}`"}},
            {"  key: \"{a}/{b}\", dimensions: {a: {from: 2020-01-01, to: today}, b: {from: "
             "2020-01-01, to: today}}, expect: {settled_after: 1d}",
             {"3:125: collections.days.expect.settled_after: `settled_after` needs to know which "
              "dimension gives the time; mark one with `time: true`"}},
            {"  key: \"{a}/{b}\", dimensions: {a: {from: 2020-01-01, to: today, time: true}, b: "
             "{from: 2020-01-01, to: today, time: true}}",
             {"3:117: collections.days.dimensions.b.time: `a` gives the time already"}},
            {"  key: \"{a}\", dimensions: {a: {from: 2020-01-01, to: today, time: false}}, expect: "
             "{settled_after: 1d}",
             {"3:100: collections.days.expect.settled_after: `settled_after` needs a dimension "
              "with dates"}},
            {"  key: \"{t}\", dimensions: {t: {table: t.csv, fields: [{name: t, type: text}]}}, "
             "expect: {settled_after: 1d}",
             {"3:105: collections.days.expect.settled_after: `settled_after` needs a dimension "
              "with dates; of a table, a field like `{name: day, type: date}`"}},
        });
}

TEST(CollectionErrors, a_rule_for_contents_names_one_format) {
  check(in_collection,
        {
            {"  key: x, expect: {valid: jsn}",
             {"3:27: collections.days.expect.valid: `jsn` is unknown; did you mean `json`?"}},
            {"  key: x, expect: {valid: 5}",
             {"3:27: collections.days.expect.valid: expected `json`, `jsonl`, `csv`, `gzip` "
              "or `parquet`, found the number 5"}},
            {"  key: x, expect: {valid: []}",
             {"3:27: collections.days.expect.valid: expected `json`, `jsonl`, `csv`, `gzip`, "
              "`parquet`, or a map like `{csv: {min_rows: 10}}` or `{command: [./check, "
              "\"{path}\"]}`, found a list"}},
            {"  key: x, expect: {valid: {}}",
             {"3:20: collections.days.expect.valid: says no format; expected `command`, "
              "`json`, `jsonl`, `csv`, `gzip` or `parquet`"}},
            {"  key: x, expect: {valid: {json: {}, csv: {}}}",
             {"3:20: collections.days.expect.valid: one rule is for one format, so only "
              "`json` or `csv` can stand here"}},
            {"  key: x, expect: {valid: {json: {min_rows: 3}}}",
             {"3:35: collections.days.expect.valid.json.min_rows: unknown key"}},
            {"  key: x, expect: {valid: {csv: {separator: ab}}}",
             {"3:45: collections.days.expect.valid.csv.separator: expected one character "
              "like `;`, found `ab`"}},
            {"  key: x, expect: {valid: {csv: {}, timeout: 1m}}",
             {"3:46: collections.days.expect.valid.timeout: only a `command` has a timeout"}},
            {"  key: x, expect: {valid: {csv: {}, sample: 0}}",
             {"3:45: collections.days.expect.valid.sample: a sample of nothing checks nothing"}},
            {"  key: x, expect: {valid: {command: []}}",
             {"3:37: collections.days.expect.valid.command: expected a list like `[python3, "
              "collect.py, \"{date}\"]`, found an empty list"}},
            {"  key: x, expect: {valid: {command: [check, \"{date}\"]}}",
             {"3:45: collections.days.expect.valid.command[1]: `{date}` is unknown here; "
              "there are {path}, {uri} and {key}"}},
            {"  key: x, expect: {valid: {command: [sh, -c, \"check {path}\"]}}",
             {"3:46: collections.days.expect.valid.command[2]: a shell would run the value "
              "as code; hand it over as an argument: [sh, -c, 'check \"$1\"', sh, '{path}']"}},
        });
}

TEST(CollectionErrors, a_check_of_objects_in_a_bucket_has_no_file) {
  EXPECT_EQ(
      errors_of("stores: {lake: {url: \"s3://lake\"}}\n"
                "collections: {days: {store: lake, key: x,\n"
                "  expect: {valid: {command: [check, \"{path}\"]}}}}\n"),
      (Lines{"3:37: collections.days.expect.valid.command[1]: {path} is a file, but the store "
             "`lake` is a bucket; use {uri}, or read the object from standard input"}));
}

TEST(CollectionErrors, expectations_must_make_sense) {
  check(in_collection,
        {
            {"  key: x, expect: {min_size: -3}",
             {"3:30: collections.days.expect.min_size: expected a size like 200B, 10KiB or 100MB, "
              "found the number -3"}},
            {"  key: x, expect: {complete: 95%}",
             {"3:20: collections.days.expect.complete: unknown key; did you mean `completeness`?"}},
            {"  key: x, min_size: 5",
             {"3:11: collections.days.min_size: unknown key; did you mean `expect.min_size`?"}},
            {"  key: x, expect: {max_age: 0s}",
             {"3:29: collections.days.expect.max_age: expected a duration of at least 1s, like "
              "30s, 15m, 1h or 7d, found `0s`"}},
            {"  key: x, expect: {count: {min: 3}}",
             {"3:20: collections.days.expect.count: counts the objects of free fields, but the key "
              "has none; write a `{field}` without a dimension where anything may stand"}},
            {"  key: \"x/{free}\", expect: {count: {}}",
             {"3:29: collections.days.expect.count.min: missing; expected a whole number from 1 "
              "on, or a column of a table"}},
            {"  key: \"x/{free}\", expect: {count: {min: 0}}",
             {"3:42: collections.days.expect.count.min: expected a whole number from 1 on, or a "
              "column of a table, found the number 0"}},
            {"  key: \"x/{free}\", expect: {count: {min: games}}",
             {"3:42: collections.days.expect.count.min: `games` would be a column of a table, but "
              "the collection has none; expected a whole number"}},
            {"  key: \"{k}{l}/{free}\", dimensions: {k: {table: k.csv}, l: {table: l.csv}}, "
             "expect: {count: {min: games}}",
             {"3:99: collections.days.expect.count.min: `games` would be a column of a table, but "
              "the collection has several; expected a whole number"}},
        });
}

TEST(CollectionErrors, rules_must_be_complete_and_be_reached) {
  check(in_collection,
        {
            {"  key: x, priority: high",
             {"3:21: collections.days.priority: expected a list of rules like `{if: \"age < 7d\", "
              "then: high}`, found `high`"}},
            {"  key: x, priority: [high]",
             {"3:22: collections.days.priority[0]: expected a rule like `{if: \"age < 7d\", then: "
              "high}`, found `high`"}},
            {"  key: x, priority: [{if: \"k == a\"}]",
             {"3:22: collections.days.priority[0].then: missing; expected `critical`, `high`, "
              "`medium` or `low`"}},
            {"  key: x, priority: [{then: urgent}]",
             {"3:29: collections.days.priority[0].then: `urgent` is unknown; expected `critical`, "
              "`high`, `medium` or `low`"}},
            {"  key: x, priority: [{then: low}, {then: high}]",
             {"3:35: collections.days.priority[1]: never reached: the rule above has no `if`, so "
              "it decides for all that is left"}},
            {"  key: \"{k}\", dimensions: {k: [a]}, priority: [{if: \"l == a\", then: low}]",
             {"3:53: collections.days.priority[0].if: there is no field `l` (did you mean `k`?); "
              "the fields are k"}},
            {"  key: \"{k}\", dimensions: {k: [a]}, priority: [{if: \"k = a\", then: low}]",
             {"3:56: collections.days.priority[0].if: expected one of == != < <= > >= in"}},
            {"  key: \"{k}\", dimensions: {k: [a]}, priority: [{if: \"k == a and\", then: low}]",
             {"3:64: collections.days.priority[0].if: expected the name of a field, as in `season "
              "== 2025-26`"}},
            {"  key: x, priority: [{if: \"\", then: low}]",
             {"3:27: collections.days.priority[0].if: expected a condition like `season == 2025-26 "
              "and age < 7d`, found an empty text"}},
            {"  key: x, priority: [{then: hgh}]",
             {"3:29: collections.days.priority[0].then: `hgh` is unknown; did you mean `high`?"}},
            {"  key: x, weight: -1",
             {"3:19: collections.days.weight: expected a number that is not negative, found the "
              "number -1"}},
            {"  key: x, labels: {\"a b\": c, d: [e]}",
             {"3:20: collections.days.labels.a b: expected a name of letters, digits, `-`, `_` and "
              "`.` that begins with a letter or a digit",
              "3:33: collections.days.labels.d: expected a text, found a list"}},
        });
}

TEST(CollectionErrors, a_command_takes_no_secret_and_must_name_a_program) {
  check(in_collector,
        {
            {"command: []",
             {"4:29: collectors.get.command: expected a list like `[python3, collect.py, "
              "\"{date}\"]`, found an empty list"}},
            {"command: get",
             {"4:29: collectors.get.command: expected a list like `[python3, collect.py, "
              "\"{date}\"]`, found `get`"}},
            {"command: [\"\"]",
             {"4:30: collectors.get.command[0]: the name of the program is empty"}},
            {"command: [~]", {"4:30: collectors.get.command[0]: expected an argument, found `~`"}},
            {"command: [get, [x]]",
             {"4:35: collectors.get.command[1]: expected an argument, found a list"}},
            {"command: [get, \"a ${env:TOKEN}\"]",
             {"4:38: collectors.get.command[1]: `${env:TOKEN}` cannot stand in a command, which "
              "everybody on the machine can read; hand it over in the environment: `env: {TOKEN: "
              "\"${env:TOKEN}\"}`"}},
            {"command: [get, \"${file:token}\"]",
             {"4:36: collectors.get.command[1]: `${file:token}` cannot stand in a command, which "
              "everybody on the machine can read; hand it over in the environment: `env: {TOKEN: "
              "\"${file:token}\"}`"}},
            {"batch: {max: 5}",
             {"4:14: collectors.get.command: missing; expected a list like `[python3, collect.py, "
              "\"{date}\"]`"}},
        });
}

TEST(CollectionErrors, a_collector_must_fit_the_collections_that_use_it) {
  check(in_collector, {
                          {"command: [get, \"{dat}\"]",
                           {"4:35: collectors.get.command[1]: unknown placeholder {dat…"}},
                          {"command: [get, \"{date}\"], batch: {by: [kind]}",
                           {"4:35: collectors.get.command[1]: {date} differs between t…"}},
                          {"command: [get], batch: {by: [knd, date]}",
                           {"4:49: collectors.get.batch.by[0]: the collection `days` has no "
                            "dimension with the field `knd`; did you mean `kind`?"}},
                      });
}

TEST(CollectionErrors, the_keys_of_a_collector_are_checked) {
  check(in_collector,
        {
            {"command: [get], env: {UPKEEP_TASK: x}",
             {"4:42: collectors.get.env.UPKEEP_TASK: names that begin with UPKEEP_ are set by "
              "upkeep itself"}},
            {"command: [get], env: {A-B: x, C: [d], E: ~}",
             {"4:42: collectors.get.env.A-B: expected the name of an environment variable: "
              "letters, digits and `_`",
              "4:53: collectors.get.env.C: expected a value, found a list",
              "4:58: collectors.get.env.E: expected a value, found `~`"}},
            {"command: [get], env: {A: \"${env:}\"}",
             {"4:46: collectors.get.env.A: the name behind the colon is missing"}},
            {"command: [get], batch: {max: 0}",
             {"4:49: collectors.get.batch.max: expected a whole number from 1 to 1000000, found "
              "the number 0"}},
            {"command: [get], retries: {max: -1}",
             {"4:51: collectors.get.retries.max: expected a whole number from 0 to 1000, found the "
              "number -1"}},
            {"command: [get], retries: {base: 2h}",
             {"4:52: collectors.get.retries.base: `base` (2h) is longer than `cap` (1h)"}},
            {"command: [get], retries: {cap: 1s}",
             {"4:51: collectors.get.retries.cap: `base` (1m) is longer than `cap` (1s)"}},
            {"command: [get], timeout: 0s",
             {"4:45: collectors.get.timeout: expected a duration of at least 10ms, like 30s, 15m, "
              "1h or 7d, found `0s`"}},
            {"command: [get], timeout: 10",
             {"4:45: collectors.get.timeout: expected a duration of at least 10ms, like 30s, 15m, "
              "1h or 7d, found the number 10"}},
        });
}

TEST(CollectionErrors, more_than_64_rules_are_too_many) {
  std::string rules;
  for (int i = 0; i < 65; ++i) rules += fmt::format("{{if: \"n == {}\", then: low}},\n", i);
  check(in_collection,
        {{"key: \"{n}\", dimensions: {n: {from: 0, to: 99}}, priority: [\n" + rules + "]",
          {"68:1: collections.days.priority[64]: more than 64 rules"}}});
}

TEST(CollectionErrors, what_depends_on_something_wrong_is_not_told_twice) {
  check(in_collection,
        {{"key: \"{date}\", dimensions: {date: {from: 2020-13-01, to: today}}, "
          "expect: {settled_after: 1d}",
          {"3:42: collections.days.dimensions.date.from: `2020-13-01` is not a date; expected one "
           "like 2015-01-01, `today` or `today-30d`"}}});
}

TEST(CollectionErrors, a_collector_or_a_store_that_cannot_be_read_is_told_once) {
  const std::string days = "collections: {days: {store: lake, key: x, collector: get}}\n";
  check(with_store,
        {{days + "collectors: {get: 5}\n",
          {"3:19: collectors.get: expected a map with the keys of a collector, like `{command: "
           "[./fetch, \"{date}\"]}`, found the number 5"}},
         {days + "collectors: [get]\n",
          {"3:13: collectors: expected a map of collectors by name, found a list"}}});
  check(errors_of_text,
        {{days + "stores: lake\n",
          {"1:54: collections.days.collector: there is no collector `get`; name it in `collectors`",
           "2:9: stores: expected a map of stores by name, found `lake`"}}});
}

TEST(CollectionErrors, one_collector_of_two_collections_must_fit_both) {
  check(with_store, {{"collections:\n"
                      "  a: {store: lake, key: \"a/{d}\", dimensions: {d: [x]}, collector: get}\n"
                      "  b: {store: lake, key: \"b/{e}\", dimensions: {e: [x]}, collector: get}\n"
                      "collectors: {get: {command: [get, \"{d}\"]}}\n",
                      {"5:35: collectors.get.command[1]: unknown placeholder {d}…"}}});
}

}  // namespace
}  // namespace upkeep
