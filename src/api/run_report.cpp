#include "api/run_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "api/gap_rows.h"
#include "api/json_writer.h"
#include "api/scan_json.h"
#include "api/text_table.h"
#include "api/words.h"
#include "base/text.h"
#include "core/incidents.h"
#include "core/retry.h"

namespace upkeep {
namespace {

/// Why a gap is still one, when the cycle is over.
std::string why_left(const CollectionStanding& standing, const Collection& collection,
                     const PlannedGap& gap, std::string_view untried, Time now) {
  if (standing.view.standing == CollectionView::Standing::held) return "held";
  if (!collection.collector) return "the collection has no collector";
  if (gap.row == nullptr) return std::string(untried);
  if (gap.row->not_before <= now) return fmt::format("failed: {}", to_text(gap.row->why));
  return fmt::format("{}: {}",
                     gap.row->rests > 0 ? "rests after the last retry" : "waits for a retry",
                     to_text(gap.row->why));
}

/// Are the collection's tasks held because its collector lacks a permission?
bool is_refused(const Snapshot& snapshot, const Collection& collection) {
  if (!collection.collector) return false;
  const std::string target = "collector:" + snapshot.config.of(*collection.collector).name;
  return std::ranges::any_of(snapshot.incidents, [&](const auto& entry) {
    const IncidentRow& row = entry.second;
    return row.target == target && row.kind == "permission_denied" &&
           row.state != IncidentRow::State::closed && row.amount >= refusals_max;
  });
}

/// Why gaps were not tried that nothing is known of.
std::string_view why_untried(const Snapshot& snapshot, const Collection& collection) {
  if (!snapshot.config.enabled) return "not tried: filling is disabled";
  if (is_refused(snapshot, collection)) return "not tried: its collector lacks a permission";
  return "not tried";
}

void add_leftovers(const CollectionStanding& standing, const Snapshot& snapshot,
                   const Condition& where, std::vector<Leftover>& leftovers) {
  const Collection& collection = snapshot.config.of(standing.id);
  const std::string_view untried = why_untried(snapshot, collection);
  const Time now = snapshot.now;
  const std::size_t first = leftovers.size();
  for_each_gap(standing, where, now, [&](const PlannedGap& gap) {
    const std::string why = why_left(standing, collection, gap, untried, now);
    auto known = std::find_if(leftovers.begin() + static_cast<std::ptrdiff_t>(first),
                              leftovers.end(), [&](const Leftover& l) { return l.why == why; });
    if (known == leftovers.end()) {
      known = leftovers.insert(leftovers.end(), {collection.name, why, 0, {}});
      known->sample = standing.view.space->key(gap.index);
    }
    ++known->gaps;
    return true;
  });
}

std::uint64_t count_gaps(const CollectionStanding& standing, const Condition& where, Time now) {
  std::uint64_t gaps = 0;
  for_each_gap(standing, where, now, [&](const PlannedGap&) { return ++gaps, true; });
  return gaps;
}

/// A word of a command line that a shell takes as it is, quoted where it has to be.
std::string shell_word(std::string_view word) {
  const bool plain = std::ranges::all_of(word, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-_./:,=+@").find(c) != std::string_view::npos;
  });
  if (plain && !word.empty()) return std::string(word);
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

void write_summary(JsonWriter& json, std::string_view name, const std::optional<Summary>& summary) {
  json.key(name);
  if (!summary) {
    json.null();
    return;
  }
  json.begin_object()
      .member("expected", summary->expected)
      .member("gaps", summary->gaps())
      .member("gone", summary->gone)
      .member("completeness", summary->completeness())
      .end_object();
}

}  // namespace

void RunReport::began(const Snapshot& snapshot) {
  started_ = snapshot.now;
  failures_log_ = snapshot.config.state + "/logs/failures.log";
  for (const CollectionStanding& standing : snapshot.collections) {
    Line made;
    made.name = snapshot.config.of(standing.id).name;
    if (is_judged(standing)) {
      made.before = summary_of(standing, snapshot.now);
      gaps_before_ +=
          where_.terms.empty() ? made.before->gaps() : count_gaps(standing, where_, snapshot.now);
    }
    lines_.push_back(std::move(made));
  }
}

void RunReport::observe(const Fact& fact) {
  if (const auto* started = std::get_if<fact::AttemptStarted>(&fact)) {
    ++numbers_.attempts;
    collections_[started->attempt] = started->collection;
  } else if (const auto* orphan = std::get_if<fact::OrphanFound>(&fact)) {
    collections_[orphan->attempt] = orphan->collection;
  } else if (const auto* settled = std::get_if<fact::AttemptSettled>(&fact)) {
    numbers_.closed += settled->closed;
    numbers_.gone += settled->gone;
    if (settled->failed + settled->resting > 0) {
      ++numbers_.attempts_failed;
      ++numbers_.failures[settled->why];
    }
    const auto known = collections_.find(settled->attempt);
    if (known == collections_.end()) return;
    Line& of = line(known->second);
    of.closed += settled->closed;
    of.gone += settled->gone;
    collections_.erase(known);
  } else if (std::holds_alternative<fact::StopRequested>(fact)) {
    stopped_ = true;
  }
}

void RunReport::finished(const Snapshot& snapshot) {
  ended_ = snapshot.now;
  if (started_ == Time{}) started_ = ended_;
  failures_log_ = snapshot.config.state + "/logs/failures.log";
  if (!snapshot.config.enabled) disabled_by_ = snapshot.config.path;
  for (const CollectionStanding& standing : snapshot.collections) {
    Line& of = line(snapshot.config.of(standing.id).name);
    if (!is_judged(standing)) {
      of.error = standing.view.why;
      continue;
    }
    of.after = summary_of(standing, snapshot.now);
    if (standing.view.standing == CollectionView::Standing::held) of.held = standing.view.why;
    add_leftovers(standing, snapshot, where_, leftovers_);
  }
  costs_ = costs_of(snapshot);
  for (const auto& [id, row] : snapshot.incidents) {
    if (row.state != IncidentRow::State::open) continue;
    ++incidents_open_;
    if (is_hold(row)) holds_.push_back(id);
  }
}

RunReport::Line& RunReport::line(const std::string& name) {
  const auto known = std::ranges::find(lines_, name, &Line::name);
  if (known != lines_.end()) return *known;
  lines_.push_back({});
  lines_.back().name = name;
  return lines_.back();
}

std::uint64_t RunReport::gaps_after(std::string_view collection) const {
  std::uint64_t gaps = 0;
  for (const Leftover& left : leftovers_) {
    if (collection.empty() || left.collection == collection) gaps += left.gaps;
  }
  return gaps;
}

std::string RunReport::outcome_text() const {
  const std::string took = to_rough_text(ended_ - started_);
  const std::uint64_t left = gaps_after();
  const auto is_unknown = [](const Line& of) { return !of.after; };
  const bool unknown = std::ranges::any_of(lines_, is_unknown);
  const bool none_known = std::ranges::all_of(lines_, is_unknown);
  std::string out = stopped_ ? "Stopped on request. " : "";
  if (numbers_.attempts == 0 && none_known) {
    return out + "Nothing could be judged, so nothing was started.\n";
  }
  if (!disabled_by_.empty()) {
    out += fmt::format("Filling is disabled by `enabled: false` in {}: nothing was started.\n",
                       disabled_by_);
    if (left == 0) return out;
    return out +
           fmt::format("{} left.\n", left == 1 ? "1 gap is" : with_thousands(left) + " gaps are");
  }
  if (numbers_.attempts == 0 && left == 0 && !unknown) {
    return out + "Nothing was to be done: there are no gaps.\n";
  }
  out += fmt::format("Closed {} in {} with {}", counted(numbers_.closed, "gap", "gaps"), took,
                     counted(numbers_.attempts, "attempt", "attempts"));
  if (numbers_.attempts_failed > 0) {
    std::string classes;
    for (const auto& [why, number] : numbers_.failures) {
      classes +=
          fmt::format("{}{} {}", classes.empty() ? "" : ", ", with_thousands(number), to_text(why));
    }
    out +=
        fmt::format(", of which {} failed ({})", with_thousands(numbers_.attempts_failed), classes);
  }
  out += fmt::format("; {} left{}.\n",
                     left == 0   ? "no gap is"
                     : left == 1 ? "1 gap is"
                                 : with_thousands(left) + " gaps are",
                     fmt::format("{}{}", where_.terms.empty() ? "" : " of those that --where names",
                                 unknown ? " in what could be judged" : ""));
  if (numbers_.gone > 0) {
    out += fmt::format("{} upstream, say their collectors; they count as gone, not as gaps.\n",
                       numbers_.gone == 1
                           ? "1 partition does not exist"
                           : with_thousands(numbers_.gone) + " partitions do not exist");
  }
  if (numbers_.closed > 0) {
    out +=
        "Proof: after each attempt the store itself was looked at, and only what it shows as "
        "expected was closed.\n";
  }
  return out;
}

std::string RunReport::table_text(const Style& style) const {
  TextTable table({{.title = "COLLECTION", .width_min = 8, .clip = Clip::middle},
                   {.title = "BEFORE", .right = true, .rank = 1},
                   {.title = "AFTER", .right = true},
                   {.title = "CLOSED", .right = true},
                   {.title = "GONE", .right = true, .rank = 3},
                   {.title = "GAPS LEFT", .right = true, .rank = 2}});
  for (const Line& of : lines_) {
    const auto complete = [](const std::optional<Summary>& summary) {
      if (!summary) return TableCell{"unknown", Tint::bad};
      const double share = summary->completeness();
      return TableCell{to_percent_text(share), share >= 1 ? Tint::good : Tint::fair};
    };
    table.add({{of.name},
               complete(of.before),
               complete(of.after),
               {with_thousands(of.closed)},
               {with_thousands(of.gone)},
               of.after ? TableCell{with_thousands(gaps_after(of.name))}
                        : TableCell{"unknown", Tint::bad}});
  }
  return table.render(style);
}

std::string RunReport::leftovers_text(const Style& style) const {
  std::string out;
  const auto add = [&](std::string_view text) {
    out += wrapped("  " + printable(text), style.width, 4) + '\n';
  };
  for (const Line& of : lines_) {
    if (!of.error.empty()) add(fmt::format("{} could not be judged: {}", of.name, of.error));
    if (!of.held.empty()) add(fmt::format("{} is held: {}", of.name, of.held));
  }
  for (const Leftover& left : leftovers_) {
    add(fmt::format("{} of {}: {}, such as {}", counted(left.gaps, "gap", "gaps"), left.collection,
                    left.why, left.sample));
  }
  if (out.empty()) return out;
  return tinted(style, Tint::strong, "Still lacking") + '\n' + out;
}

std::string RunReport::next_text() const {
  std::vector<std::pair<std::string, std::string>> next;
  for (const Leftover& left : leftovers_) {
    if (left.why == "held" || left.why.starts_with("not tried")) continue;
    next.emplace_back(fmt::format("upkeep explain {}", shell_word(left.sample)),
                      "why one of them is left");
    break;
  }
  if (gaps_after() > 0) next.emplace_back("upkeep gaps", "all that are left");
  for (const IncidentId id : holds_) {
    next.emplace_back(fmt::format("upkeep ack {}", to_text(id)),
                      "if it is right: lets go of what is held");
  }
  if (incidents_open_ > 0) next.emplace_back("upkeep incidents", "what needs somebody");
  if (numbers_.attempts_failed > 0) {
    next.emplace_back(fmt::format("less {}", shell_word(failures_log_)), "what failed, and why");
  }
  if (next.empty()) next.emplace_back("upkeep scan", "look again at any time");
  std::size_t longest = 0;
  for (const auto& [line, meaning] : next) longest = std::max(longest, display_width(line));
  longest = std::min<std::size_t>(longest, 44);
  std::string out;
  for (const auto& [line, meaning] : next) {
    const std::size_t used = display_width(line);
    out += fmt::format("  {}{}  {}\n", printable(line),
                       std::string(longest > used ? longest - used : 0, ' '), meaning);
  }
  return out;
}

std::string RunReport::text(const Style& style) const {
  std::string out;
  const std::string outcome = outcome_text();
  for (const std::string_view sentence : split(trim(outcome), '\n')) {
    out += wrapped(sentence, style.width, 0) + '\n';
  }
  out += '\n' + table_text(style);
  if (const std::string left = leftovers_text(style); !left.empty()) out += '\n' + left;
  if (const std::string cost = asked_cost_text(costs_); !cost.empty()) {
    out += '\n' + tinted(style, Tint::strong, "Asked of buckets") + '\n' + cost;
  }
  out += '\n' + tinted(style, Tint::strong, "Next") + '\n' + next_text();
  return out;
}

std::string RunReport::json() const {
  std::string out;
  JsonWriter json(out, 2);
  json.begin_object()
      .member("started_at", to_text(started_))
      .member("ended_at", to_text(ended_))
      .member("stopped", stopped_)
      .member("enabled", disabled_by_.empty())
      .member("attempts", numbers_.attempts)
      .member("attempts_failed", numbers_.attempts_failed)
      .member("closed", numbers_.closed)
      .member("gone", numbers_.gone)
      .member("gaps_before", gaps_before_)
      .member("gaps_left", gaps_after())
      .key("failures")
      .begin_object();
  for (const auto& [why, number] : numbers_.failures) json.member(to_text(why), number);
  json.end_object().key("collections").begin_array();
  for (const Line& of : lines_) {
    json.begin_object().member("name", of.name);
    write_summary(json, "before", of.before);
    write_summary(json, "after", of.after);
    json.member("closed", of.closed).member("gone", of.gone);
    if (!of.error.empty()) json.member("error", of.error);
    if (!of.held.empty()) json.member("held", of.held);
    json.end_object();
  }
  json.end_array().key("left").begin_array();
  for (const Leftover& left : leftovers_) {
    json.begin_object()
        .member("collection", left.collection)
        .member("why", left.why)
        .member("gaps", left.gaps)
        .member("sample", left.sample)
        .end_object();
  }
  json.end_array();
  write_asked_costs(json, costs_);
  json.end_object();
  out += '\n';
  return out;
}

}  // namespace upkeep
