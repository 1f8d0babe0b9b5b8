#include "config/schedules.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "config/compound.h"
#include "config/forms.h"

namespace upkeep {
namespace {

using namespace std::chrono_literals;

constexpr const char* expected_schedule = "a schedule like `0 2 * * *`";

Form<Schedule> one_schedule() {
  return parsed<Schedule>(expected_schedule, {}, [](std::string_view text) -> Result<Schedule> {
    auto cron = Cron::parse(text);
    if (!cron) return std::unexpected(std::move(cron.error()));
    return Schedule{*std::move(cron)};
  });
}

Form<Schedule> schedules() {
  return converted<Schedule, std::vector<Schedule>>(
      list_of("a list like `[\"0 2 * * *\"]`", one_schedule(), 1),
      [](Reader&, const Place&, std::vector<Schedule>& from, Schedule& all) {
        for (Schedule& one : from) all.insert(all.end(), one.begin(), one.end());
      });
}

Form<Maintenance> window() {
  return record<Maintenance>(
      "a map like `{schedule: \"0 2 * * 0\", for: 2h}`",
      {
          required(key("schedule", &Maintenance::schedule, schedule(), "When it begins.")),
          required(key("for", &Maintenance::duration, duration(1min), "How long it lasts.")),
      });
}

/// "08:00" → "0 8 * * *"; anything else as it is.
std::string as_cron(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == text.npos) return std::string(text);
  return fmt::format("{} {} * * *", text.substr(std::min(colon + 1, text.size())),
                     text.substr(0, colon));
}

Form<Schedule> time_of_day() {
  const std::string expected = "a time like `08:00`, or a schedule like `0 8 * * 1-5`";
  return parsed<Schedule>(expected, {}, [](std::string_view text) -> Result<Schedule> {
    auto cron = Cron::parse(as_cron(text));
    if (!cron) return std::unexpected(std::move(cron.error()));
    return Schedule{*std::move(cron)};
  });
}

}  // namespace

Form<Deadline> deadline() {
  Form<Deadline> map = record<Deadline>(
      "a map like `{at: \"08:00\", lead: 2h}`",
      {
          required(key("at", &Deadline::times, time_of_day(), "By when.")),
          key("lead", &Deadline::lead, duration(1min), "How long before that its gaps come first."),
      });
  return any_of<Deadline>(
      "a time like `08:00`, a schedule like `0 8 * * 1-5`, or a map like `{at: \"08:00\", lead: "
      "2h}`",
      {converted<Deadline, Schedule>(time_of_day(),
                                     [](Reader&, const Place&, Schedule& times,
                                        Deadline& deadline) { deadline.times = std::move(times); }),
       std::move(map)},
      [](const Node& node) -> std::optional<std::size_t> {
        if (node.kind == Node::Kind::scalar) return 0;
        if (node.kind == Node::Kind::map) return 1;
        return {};
      });
}

Form<Schedule> schedule() {
  return any_of<Schedule>(std::string(expected_schedule) + ", or a list of them",
                          {one_schedule(), schedules()},
                          [](const Node& node) -> std::optional<std::size_t> {
                            if (node.kind == Node::Kind::scalar) return 0;
                            if (node.kind == Node::Kind::list) return 1;
                            return {};
                          });
}

Form<std::vector<Maintenance>> maintenance() {
  return list_of("a list like `[{schedule: \"0 2 * * 0\", for: 2h}]`", window());
}

void check_maintenance(Reader& reader, const Place& root, const Config& config) {
  if (!reader.is_sound("maintenance") || config.maintenance.empty()) return;
  const Time somewhen = std::chrono::sys_days{std::chrono::year{2024} / 1 / 1};
  const Time first = next_maintenance(config.maintenance, somewhen, config.zone);
  const auto until = maintenance_until(config.maintenance, first, config.zone);
  if (!until || *until < first + std::chrono::days{366}) return;
  reader.error(root.at("maintenance"),
               "these windows follow each other without a gap, so that nothing would ever be "
               "started; use `enabled: false` for that, or a shorter `for`");
}

}  // namespace upkeep
