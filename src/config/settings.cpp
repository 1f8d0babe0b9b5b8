#include "config/settings.h"

#include <fmt/format.h>

#include <set>

#include "base/text.h"
#include "config/forms.h"
#include "config/upstreams.h"

namespace upkeep {
namespace {

using namespace std::chrono;

Form<Score> score() {
  return record<Score>(
      "a map with the keys of `score`",
      {
          key("age_per_hour", &Score::age_per_hour, number_not_negative(),
              "What each hour of waiting adds, times the weight of the collection."),
          key("per_missing", &Score::per_missing, number(),
              "What each partition of the task adds; below zero, small tasks come first."),
          key("max_size_penalty", &Score::max_size_penalty, number_not_negative(),
              "The partitions of a task take off this much at most."),
      });
}

}  // namespace

Form<Zone> time_zone() {
  Form<Zone> form = parsed<Zone>("a time zone like UTC or America/Chicago", {}, Zone::load);
  form.show = [](const Zone& zone) { return "\"" + zone.name() + "\""; };
  return form;
}

Form<Loop> loop() {
  return record<Loop>(
      "a map with the keys of `loop`",
      {
          key("reconcile_every", &Loop::reconcile_every, duration(1s),
              "How often all stores are listed and compared."),
          key("queue_poll", &Loop::queue_poll, duration(10ms),
              "How often the queue is looked at for tasks that can start."),
          key("min_tasks_to_trigger", &Loop::min_tasks_to_trigger, whole_number(1, 1'000'000),
              "The loop begins to fill when so many tasks can start."),
          key("max_run_time", &Loop::max_run_time, duration(1s),
              "How long a round of filling may take; after that it starts nothing "
              "more. What runs keeps its own timeout."),
          key("hang_after", &Loop::hang_after, duration(5s),
              "A daemon that has not moved for so long is ended by its supervisor and started "
              "again."),
          key("dry_run", &Loop::dry_run, flag(),
              "The loop lists, compares and plans, but starts no collector."),
      });
}

Form<QueueSettings> queue() {
  return record<QueueSettings>("a map with the keys of `queue`",
                               {
                                   key("window", &QueueSettings::window, whole_number(1, 1'000'000),
                                       "How many tasks are listed; the others are counted."),
                                   key("promote_after", &QueueSettings::promote_after, duration(1s),
                                       "A task that waited this long moves up one priority."),
                                   key("score", &QueueSettings::score, score(),
                                       "How tasks of the same priority are put in order."),
                               });
}

Form<Keep> keep() {
  return record<Keep>(
      "a map with the keys of `keep`",
      {
          key("journal", &Keep::journal, duration(1s),
              "How long the decisions behind `upkeep explain` are kept."),
          key("output", &Keep::output, duration(1s), "How long the output of attempts is kept."),
          key("cache", &Keep::cache, duration(1s),
              "How long coverage files and copies of reports that nobody uses are kept."),
      });
}

Form<Limits> limits() {
  return record<Limits>(
      "a map with the keys of `limits`",
      {
          key("tasks", &Limits::tasks, whole_number(1, 10'000), "How many attempts run at once."),
          key("tasks_of_each", &Limits::tasks_of_each,
              map_of<std::uint64_t>("a map of labels like `{source: 2}`", any_name,
                                    whole_number(1, 10'000)),
              "By label: how many attempts run at once whose collections have the same value of "
              "it."),
          key("rested", &Limits::rested, share(),
              "The share of `tasks`, but at least one, for partitions that rested after their "
              "last retry; the other places are left to what is new."),
          key("memory", &Limits::memory, size(),
              "How much memory the daemon may take, and each process that lists a store. When that "
              "is too little, the listing fails and nothing else, or the daemon is started again."),
          key("cpu", &Limits::cpu, cores(),
              "How many processors the daemon and its listings may take together, where upkeep has "
              "a cgroup of its own."),
          key("disk_free", &Limits::disk_free, size(),
              "With less free space where the state lies nothing new is started. When it is not "
              "set: 1GB or 5% of the file system, whichever is smaller."),
          key("requests", &Limits::requests, rate(),
              "At most so many requests of all collectors together, to whatever upstream."),
      });
}

/// A label that no collection has would limit nothing.
void check_limits(Reader& reader, const Place& root, const Config& config) {
  const Place place = root.at("limits").at("tasks_of_each");
  if (!reader.is_sound(place.path) || !reader.is_sound("collections")) return;
  std::set<std::string> known;
  for (const Collection& collection : config.collections) {
    for (const auto& [label, value] : collection.labels) known.insert(label);
  }
  const std::vector<std::string> labels(known.begin(), known.end());
  for (const auto& [label, most] : config.limits.tasks_of_each) {
    if (known.contains(label)) continue;
    const auto meant = nearest(label, labels);
    reader.error(place.at(label), fmt::format("no collection has the label `{}`{}", label,
                                              meant ? "; did you mean `" + *meant + "`?" : ""));
  }
}

}  // namespace upkeep
