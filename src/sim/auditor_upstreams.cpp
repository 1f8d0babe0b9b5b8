// Promises about outside services: no limit is ever exceeded, crashes or not; who waits is
// served in turn; what fails or asks for a pause is left alone.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/breaker.h"
#include "sim/auditor.h"
#include "sim/transcript.h"

namespace upkeep::sim {
namespace {

using namespace std::chrono;

const UpstreamRow* find_row(const State& state, const std::string& name) {
  const auto found = state.upstreams.find(name);
  return found == state.upstreams.end() ? nullptr : &found->second;
}

}  // namespace

const Upstream* Auditor::upstream_of(const std::string& collection) const {
  const auto id = find(collection);
  if (!id || !config_->of(*id).collector) return nullptr;
  const auto upstream = config_->of(*config_->of(*id).collector).upstream;
  return upstream ? &config_->of(*upstream) : nullptr;
}

/// Requests are made: of the upstream, if any, and of all together.
void Auditor::requests_are_limited(const Upstream* upstream, std::uint64_t count) {
  const auto check = [&](const std::string& name, std::uint64_t most, Duration per) {
    std::deque<std::pair<Time, std::uint64_t>>& made = requests_[{name, per}];
    while (!made.empty() && made.front().first + per <= world_.now) made.pop_front();
    // More than fits into one stretch is spread over as many as it needs.
    Time at = world_.now;
    for (std::uint64_t left = count; left > 0; at += per) {
      const std::uint64_t now = std::min(left, most);
      made.emplace_back(at, now);
      left -= now;
    }
    std::ranges::stable_sort(made, {}, &std::pair<Time, std::uint64_t>::first);
    std::uint64_t sum = 0;
    for (auto first = made.begin(), last = made.begin(); last != made.end(); ++last) {
      sum += last->second;
      for (; first->first + per <= last->first; ++first) sum -= first->second;
      if (sum <= most) continue;
      violated("requests_are_limited",
               fmt::format("{} requests of {} within {}, but {} are allowed", sum,
                           name.empty() ? "all upstreams" : name, to_text(per), most));
    }
  };
  if (config_->limits.requests) {
    check("", config_->limits.requests->count, config_->limits.requests->per);
  }
  if (upstream == nullptr) return;
  if (upstream->rate) check(upstream->name, upstream->rate->count, upstream->rate->per);
  if (upstream->hourly) check(upstream->name, *upstream->hourly, hours{1});
  if (upstream->daily) check(upstream->name, *upstream->daily, days{1});
}

/// Who is in trouble, or asked for a pause, is not asked.
void Auditor::troubled_upstreams_are_spared(const Upstream& upstream, std::string_view who,
                                            bool is_start) const {
  const Time now = world_.now;
  const auto pause = pauses_.find(upstream.name);
  if (pause != pauses_.end() && now < pause->second) {
    violated("troubled_upstreams_are_spared",
             fmt::format("{} goes to {}, which asked for a pause until {}", who, upstream.name,
                         to_moment(pause->second)));
  }
  const UpstreamRow* row = find_row(world_.durable.state, upstream.name);
  if (row != nullptr && now < std::max(row->hold_until, row->open_until)) {
    violated("troubled_upstreams_are_spared",
             fmt::format("{} goes to {}, which is left alone until {}", who, upstream.name,
                         to_moment(std::max(row->hold_until, row->open_until))));
  }
  const auto broken = failures_.find(upstream.name);
  if (broken == failures_.end() || broken->second.in_a_row < failures_to_open) return;
  const Failures& failures = broken->second;
  if (now < failures.last + open_step) {
    violated("troubled_upstreams_are_spared",
             fmt::format("{} goes to {} after {} failures in a row", who, upstream.name,
                         failures.in_a_row));
  }
  if (!is_start) return;
  for (const auto& [id, tried] : tried_) {
    const Upstream* other = upstream_of(tried.collection);
    if (tried.over || other == nullptr || other->name != upstream.name) continue;
    if (tried.started <= failures.last || (row && tried.started < row->open_until)) continue;
    violated("troubled_upstreams_are_spared",
             fmt::format("{} goes to {} beside a{}, which tries whether it answers again", who,
                         upstream.name, id.value));
  }
}

/// At the start of an attempt, when it is carried out.
void Auditor::upstream_is_called(const StartAttempt& start) {
  const Collector& collector = config_->of(*config_->of(start.collection).collector);
  const Upstream* upstream = upstream_of(config_->of(start.collection).name);
  requests_are_limited(upstream, collector.requests * start.partitions.size());
  if (upstream == nullptr || !upstream->concurrency) return;
  const auto alive =
      static_cast<std::uint64_t>(std::ranges::count_if(crew_->processes(), [&](const auto& entry) {
        const Upstream* other = upstream_of(entry.second.collection);
        return other != nullptr && other->name == upstream->name &&
               world_.durable.state.attempts.contains(entry.second.attempt);
      }));
  if (alive >= *upstream->concurrency) {
    violated("upstream_concurrency_is_kept",
             fmt::format("a{} is one more than {} attempts at {}", start.attempt.value,
                         *upstream->concurrency, upstream->name));
  }
}

void Auditor::told_of_upstream(const Event& event) {
  if (const auto* asked = std::get_if<TokensAsked>(&event)) {
    asks_[asked->id] = {asked->upstream, asked->who, asked->count, world_.now, {}};
  } else if (const auto* gone = std::get_if<AskerGone>(&event)) {
    asks_.erase(gone->id);
  } else if (const auto* report = std::get_if<AttemptReported>(&event)) {
    const auto tried = tried_.find(report->attempt);
    if (tried == tried_.end() || tried->second.over || tried->second.orphan) return;
    const Upstream* upstream = upstream_of(tried->second.collection);
    if (upstream == nullptr) return;
    const auto* throttled = std::get_if<Throttled>(&report->line);
    const auto* wait = std::get_if<RetryAfter>(&report->line);
    if (wait != nullptr || (throttled != nullptr && throttled->count > 0)) {
      tried->second.throttled = true;
    }
    if (wait == nullptr) return;
    Time& until = pauses_[upstream->name];
    until = std::max(until, world_.now + std::min<Duration>(wait->from(world_.now), days{7}));
  } else if (const auto* end = std::get_if<AttemptEnded>(&event)) {
    const auto tried = tried_.find(end->attempt);
    if (tried == tried_.end() || tried->second.over || tried->second.orphan) return;
    const Upstream* upstream = upstream_of(tried->second.collection);
    if (upstream == nullptr || tried->second.throttled) return;
    const Verdict verdict = verdict_of(outcome_of(end->ending));
    Failures& failures = failures_[upstream->name];
    // What was started before it opened says nothing of how things are now.
    const UpstreamRow* row = find_row(world_.durable.state, upstream->name);
    if (row != nullptr && row->opened > 0 && tried->second.started < row->open_until) return;
    if (verdict == Verdict::good) {
      failures = {};
    } else if (verdict == Verdict::bad) {
      ++failures.in_a_row;
      failures.last = world_.now;
    }
  }
}

/// Who was granted something too late asks anew.
void Auditor::passing_over(const Command& command) {
  if (const auto* grant = std::get_if<GrantTokens>(&command)) asks_.erase(grant->ask.id);
}

/// When it is carried out: it is durable, its turn, and nobody is passed over twice.
void Auditor::granting(const GrantTokens& grant) {
  const auto found = asks_.find(grant.ask.id);
  if (found == asks_.end()) {
    violated("only_who_waits_is_granted",
             fmt::format("number {} does not wait", grant.ask.id.value));
  }
  const Asked asked = std::move(found->second);
  asks_.erase(found);
  const auto declared = std::ranges::find(config_->upstreams, asked.upstream, &Upstream::name);
  if (declared == config_->upstreams.end()) {
    violated("only_who_waits_is_granted", "there is no upstream " + asked.upstream);
  }
  troubled_upstreams_are_spared(*declared, asked.who, false);
  requests_are_limited(&*declared, asked.count);
  std::set<std::string> seen = {asked.who};
  for (auto& [id, other] : asks_) {  // in the order in which they asked
    if (other.upstream != asked.upstream || !seen.insert(other.who).second) continue;
    if (++other.passed_by[asked.who] < 2) continue;
    violated("who_asks_is_served_in_turn",
             fmt::format("{} is served again, while {} waits since {}", asked.who, other.who,
                         to_moment(other.at)));
  }
}

void Auditor::refusing(const RefuseTokens& refusal) {
  const auto found = asks_.find(refusal.id);
  const bool is_known =
      found != asks_.end() && std::ranges::any_of(config_->upstreams, [&](const Upstream& one) {
        return one.name == found->second.upstream;
      });
  if (found == asks_.end()) return;  // who asked is gone by now
  if (is_known && found->second.count < 1000) {
    violated("refusals_have_a_reason", fmt::format("number {}: {}", refusal.id.value, refusal.why));
  }
  asks_.erase(found);
}

/// Nobody waits for an hour in which nothing was in the way.
void Auditor::who_asks_is_served() const {
  for (const auto& [id, asked] : asks_) {
    if (asked.at + hours{1} > world_.now || asked.at < life_began_) continue;
    const auto declared = std::ranges::find(config_->upstreams, asked.upstream, &Upstream::name);
    if (declared == config_->upstreams.end()) continue;
    const UpstreamRow* row = find_row(world_.durable.state, asked.upstream);
    const bool was_held = row != nullptr && (row->opened > 0 || row->allowed > 0 ||
                                             row->hold_until + hours{1} > world_.now);
    if (was_held || declared->hourly || declared->daily) continue;
    violated("who_asks_is_served", fmt::format("{} waits for {} since {}", asked.who,
                                               asked.upstream, to_moment(asked.at)));
  }
}

/// What an engine knows of upstreams is in the rows, and an open breaker is an incident.
void Auditor::upstreams_and_rows_agree() const {
  const State& state = world_.durable.state;
  for (const UpstreamView& view : engine_->upstreams(world_.now)) {
    const UpstreamRow* row = find_row(state, view.row.name);
    if (row != nullptr && *row != view.row) {
      violated("upstreams_and_rows_agree", view.row.name + " differs from its row");
    }
    const bool has_incident = std::ranges::any_of(state.incidents, [&](const auto& entry) {
      const IncidentRow& incident = entry.second;
      return incident.kind == "circuit_open" && incident.state != IncidentRow::State::closed &&
             incident.target == "upstream:" + view.row.name;
    });
    if (has_incident != (view.row.opened > 0)) {
      violated("an_open_breaker_is_one_incident",
               fmt::format("{} opened {} times, and there is {} incident", view.row.name,
                           view.row.opened, has_incident ? "an" : "no"));
    }
  }
}

/// What was told and not kept is forgotten with a life; failures begin anew where they are kept
/// as none.
void Auditor::upstreams_begin() {
  asks_.clear();
  for (auto& [name, until] : pauses_) {
    const UpstreamRow* row = find_row(world_.durable.state, name);
    until = std::min(until, row == nullptr ? Time{} : row->hold_until);
  }
  for (auto& [name, failures] : failures_) {
    const UpstreamRow* row = find_row(world_.durable.state, name);
    if (row == nullptr || row->opened == 0) {
      failures.in_a_row = std::min(failures.in_a_row, row == nullptr ? 0 : row->failures);
    }
  }
}

/// A breaker that is closed for want of gaps.
void Auditor::upstream_changes(const UpstreamRow& row) {
  const UpstreamRow* before = find_row(world_.durable.state, row.name);
  if (before != nullptr && before->opened > 0 && row.opened == 0) failures_.erase(row.name);
}

}  // namespace upkeep::sim
