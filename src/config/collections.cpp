#include "config/collections.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/dimensions.h"
#include "config/forms.h"
#include "config/names.h"
#include "config/schedules.h"
#include "config/valid_rule.h"
#include "coverage/selector.h"

namespace upkeep {
namespace {

using namespace std::chrono;

constexpr std::size_t rules_max = 64;  // one bit for each in coverage/selector.h

/// The number, or the column of a table that holds it.
Form<Count> count_min() {
  const std::string expected = "a whole number from 1 on, or a column of a table";
  return any_of<Count>(
      expected,
      {converted<Count, std::uint64_t>(
           whole_number(1, UINT64_MAX, expected),
           [](Reader&, const Place&, std::uint64_t& min, Count& count) { count.min = min; }),
       converted<Count, std::string>(text(expected),
                                     [](Reader&, const Place&, std::string& column, Count& count) {
                                       count.column = std::move(column);
                                     })},
      [](const Node& node) { return node.is_number() ? 0 : 1; });
}

Form<Count> count() {
  Form<Count> min = count_min();
  KeyShape shape{"min",
                 "How many objects there must be for each combination of the enumerated fields: a "
                 "number, or a column of the collection's table that holds it.",
                 true, "", std::move(min.shape)};
  return record<Count>("a map like `{min: 1230}`", {{std::move(shape), std::move(min.read)}});
}

Form<Expect> expect() {
  return record<Expect>(
      "a map with the keys of `expect`",
      {
          key("min_size", &Expect::min_size, size(), "A smaller object is undersized."),
          key("settled_after", &Expect::settled_after, duration(),
              "An object that was written before the end of its partition plus this is stale once "
              "that moment has passed: it was fetched too early to be final."),
          key("max_age", &Expect::max_age, duration(1s),
              "An object that is older than this is stale, for ever again."),
          key("available_after", &Expect::available_after, duration(),
              "A partition is expected from its end plus this; before, it is too early."),
          key("completeness", &Expect::completeness, share(),
              "A smaller share of good partitions is an incident. Gaps are queued anyway."),
          key("count", &Expect::count, count(), "For keys with free fields: enough objects?"),
          key("valid", &Expect::valid, valid_rule(),
              "What the bytes of each object must be. New and changed objects are read and "
              "checked; one that is not valid is a gap of the kind `invalid`."),
      });
}

Form<PriorityRule> rule() {
  std::vector<std::pair<std::string, Priority>> words;
  for (const auto& [name, priority] :
       {std::pair{"critical", Priority::critical}, std::pair{"high", Priority::high},
        std::pair{"medium", Priority::medium}, std::pair{"low", Priority::low}}) {
    words.emplace_back(name, priority);
  }
  for (const Priority priority : priorities) words.emplace_back(to_text(priority), priority);
  return record<PriorityRule>(
      "a rule like `{if: \"age < 7d\", then: high}`",
      {
          key("if", &PriorityRule::condition,
              parsed<Condition>("a condition like `season == 2025-26 and age < 7d`", {},
                                parse_condition),
              "Which partitions the rule is for; all when it is not set."),
          required(key("then", &PriorityRule::then,
                       word<Priority>("`critical`, `high`, `medium` or `low`", std::move(words)),
                       "Their priority.")),
      });
}

Form<std::vector<PriorityRule>> rules() {
  Form<std::vector<PriorityRule>> form =
      list_of("a list of rules like `{if: \"age < 7d\", then: high}`", rule());
  form.shape.items_max = rules_max;
  form.read = [read = std::move(form.read)](Reader& reader, const Place& place, const Shape& shape,
                                            std::vector<PriorityRule>& rules) {
    read(reader, place, shape, rules);
    if (rules.size() > rules_max) {
      reader.error(place.item(rules_max), fmt::format("more than {} rules", rules_max));
    }
    for (std::size_t n = 0; n + 1 < rules.size(); ++n) {
      if (place.item(n).node->kind != Node::Kind::map || place.item(n).has("if")) continue;
      reader.error(place.item(n + 1),
                   "never reached: the rule above has no `if`, so it decides for all that is left");
      break;
    }
  };
  return form;
}

Form<Collection> collection(const Config& so_far) {
  return record<Collection>(
      "a map with the keys of a collection",
      {
          required(key("store", &Collection::store,
                       name_in<Store, StoreId>(so_far.stores, "stores", "store"),
                       "The store that holds the objects.")),
          required(key("key", &Collection::key,
                       text("a key template like `espn/{date:%Y/%m/%d}/{game:04}.json`"),
                       "The key of each object, with {fields} of the dimensions. A field without "
                       "a dimension is free: it fits any text. {_} fits any text, too, and is no "
                       "part of the partition.")),
          key("dimensions", &Collection::dimensions, dimensions(),
              "What the partitions differ in; each combination is one partition."),
          key("expect", &Collection::expect, expect(), "When an object is good."),
          key("labels", &Collection::labels,
              map_of<std::string>("a map of labels like `{source: espn}`", any_name,
                                  scalar("a text")),
              "Texts that go into tasks and `gaps.json`, for people and other programs."),
          key("priority", &Collection::priority, rules(),
              "The first rule that fits a partition decides; MEDIUM when none does."),
          key("weight", &Collection::weight, number_not_negative(),
              "How much waiting counts for its tasks among those of the same priority."),
          key("by", &Collection::by, deadline(),
              "By when each day what became due is to be there, in `timezone`: `08:00`. Its gaps "
              "come first when that time is near, and those that missed it are an incident."),
          key("max_tasks", &Collection::max_tasks, whole_number(1, 10'000),
              "How many attempts for it run at once, when that is to be less than `limits.tasks`."),
          key("collector", &Collection::collector,
              name_in<Collector, CollectorId>(so_far.collectors, "collectors", "collector"),
              "What fills the gaps. Without it gaps are shown, and nothing fills them."),
      });
}

}  // namespace

Form<std::vector<Collection>> collections(const Config& so_far) {
  Form<Collection> one = collection(so_far);
  one.read = [&stores = so_far.stores, read = std::move(one.read)](
                 Reader& reader, const Place& place, const Shape& shape, Collection& value) {
    read(reader, place, shape, value);
    if (place.node->kind == Node::Kind::map) check_collection(reader, place, value);
    const Place valid = place.at("expect").at("valid");
    const bool has_store = value.store.value < stores.size();
    if (value.expect.valid && has_store) {
      check_valid_command(reader, valid, *value.expect.valid, stores[value.store.value]);
    }
  };
  return named<Collection>("a map of collections by name", std::move(one));
}

}  // namespace upkeep
