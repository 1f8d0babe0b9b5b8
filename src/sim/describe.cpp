#include "sim/describe.h"

#include <fmt/format.h>

#include "core/incidents.h"
#include "sim/crew.h"
#include "sim/transcript.h"

namespace upkeep::sim {
namespace {

template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};

std::string describe(const CollectionFinding& finding, const Config& config) {
  const std::string& name = config.of(finding.collection).name;
  if (finding.error) return fmt::format("{} unknown: {}", name, finding.error->text);
  return fmt::format("{} {}/{}", name, finding.coverage.present.count(), finding.space->size());
}

std::string listed(const StoreListed& event, const Config& config) {
  const std::string& store = config.of(event.store).name;
  if (event.error) return fmt::format("{} was not listed: {}", store, event.error->text);
  std::string text = fmt::format("{} listed as of {}:", store, to_moment(event.taken_at));
  for (const CollectionFinding& finding : event.findings) {
    text += (text.ends_with(':') ? " " : ", ") + describe(finding, config);
  }
  return text;
}

std::string seen(const PartitionsSeen& event) {
  if (event.error) return fmt::format("the look failed: {}", event.error->text);
  std::size_t there = 0;
  for (const Sight& sight : event.sights) there += sight.objects > 0;
  return fmt::format("the look shows {} of {}", there, event.sights.size());
}

std::string reported(const AttemptReported& event) {
  const std::uint64_t number = event.attempt.value;
  return std::visit(
      Overloaded{
          [&](const Progress& line) { return fmt::format("a{} is at {}", number, line.done); },
          [&](const RetryAfter& line) {
            return fmt::format("a{} asks for a pause of {}", number,
                               line.at ? to_text(*line.at) : to_text(line.wait));
          },
          [&](const RequestsMade& line) {
            return fmt::format("a{} made {} requests", number, line.count);
          },
          [&](const Throttled& line) {
            return fmt::format("a{} was throttled {} times", number, line.count);
          },
          [&](const GoneLine& line) {
            std::string fields;
            for (const auto& [name, text] : line.partition) fields += " " + name + "=" + text;
            return fmt::format("a{} says gone:{}", number, fields);
          }},
      event.line);
}

std::string batch(const Space& space, std::span<const std::uint64_t> partitions) {
  std::string text = partitions.empty() ? "nothing" : space.key(partitions.front());
  if (partitions.size() > 1) text += fmt::format(" and {} more", partitions.size() - 1);
  return text;
}

std::string row(const PartitionRow& known, Time now) {
  std::string text = fmt::format("{} {}:", known.collection, known.key);
  if (known.gone_until > now) return text + " gone until " + to_moment(known.gone_until, now);
  if (known.attempts > 0) text += fmt::format(" {} charged,", known.attempts);
  if (known.deferrals > 0) text += fmt::format(" {} deferred,", known.deferrals);
  if (known.interrupted > 0) text += fmt::format(" {} interrupted,", known.interrupted);
  if (known.rests > 0) text += fmt::format(" rest {},", known.rests);
  const std::string why(to_text(known.why));
  return fmt::format("{} {}, not before {}", text, known.why == FailureClass::none ? "waits" : why,
                     to_moment(known.not_before, now));
}

}  // namespace

std::string describe(const Event& event, const Config& config) {
  return std::visit(
      Overloaded{
          [](const TimePassed&) { return std::string("time passed"); },
          [&](const StoreListed& e) { return listed(e, config); },
          [](const PartitionsSeen& e) { return seen(e); },
          [](const AttemptReported& e) { return reported(e); },
          [](const AttemptEnded& e) {
            return fmt::format("a{} ended: {}", e.attempt.value, describe(e.ending));
          },
          [](const OrphanEnded& e) {
            return fmt::format("nobody holds the lock of a{}", e.attempt.value);
          },
          [](const DiskMeasured& e) {
            return fmt::format("the disk has {} MB free", e.free / 1'000'000);
          },
          [](const AckAsked& e) { return to_text(e.incident) + " is acknowledged"; },
          [](const ReconcileAsked&) { return std::string("a listing is asked for"); },
          [](const FillAsked& e) {
            return fmt::format("filling is asked for{}{}", e.where.text.empty() ? "" : " ",
                               e.where.text);
          },
          [](const TokensAsked& e) {
            return fmt::format("{} asks for {} of {}, number {}", e.who, e.count, e.upstream,
                               e.id.value);
          },
          [](const AskerGone& e) { return fmt::format("who asked number {} is gone", e.id.value); },
          [](const StopAsked&) { return std::string("stop is asked"); }},
      event);
}

std::string describe(const Change& change, Time now) {
  return std::visit(
      Overloaded{
          [](const PutEngine&) { return std::string("engine row"); },
          [&](const PutPartition& c) { return row(c.row, now); },
          [](const DropPartition& c) {
            return fmt::format("{} {}: nothing more to remember", c.collection, c.key);
          },
          [](const PutAttempt& c) { return fmt::format("a{} is open", c.row.id.value); },
          [](const DropAttempt& c) { return fmt::format("a{} is settled", c.id.value); },
          [](const PutIncident& c) {
            return fmt::format("{} {} {} {}: {}", to_text(c.row.id), c.row.target, c.row.kind,
                               to_text(c.row.state), c.row.text);
          },
          [](const DropIncident& c) { return to_text(c.id) + " is forgotten"; },
          [](const PutCollection& c) {
            return fmt::format("{} expects {}", c.row.name, c.row.expected);
          },
          [](const DropCollection& c) { return c.name + " is forgotten"; },
          [&](const PutUpstream& c) {
            return fmt::format(
                "upstream {}: {} granted, {} throttled, {} allowed, {} failures, "
                "opened {}, held until {}",
                c.row.name, c.row.granted, c.row.throttled, c.row.allowed, c.row.failures,
                c.row.opened, to_moment(c.row.hold_until, now));
          },
          [](const DropUpstream& c) { return "upstream " + c.name + " is forgotten"; },
          [&](const PutSchedule& c) {
            return fmt::format("scheduled runs of {}: {} of {}", c.row.collector,
                               to_text(c.row.phase), to_moment(c.row.due, now));
          },
          [](const DropSchedule& c) {
            return "scheduled runs of " + c.collector + " are forgotten";
          },
          [](const AddJournal& c) { return fmt::format("\"{}: {}\"", c.row.subject, c.row.text); },
          [](const ExpireJournal& c) { return "journal before " + to_moment(c.before) + " goes"; }},
      change);
}

std::string describe(const Command& command, const Config& config, Time now) {
  return std::visit(
      Overloaded{
          [&](const ListStore& c) { return "list " + config.of(c.store).name; },
          [](const LookAt& c) { return "look at " + batch(*c.space, c.partitions); },
          [&](const StartAttempt& c) {
            return fmt::format("start a{}, try {}, until {}: {}", c.attempt.value, c.number,
                               to_moment(c.deadline, now), batch(*c.space, c.partitions));
          },
          [](const StopAttempt& c) { return fmt::format("stop a{}", c.attempt.value); },
          [](const WatchOrphan& c) { return fmt::format("watch a{}", c.attempt.value); },
          [](const MeasureDisk&) { return std::string("measure the disk"); },
          [&](const KeepCoverage& c) {
            return "keep the coverage of " + config.of(c.collection).name;
          },
          [](const GrantTokens& c) { return fmt::format("grant number {}", c.ask.id.value); },
          [](const RefuseTokens& c) {
            return fmt::format("refuse number {}: {}", c.id.value, c.why);
          },
          [](const LogFailure& c) {
            return fmt::format("log {}: {}: {}", c.source, to_text(c.why), c.text);
          },
          [](const RunComplete&) { return std::string("end: the run is complete"); }},
      command);
}

std::string describe(const Assignment& assignment, const Config& config) {
  std::string text;
  if (assignment.run_until) text += ", one run until " + to_moment(*assignment.run_until);
  for (const CollectionId id : assignment.collections) text += ", " + config.of(id).name;
  if (!assignment.where.text.empty()) text += ", where " + assignment.where.text;
  if (!assignment.fill) text += ", without filling";
  return text;
}

std::string_view describe_death(Fault how) {
  switch (how) {
    case Fault::dies_before_commit:
      return "dies before it commits";
    case Fault::dies_before_acting:
      return "dies between commit and act";
    case Fault::dies_while_acting:
      return "dies in the middle of its acts";
    default:
      return "dies";
  }
}

bool is_worth_a_line(const Event& event) {
  return !std::holds_alternative<TimePassed>(event) && !std::holds_alternative<DiskMeasured>(event);
}

bool is_worth_a_line(const Change& change) {
  // A journal row says in words what its neighbours say as rows.
  return !std::holds_alternative<PutEngine>(change) &&
         !std::holds_alternative<AddJournal>(change) &&
         !std::holds_alternative<ExpireJournal>(change);
}

bool is_worth_a_line(const Command& command) {
  return !std::holds_alternative<MeasureDisk>(command) &&
         !std::holds_alternative<KeepCoverage>(command) &&
         !std::holds_alternative<LogFailure>(command);
}

}  // namespace upkeep::sim
