#include "config/collectors.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "collect/command.h"
#include "collect/placeholders.h"
#include "config/fields.h"
#include "config/forms.h"
#include "config/names.h"
#include "config/schedules.h"
#include "config/secrets.h"

namespace upkeep {
namespace {

using namespace std::chrono;

/// One argument. Everybody on the machine can read a command line, so it takes no secret.
Form<std::string> argument() {
  Form<std::string> form;
  form.shape.kind = Shape::Kind::scalar;
  form.shape.expected = "an argument";
  form.shape.may_be_empty = true;
  form.read = [](Reader& reader, const Place& place, const Shape& shape, std::string& value) {
    const Node& node = *place.node;
    if (node.kind != Node::Kind::scalar || node.is_empty()) {
      reader.unexpected(place, shape.expected);
      return;
    }
    value = node.text;
    const auto found = find_secrets(node.text);
    // What only looks like a reference may well be meant for a shell.
    if (!found) return;
    for (const SecretReference& reference : *found) {
      if (reference.kind == SecretReference::Kind::literal) continue;
      const bool variable = reference.kind == SecretReference::Kind::environment;
      const std::string written = node.text.substr(reference.begin, reference.size);
      reader.error_inside(
          place, reference.begin,
          fmt::format("`{0}` cannot stand in a command, which everybody on the machine can read; "
                      "hand it over in the environment: `env: {{{1}: \"{0}\"}}`",
                      written, variable ? reference.name : "TOKEN"));
    }
  };
  return form;
}

}  // namespace

Form<std::vector<std::string>> command_line() {
  Form<std::vector<std::string>> form =
      list_of("a list like `[python3, collect.py, \"{date}\"]`", argument(), 1);
  form.read = [read = std::move(form.read)](Reader& reader, const Place& place, const Shape& shape,
                                            std::vector<std::string>& arguments) {
    read(reader, place, shape, arguments);
    if (reader.is_sound(place.path) && arguments.front().empty()) {
      reader.error(place.item(0), "the name of the program is empty");
    }
  };
  return form;
}

namespace {

const NameRule variable_name{
    "^(?!UPKEEP_)[A-Za-z_][A-Za-z0-9_]*$", [](std::string_view name) -> std::string_view {
      if (!is_identifier(name)) {
        return "expected the name of an environment variable: letters, digits and `_`";
      }
      if (!name.starts_with("UPKEEP_")) return {};
      return "names that begin with UPKEEP_ are set by upkeep itself";
    }};

Form<Batch> batch() {
  return record<Batch>(
      "a map like `{by: [date], max: 50}`",
      {
          key("by", &Batch::by, list_of("a list of fields like `[date]`", text("a field")),
              "Only partitions that share the values of these fields go into one batch."),
          key("max", &Batch::max, whole_number(1, 1'000'000), "At most so many partitions."),
      });
}

Form<Retries> retries() {
  Form<Retries> form = record<Retries>(
      "a map like `{max: 3, base: 1m, cap: 1h, rest: 6h}`",
      {
          key("max", &Retries::max, small_number(0, 1000),
              "After the first attempt so many more are made before the partition rests."),
          key("base", &Retries::base, duration(),
              "The wait before a retry is random, up to base × 2ⁿ⁻¹ after the n-th failure …"),
          key("cap", &Retries::cap, duration(), "… but never longer than this."),
          key("rest", &Retries::rest, duration(1s),
              "After the last retry the partition rests this long, doubling up to 7d, and then "
              "gets one attempt each time."),
      });
  return checked<Retries>(std::move(form), [](Reader& reader, const Place& place, Retries& value) {
    if (value.base <= value.cap) return;
    reader.error(place.at(place.has("base") ? "base" : "cap"),
                 fmt::format("`base` ({}) is longer than `cap` ({})", to_text(value.base),
                             to_text(value.cap)));
  });
}

Form<Together> together() {
  return record<Together>(
      "a map like `{memory: 2GiB, cpu: 1.5}`",
      {
          key("memory", &Together::memory, size(),
              "Memory, cached files included; an attempt that takes more is killed as a whole."),
          key("cpu", &Together::cpu, cores(), "Processors; who wants more is slowed down."),
          key("processes", &Together::processes, whole_number(1),
              "How many processes and threads there are at once; more cannot be started."),
      });
}

Form<Isolation> isolation() {
  return record<Isolation>(
      "a map like `{nice: 10, memory: 1GiB}`",
      {
          key("nice", &Isolation::nice, small_number(0, 19),
              "How much its processes stand back behind others, as nice(1) says it."),
          key("memory", &Isolation::memory, size(),
              "How much address space each of its processes may take."),
          key("open_files", &Isolation::open_files, whole_number(16, 1'000'000),
              "How many files each of its processes may have open."),
          key("pass_env", &Isolation::pass_env,
              list_of("a list of names like `[PATH, HOME, \"AWS_*\"]`", text("a name")),
              "The variables of upkeep's own environment that it sees; `*` at the end stands for "
              "any rest. All of them when it is not set."),
          key("together", &Isolation::together, together(),
              "What its processes may take together, where upkeep has a cgroup of its own."),
          key("new_privileges", &Isolation::new_privileges, flag(),
              "Whether sudo and other setuid programs work in it."),
      });
}

Form<Collector> collector(const Config& so_far) {
  return record<Collector>(
      "a map with the keys of a collector, like `{command: [./fetch, \"{date}\"]}`",
      {
          required(key("command", &Collector::command, command_line(),
                       "The program and its arguments; no shell is involved. {field}, {key}, "
                       "{path}, {uri}, {task} and {partitions} are filled in.")),
          key("env", &Collector::environment,
              map_of<std::string>("a map of environment variables", variable_name,
                                  unfilled_scalar("a value")),
              "Environment variables for the command. `${env:…}`, `${file:…}` and "
              "`${credential:…}` in their values are filled in anew for each attempt."),
          key("batch", &Collector::batch, batch(),
              "Several partitions in one run; without it each run is for one partition."),
          key("schedule", &Collector::schedule, schedule(),
              "Times at which its stores are listed and its gaps filled at once, beside the queue: "
              "what waits for a retry or rests is tried, too."),
          key("gone_for", &Collector::gone_for, duration(1s),
              "How long a partition that does not exist upstream (exit code 44) is left alone."),
          key("timeout", &Collector::timeout, duration(10ms),
              "An attempt that takes longer is ended with all its processes."),
          key("grace", &Collector::grace, duration(),
              "How long processes have between SIGTERM and SIGKILL."),
          key("retries", &Collector::retries, retries(), "What happens after a failed attempt."),
          key("isolation", &Collector::isolation, isolation(),
              "How far its processes are kept from the rest of the machine."),
          key("estimate", &Collector::estimate, duration(),
              "How long one partition takes, for the estimates in `plan` and `status`."),
          key("upstream", &Collector::upstream,
              name_in<Upstream, UpstreamId>(so_far.upstreams, "upstreams", "upstream"),
              "What it calls: all its collectors share the limits of an upstream."),
          key("requests", &Collector::requests, whole_number(0, 1'000'000),
              "Requests that one partition costs, counted when an attempt is started; 0: the "
              "collector asks for each of them with `upkeep acquire`."),
      });
}

/// The batch and the command of a collector that a collection uses.
void check_use(Reader& reader, const Place& place, const Collector& collector,
               const Collection& collection, const Store& store) {
  const std::vector<std::string> fields = names_of(fields_of(collection));
  if (collector.batch && reader.is_sound(place.at("batch").path)) {
    const Place by = place.at("batch").at("by");
    for (std::size_t n = 0; n < collector.batch->by.size(); ++n) {
      const std::string& field = collector.batch->by[n];
      if (std::ranges::find(fields, field) != fields.end()) continue;
      reader.error(by.item(n), fmt::format("the collection `{}` has no dimension with the field "
                                           "`{}`{}",
                                           collection.name, field, suggestion(field, fields)));
    }
  }
  const Place command = place.at("command");
  if (collector.command.empty() || !reader.is_sound(command.path)) return;
  for (std::size_t n = 0; n < collector.command.size(); ++n) {
    for (const std::string& field : fields) {
      // Only identifiers are placeholders; other braces would be handed over as they are.
      if (is_identifier(field) || !collector.command[n].contains("{" + field + "}")) continue;
      reader.error(command.item(n), fmt::format("`{{{}}}` is no placeholder, because of its name; "
                                                "read the field from the file `{{partitions}}`",
                                                field));
      return;
    }
  }
  if (const auto fit = check_command(collector, collection); !fit) {
    const std::size_t n = std::min(fit.error().argument, collector.command.size() - 1);
    reader.error(command.item(n), fit.error().text);
    return;
  }
  if (!store.bucket || std::ranges::find(fields, "path") != fields.end()) return;
  for (std::size_t n = 0; n < collector.command.size(); ++n) {
    const auto parts = split_argument(collector.command[n]);
    const bool has_path = std::ranges::any_of(
        parts, [](const ArgumentPart& part) { return part.is_placeholder && part.text == "path"; });
    if (!has_path) continue;
    reader.error(command.item(n),
                 fmt::format("{{path}} is a file, but the store `{}` is a bucket; use {{uri}}, "
                             "which is s3://BUCKET/KEY, or {{key}}",
                             store.name));
    return;
  }
}

}  // namespace

Form<std::vector<Collector>> collectors(const Config& so_far) {
  return named<Collector>("a map of collectors by name", collector(so_far));
}

void check_collectors(Reader& reader, const Place& root, const Config& config) {
  for (const Collection& collection : config.collections) {
    const std::string path = "collections." + collection.name;
    // Whatever is wrong with `collectors` has been told there, not for each collection.
    const bool known = collection.collector &&
                       collection.collector->value < config.collectors.size() &&
                       reader.is_sound(path + ".dimensions") && reader.is_sound(path + ".key") &&
                       reader.is_sound(path + ".collector");
    if (!known) continue;
    const Collector& collector = config.of(*collection.collector);
    const bool has_store = collection.store.value < config.stores.size();
    check_use(reader, root.at("collectors").at(collector.name), collector, collection,
              has_store ? config.of(collection.store) : Store{});
  }
}

}  // namespace upkeep
