// What can be wrong with the file, its settings and its stores: each with place and text.
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

Lines in_file(const std::string& text) { return errors_of(text); }

Lines with_secret(const std::string& text) { return errors_of(text, {{"SECRET", "hunter2"}}); }

TEST(ConfigErrors, keys_that_do_not_exist_are_told_with_the_nearest_one) {
  check(in_file,
        {
            {"stat: ./x\n", {"1:1: stat: unknown key; did you mean `state`?"}},
            {"zebra: 1\n",
             {"1:1: zebra: unknown key; expected `state`, `timezone`, `enabled`, `env_files`, "
              "`loop`, `queue`, `keep`, `limits`, `maintenance`, `http`, `log`, `stores`, "
              "`upstreams`, "
              "`collectors` or `collections`"}},
            {"loop: {queue_pol: 30s}\n",
             {"1:8: loop.queue_pol: unknown key; did you mean `queue_poll`?"}},
            {"stores: {lake: {ulr: \"file:lake\"}}\n",
             {"1:10: stores.lake.url: missing; expected a folder like `file:./lake` or "
              "`file:///data/lake`, or a bucket like `s3://bucket/folder`",
              "1:17: stores.lake.ulr: unknown key; did you mean `url`?"}},
            {"1: 2\n",
             {"1:1: 1: unknown key; expected `state`, `timezone`, `enabled`, `env_files`, `loop`, "
              "`queue`, `keep`, `limits`, `maintenance`, `http`, `log`, `stores`, `upstreams`, "
              "`collectors` or "
              "`collections`"}},
        });
}

TEST(ConfigErrors, keys_that_stand_twice_are_errors) {
  check(in_file, {
                     {"limits: {tasks: 2}\nlimits: {tasks: 3}\n",
                      {"2:1: limits: duplicate key; it stands at 1:1 already"}},
                     {"stores:\n  lake: {url: \"file:a\"}\n  lake: {url: \"file:b\"}\n",
                      {"3:3: stores.lake: duplicate key; it stands at 2:3 already"}},
                 });
}

TEST(ConfigErrors, keys_that_a_later_version_brings_are_refused_with_a_text_that_says_so) {
  check(in_file,
        {
            {"notify: {channels: {}}\n", {"1:1: notify: this version has no `notify` yet"}},
            {"checks: {up: {disk: /}}\n", {"1:1: checks: this version has no `checks` yet"}},
        });
}

TEST(ConfigErrors, schedules_name_what_is_wrong_and_windows_leave_time_for_work) {
  check(in_file,
        {
            {"collectors: {get: {command: [x], schedule: [\"0 2 * *\"]}}\n",
             {"1:45: collectors.get.schedule[0]: `0 2 * *` is no schedule: it has 4 fields instead "
              "of five, which are minute, hour, day of the month, month and weekday, as in `0 2 * "
              "* *`"}},
            {"collectors: {get: {command: [x], schedule: []}}\n",
             {"1:44: collectors.get.schedule: expected a list like `[\"0 2 * * *\"]`, found an "
              "empty list"}},
            {"collectors: {get: {command: [x], schedule: {at: 2}}}\n",
             {"1:34: collectors.get.schedule: expected a schedule like `0 2 * * *`, or a list of "
              "them, found a map"}},
            {"maintenance: [{schedule: \"0 2 * * 0\"}]\n",
             {"1:15: maintenance[0].for: missing; expected a duration of at least 1m, like 30s, "
              "15m, 1h or 7d"}},
            {"maintenance: [{schedule: \"0 2 * * 0\", for: 10s}]\n",
             {"1:44: maintenance[0].for: expected a duration of at least 1m, like 30s, 15m, 1h or "
              "7d, found `10s`"}},
            {"maintenance: [{schedule: \"0 */2 * * *\", for: 2h}]\n",
             {"1:14: maintenance: these windows follow each other without a gap, so that nothing "
              "would ever be started; use `enabled: false` for that, or a shorter `for`"}},
        });
}

TEST(ConfigErrors, upstreams_are_named_and_their_limits_fit_each_other) {
  check(in_file,
        {
            {"upstreams: {espn: {rate: 60}}\n",
             {"1:26: upstreams.espn.rate: expected a rate like 60/min, 10/s or 3000/h, found "
              "the number 60"}},
            {"upstreams: {espn: {rate: 0/min}}\n",
             {"1:26: upstreams.espn.rate: expected a rate like 60/min, 10/s or 3000/h, found "
              "`0/min`"}},
            {"upstreams: {espn: {rate: 5/min, burst: 6}}\n",
             {"1:40: upstreams.espn.burst: `burst` (6) is more than `rate` (5/min) allows"}},
            {"upstreams: {espn: {burst: 6}}\n",
             {"1:27: upstreams.espn.burst: without `rate` there is nothing that `burst` is part "
              "of"}},
            {"upstreams: {espn: {}}\ncollectors: {get: {command: [x], upstream: esp}}\n",
             {"2:44: collectors.get.upstream: there is no upstream `esp`; did you mean `espn`?"}},
            {"collectors: {get: {command: [x], upstream: esp}}\n",
             {"1:44: collectors.get.upstream: there is no upstream `esp`; name it in "
              "`upstreams`"}},
            {"limits: {requests: 1/2w}\n",
             {"1:20: limits.requests: expected a rate like 60/min, 10/s or 3000/h, found "
              "`1/2w`"}},
        });
}

TEST(ConfigErrors, pages_that_others_can_reach_are_encrypted) {
  check(in_file,
        {
            {"http: {listen: \"0.0.0.0:80\"}\n",
             {"1:1: http: `0.0.0.0` can be reached by others, and nothing is encrypted; set "
              "`certificate` and `key`, or `plain: true` if another program encrypts in front of "
              "it"}},
            {"http: {listen: \"0.0.0.0:80\", plain: true}\n", {}},
            {"http: {listen: \"[::1]:80\"}\n", {}},
            {"http: {listen: \":80\"}\n", {}},
            {"http: {listen: host}\n",
             {"1:16: http.listen: `host` has no port; write `127.0.0.1:8080`, with port 0 for a "
              "free one"}},
            {"http: {certificate: a}\n",
             {"1:1: http: `certificate` and `key` go together; set both, or neither"}},
            {"http: {token_sha256: secret}\n",
             {"1:22: http.token_sha256: that is no SHA-256; make one: printf %s TOKEN | "
              "sha256sum"}},
        });
}

TEST(ConfigErrors, what_is_said_of_a_bucket_must_be_fit_for_one) {
  check(
      in_file,
      {
          {"stores: {lake: {url: \"s3:bucket\"}}\n",
           {"1:22: stores.lake.url: `s3:bucket` lacks the `//` behind `s3:`; write "
            "`s3://bucket/folder`"}},
          {"stores: {lake: {url: \"s3://b/x\"}}\n",
           {"1:22: stores.lake.url: `b` can be no bucket: a name has at least 3 letters, digits, "
            "`-`, `.` or `_`; write `s3://bucket/folder`"}},
          {"stores: {lake: {url: \"file:x\", region: eu-west-1}}\n",
           {"1:40: stores.lake.region: `region` is for buckets (`s3://…`), but the store is a "
            "folder; leave it out"}},
          {"stores: {lake: {url: \"s3:x\", endpoint: \"s3.example.com\"}}\n",
           {"1:22: stores.lake.url: `s3:x` lacks the `//` behind `s3:`; write "
            "`s3://bucket/folder`",
            "1:40: stores.lake.endpoint: `s3.example.com` is no address of a server; write it like "
            "`https://s3.example.com:9000`"}},
          {"stores: {lake: {url: \"s3://bucket\", endpoint: \"https://s3.{bucket}.com\"}}\n",
           {"1:47: stores.lake.endpoint: `https://s3.{bucket}.com` is no address of a server; "
            "write "
            "it like `https://s3.example.com:9000`"}},
          {"stores: {lake: {url: \"s3://bucket\", credentials: secret, requests: 0}}\n",
           {"1:50: stores.lake.credentials: `secret` is unknown; expected the word anonymous",
            "1:68: stores.lake.requests: expected a whole number from 1 to 1000, found the number "
            "0"}},
          {"stores: {a: {url: \"s3://bucket/x\"}, b: {url: \"s3://bucket/x/\"}}\n",
           {"1:46: stores.b.url: the store `a` has the same bucket and prefix"}},
          {"stores: {lake: {url: \"s3://bucket\"}}\n"
           "collections: {a: {store: lake, key: \"{d}\", dimensions: {d: [x]}, collector: get}}\n"
           "collectors: {get: {command: [get, \"{path}\"]}}\n",
           {"3:35: collectors.get.command[1]: {path} is a file, but the store `lake` is a bucket; "
            "use {uri}, which is s3://BUCKET/KEY, or {key}"}},
      });
}

TEST(ConfigErrors, reports_are_delivered_to_a_store_that_is_declared) {
  check(in_file,
        {{"stores:\n"
          "  lake: {url: file:./lake, inventory: {store: report, when_old: wait}}\n"
          "  reports: {url: file:./reports}\n",
          {"2:65: stores.lake.inventory.when_old: `wait` is unknown; expected list or fail"}},
         {"stores:\n"
          "  lake: {url: file:./lake, inventory: {store: report}}\n"
          "  reports: {url: file:./reports}\n",
          {"2:47: stores.lake.inventory.store: there is no store `report`; did you mean "
           "`reports`?"}}});
}

TEST(ConfigErrors, a_limit_is_for_a_label_that_some_collection_has) {
  check(in_file, {{"stores: {lake: {url: \"file:lake\"}}\n"
                   "collections: {a: {store: lake, key: x, labels: {source: espn}}}\n"
                   "limits: {tasks_of_each: {sourse: 2}}\n",
                   {"3:34: limits.tasks_of_each.sourse: no collection has the label `sourse`; did "
                    "you mean `source`?"}}});
}

TEST(ConfigErrors, a_value_of_the_wrong_kind_is_told_with_what_was_expected) {
  check(
      in_file,
      {
          {"[a, b]\n", {"1:1: expected a map with the keys of upkeep.yaml, found a list"}},
          {"just text\n", {"1:1: expected a map with the keys of upkeep.yaml, found `just text`"}},
          {"enabled: yes\n", {"1:10: enabled: expected true or false, found `yes`"}},
          {"enabled: \"true\"\n",
           {"1:10: enabled: expected true or false, found the text \"true\""}},
          {"state: 5\n",
           {"1:8: state: expected a path like `./state` (put it in quotes), found the number 5"}},
          {"state: [x]\n", {"1:8: state: expected a path like `./state`, found a list"}},
          {"state: ''\n", {"1:8: state: expected a path like `./state`, found an empty text"}},
          {"state:\n", {"1:1: state: expected a path like `./state`, found nothing"}},
          {"state: ~\n", {"1:1: state: expected a path like `./state`, found `~`"}},
          {"state: \"~/x\"\n", {"1:8: state: `~` is not expanded; write `${env:HOME}` instead"}},
          {"timezone: Mars/Base\n",
           {"1:11: timezone: `Mars/Base` is not a time zone that this machine knows; write an IANA "
            "name such as UTC or America/Chicago (package tzdata)"}},
          {"timezone: true\n",
           {"1:11: timezone: expected a time zone like UTC or America/Chicago (put it in quotes), "
            "found `true`"}},
          {"env_files: .env\n",
           {"1:12: env_files: expected a list of files like `[.env]`, found `.env`"}},
          {"env_files: [[x]]\n", {"1:13: env_files[0]: expected a path like `.env`, found a list"}},
          {"loop: 1h\n", {"1:7: loop: expected a map with the keys of `loop`, found `1h`"}},
          {"loop:\n", {"1:1: loop: expected a map with the keys of `loop`, found nothing"}},
          {"loop: {reconcile_every: 30}\n",
           {"1:25: loop.reconcile_every: expected a duration of at least 1s, like 30s, 15m, 1h or "
            "7d, found the number 30"}},
          {"loop: {reconcile_every: \"30\"}\n",
           {"1:25: loop.reconcile_every: expected a duration of at least 1s, like 30s, 15m, 1h or "
            "7d, found `30`"}},
          {"loop: {reconcile_every: 1 hour}\n",
           {"1:25: loop.reconcile_every: expected a duration of at least 1s, like 30s, 15m, 1h or "
            "7d, found `1 hour`"}},
          {"loop: {reconcile_every: 0s}\n",
           {"1:25: loop.reconcile_every: expected a duration of at least 1s, like 30s, 15m, 1h or "
            "7d, found `0s`"}},
          {"queue: {window: 0}\n",
           {"1:17: queue.window: expected a whole number from 1 to 1000000, found the number 0"}},
          {"queue: {window: 2.5}\n",
           {"1:17: queue.window: expected a whole number from 1 to 1000000, found the number 2.5"}},
          {"queue: {window: \"5\"}\n",
           {"1:17: queue.window: expected a whole number from 1 to 1000000, found the text \"5\""}},
          {"queue: {window: -1}\n",
           {"1:17: queue.window: expected a whole number from 1 to 1000000, found the number -1"}},
          {"queue: {score: {age_per_hour: -1, per_missing: .nan, max_size_penalty: 1h}}\n",
           {"1:31: queue.score.age_per_hour: expected a number that is not negative, found the "
            "number -1",
            "1:48: queue.score.per_missing: expected a number, found the number .nan",
            "1:72: queue.score.max_size_penalty: expected a number that is not negative, found "
            "`1h`"}},
          {"limits: {disk_free: much}\n",
           {"1:21: limits.disk_free: `much` is not a size; write it like 200B, 10KiB or 100MB"}},
          {"limits: {disk_free: -1}\n",
           {"1:21: limits.disk_free: expected a size like 200B, 10KiB or 100MB, found the number "
            "-1"}},
          {"stores: [lake]\n", {"1:9: stores: expected a map of stores by name, found a list"}},
          {"stores: {lake: \"file:lake\"}\n",
           {"1:16: stores.lake: expected a map with the keys of a store, like `{url: "
            "\"file:./lake\"}`, found the text \"file:lake\""}},
          {"stores: {\"bad name\": {url: \"file:x\"}, -x: {url: \"file:y\"}}\n",
           {"1:10: stores.bad name: expected a name of letters, digits, `-`, `_` and `.` that "
            "begins with a letter or a digit",
            "1:39: stores.-x: expected a name of letters, digits, `-`, `_` and `.` that begins "
            "with a letter or a digit"}},
      });
}

TEST(ConfigErrors, a_store_needs_a_folder_of_its_own) {
  check(in_file,
        {
            {"stores: {lake: {}}\n",
             {"1:10: stores.lake.url: missing; expected a folder like `file:./lake` or "
              "`file:///data/lake`, or a bucket like `s3://bucket/folder`"}},
            {"stores: {lake: {url: ./lake}}\n",
             {"1:22: stores.lake.url: `./lake` is a path, not a URL; write `file:./lake`"}},
            {"stores: {lake: {url: /data/lake}}\n",
             {"1:22: stores.lake.url: `/data/lake` is a path, not a URL; write `file:/data/lake`"}},
            {"stores: {lake: {url: \"file:\"}}\n",
             {"1:22: stores.lake.url: the path behind `file:` is missing; write `file:./lake`"}},
            {"stores: {lake: {url: \"file://host/lake\"}}\n",
             {"1:22: stores.lake.url: `file://host/lake` names a machine between `//` and the next "
              "`/`; write `file:./lake`, or `file:///lake` for an absolute path"}},
            {"stores: {lake: {url: \"file:~/lake\"}}\n",
             {"1:22: stores.lake.url: `~` is not expanded; write `file:${env:HOME}/lake`"}},
            {"stores: {lake: {url: \"gs://bucket\"}}\n",
             {"1:22: stores.lake.url: this version has no `gs:` stores; they are folders like "
              "`file:./lake` or buckets like `s3://bucket/folder`"}},
            {"stores: {a: {url: \"file:./x\"}, b: {url: \"file:y/../x/\"}}\n",
             {"1:41: stores.b.url: the store `a` has the same folder"}},
            {"stores: {lake: {url: \"file:x\", max_loss: 120%}}\n",
             {"1:42: stores.lake.max_loss: expected a share like 20% or 0.2, found `120%`"}},
            {"stores: {lake: {url: \"file:x\", max_loss: 20}}\n",
             {"1:42: stores.lake.max_loss: expected a share like 20% or 0.2, found the number 20"}},
            {"stores: {lake: {url: \"file:x\", max_loss: \"0.2\"}}\n",
             {"1:42: stores.lake.max_loss: expected a share like 20% or 0.2, found `0.2`"}},
            {"stores: {lake: {url: \"file:x\", ignore: \"*.part\"}}\n",
             {"1:40: stores.lake.ignore: expected a list of patterns like `[\"*.part\"]`, found "
              "the text \"*.part\""}},
        });
}

TEST(ConfigErrors, references_that_cannot_be_filled_in_are_told_where_they_stand) {
  check(in_file,
        {
            {"state: \"a/${env:NOPE}/b\"\n",
             {"1:11: state: the environment variable `NOPE` is not set"}},
            {"state: ü-${env:NOPE}\n", {"1:10: state: the environment variable `NOPE` is not set"}},
            {"state: \"${file:x}\"\n",
             {"1:9: state: `${file:x}` can stand only in the `env` of a collector"}},
            {"state: ${credential:x}\n",
             {"1:8: state: `${credential:x}` can stand only in the `env` of a collector"}},
            {"state: ${HOME}/x\n",
             {"1:8: state: `${HOME}` is not filled in; write `${env:HOME}`, or `$${HOME}` for the "
              "text itself"}},
            {"state: \"${env:OPEN\"\n", {"1:9: state: `${env:` is not closed; expected `}`"}},
        });
}

TEST(ConfigErrors, what_is_filled_in_is_never_shown) {
  check(with_secret, {
                         {"timezone: ${env:SECRET}\n",
                          {"1:11: timezone: what stands for ${env:SECRET} is not a time zone like "
                           "UTC or America/Chicago"}},
                         {"loop: {queue_poll: \"${env:SECRET}\"}\n",
                          {"1:20: loop.queue_poll: what stands for ${env:SECRET} is not a duration "
                           "of at least 10ms, like 30s, 15m, 1h or 7d"}},
                         {"limits: {disk_free: \"${env:SECRET}\"}\n",
                          {"1:21: limits.disk_free: what stands for ${env:SECRET} is not a size "
                           "like 200B, 10KiB or 100MB"}},
                         {"stores: {lake: {url: \"${env:SECRET}\"}}\n",
                          {"1:22: stores.lake.url: what stands for ${env:SECRET} is not a folder "
                           "like `file:./lake` or `file:///data/lake`, or a bucket like "
                           "`s3://bucket/folder`"}},
                         {"stores: {lake: {url: \"file:x\"}}\ncollections: {a: {store: "
                          "\"${env:SECRET}\", key: a}}\n",
                          {"2:26: collections.a.store: what stands for ${env:SECRET} is not the "
                           "name of a store in `stores`"}},
                     });
}

TEST(ConfigErrors, texts_that_quote_what_was_filled_in_name_the_variable_instead) {
  const std::string begin = "stores: {lake: {url: \"file:x\"}}\n";
  check(with_secret,
        {{begin + "collections: {a: {store: lake, key: x, dimensions: {d: [\"${env:SECRET}\", "
                  "\"${env:SECRET}\"]}}}\n",
          {"2:74: collections.a.dimensions.d[1]: `${env:SECRET}` stands in the list already"}},
         {begin + "collections: {a: {store: lake, key: x, collector: get}}\n"
                  "collectors: {get: {command: [get], batch: {by: [\"${env:SECRET}\"]}}}\n",
          {"3:49: collectors.get.batch.by[0]: the collection `a` has no dimension with the field "
           "`${env:SECRET}`"}}});
  for (const std::string& error :
       with_secret(begin + "collections: {a: {store: lake, key: \"{${env:SECRET}:04}/}\", "
                           "priority: [{if: \"k == ${env:SECRET}\", then: low}]}}\n")) {
    EXPECT_FALSE(error.contains("hunter2")) << error;
  }
}

TEST(ConfigErrors, all_are_told_at_once_in_the_order_of_the_file) {
  check(in_file,
        {{"collections: {days: {store: lake, key: x, wieght: 2}}\n"
          "loop: {queue_poll: fast}\n"
          "stores: {lake: {url: ./lake}}\n"
          "zone: UTC\n",
          {"1:43: collections.days.wieght: unknown key; did you mean `weight`?",
           "2:20: loop.queue_poll: expected a duration of at least 10ms, like 30s, 15m, 1h or 7d, "
           "found `fast`",
           "3:22: stores.lake.url: `./lake` is a path, not a URL; write `file:./lake`",
           "4:1: zone: unknown key; did you mean `timezone`?"}}});
}

TEST(ConfigErrors, a_file_that_is_no_yaml_has_one_error) {
  check(in_file,
        {{"state: [\nzone: x\n",
          {"3:1: expected `,` or `]` in the list that begins at 1:8; a text with brackets, braces "
           "or commas needs quotes here"}}});
}

TEST(ConfigErrors, very_many_are_cut_off) {
  std::string text = "limits:\n";
  for (int i = 0; i < 5000; ++i) text += fmt::format("  key{}: 1\n", i);
  EXPECT_EQ(errors_of(text).size(), 1000u);
}

}  // namespace
}  // namespace upkeep
