#include "api/fact_line.h"

#include <fmt/format.h>

#include "api/display.h"
#include "api/words.h"
#include "base/text.h"
#include "core/incidents.h"

namespace upkeep {
namespace {

std::string name_of(const std::map<AttemptId, std::string>& names, AttemptId attempt) {
  const auto known = names.find(attempt);
  return known == names.end() ? fmt::format("attempt {}", attempt.value) : known->second;
}

std::string line_of(const fact::AttemptSettled& settled, const std::string& name) {
  std::string out;
  const auto add = [&](std::uint64_t number, std::string_view text) {
    if (number == 0) return;
    out += fmt::format("{}{} {}", out.empty() ? "" : ", ", with_thousands(number), text);
  };
  add(settled.closed, "closed");
  add(settled.failed, "failed");
  add(settled.later, "later");
  add(settled.resting, "resting");
  add(settled.gone, "gone");
  std::string line = fmt::format("{:<8}{}: {}",
                                 settled.failed > 0    ? "failed"
                                 : settled.resting > 0 ? "rests"
                                 : settled.later > 0   ? "later"
                                 : settled.gone > 0    ? "gone"
                                                       : "closed",
                                 name, out);
  const bool trouble = settled.failed + settled.resting + settled.later > 0;
  if (trouble && settled.why != FailureClass::none)
    line += fmt::format("; {}", to_text(settled.why));
  if (trouble && !settled.text.empty()) line += fmt::format(": {}", settled.text);
  if (trouble && settled.again) line += fmt::format("; again from {}", to_text(*settled.again));
  return line;
}

struct Words {
  const std::map<AttemptId, std::string>& names;

  std::string operator()(const fact::ListingStarted& f) const {
    return fmt::format("listing {}", f.store);
  }
  std::string operator()(const fact::ListingEnded& f) const {
    if (f.error) return fmt::format("unknown {}: {}", f.store, f.error->text);
    return fmt::format("listed  {}: {} in {}", f.store, counted(f.objects, "object", "objects"),
                       to_rough_text(f.took));
  }
  std::string operator()(const fact::AttemptStarted& f) const {
    return fmt::format("started {}: {}, attempt {}", name_of(names, f.attempt),
                       counted(f.partitions, "partition", "partitions"), f.number);
  }
  std::string operator()(const fact::ListingProgressed&) const { return {}; }
  std::string operator()(const fact::AttemptProgressed&) const { return {}; }
  std::string operator()(const fact::AttemptEnded&) const { return {}; }
  std::string operator()(const fact::AttemptSettled& f) const {
    return line_of(f, name_of(names, f.attempt));
  }
  std::string operator()(const fact::OrphanFound& f) const {
    return fmt::format("waiting for attempt {} of an earlier process: {} of {}", f.attempt.value,
                       counted(f.partitions, "partition", "partitions"), f.collection);
  }
  std::string operator()(const fact::OrphanSettled& f) const {
    return fmt::format("over    attempt {} of an earlier process", f.attempt.value);
  }
  std::string operator()(const fact::IncidentChanged& f) const {
    const std::string id = to_text(f.row.id);
    if (f.row.state == IncidentRow::State::closed) {
      return fmt::format("over    incident {}: {}, {}", id, f.row.target, f.row.kind);
    }
    return fmt::format("trouble incident {}: {}: {}", id, f.row.target, f.row.text);
  }
  std::string operator()(const fact::QueueChanged&) const { return {}; }
  std::string operator()(const fact::WaitStarted& f) const {
    return fmt::format("waiting for the next retry at {}", to_text(f.until));
  }
  std::string operator()(const fact::TroubleMet& f) const {
    return fmt::format("trouble {}", f.text);
  }
  std::string operator()(const fact::TroubleOver&) const { return "over    it goes on"; }
  std::string operator()(const fact::RunDue& f) const {
    return fmt::format("due     scheduled run of {}, {}: its stores are listed, then it fills",
                       f.collector, to_text(f.due));
  }
  std::string operator()(const fact::MaintenanceChanged& f) const {
    if (!f.until) return "over    maintenance: it goes on";
    return fmt::format("paused  maintenance until {}: nothing is started, what runs goes on",
                       to_text(*f.until));
  }
  std::string operator()(const fact::StopRequested&) const {
    return "stopping: nothing new is started, what runs is ended";
  }
};

}  // namespace

std::string name_of(const fact::AttemptStarted& started) {
  return started.what.empty() ? started.collection
                              : fmt::format("{} {}", started.collection, started.what);
}

std::string fact_line(const Fact& fact, const std::map<AttemptId, std::string>& names) {
  return printable(std::visit(Words{names}, fact));
}

}  // namespace upkeep
