// Upstreams: who may make requests, and what collectors tell of them.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "core/engine_parts.h"

namespace upkeep {
namespace {

constexpr std::string_view open_kind = "circuit_open";
/// A confirmed task waits for its turn until its look is almost too old to start from.
constexpr Duration wait_after_look = confirm_after - std::chrono::seconds{5};

std::string target_of(const Upstream& upstream) { return "upstream:" + upstream.name; }

}  // namespace

std::optional<UpstreamId> Engine::Parts::upstream_of(CollectionId id) const {
  const auto collector = config.of(id).collector;
  return collector ? config.of(*collector).upstream : std::nullopt;
}

/// What an attempt for so many partitions costs.
std::uint64_t Engine::Parts::requests_of(CollectionId id, std::uint64_t partitions) const {
  const auto collector = config.of(id).collector;
  return collector ? config.of(*collector).requests * partitions : 0;
}

/// `except`: the attempt that is to start.
UnderWay Engine::Parts::under_way(std::optional<UpstreamId> id,
                                  std::optional<AttemptId> except) const {
  UnderWay sum;
  for (const auto& [number, attempt] : attempts) {
    if (number == except || !attempt.collection || attempt.view.phase == Phase::proving) continue;
    const bool is_chosen = attempt.view.phase == Phase::confirming;
    const std::uint64_t cost =
        is_chosen ? requests_of(*attempt.collection, attempt.partitions.size()) : 0;
    sum.requests_of_all += cost;
    if (!id || upstream_of(*attempt.collection) != id) continue;
    sum.requests += cost;
    ++sum.attempts;
    if (is_chosen || attempt.view.row.started >= upstreams.row(*id).open_until) ++sum.probes;
  }
  return sum;
}

std::optional<UpstreamHold> Engine::Parts::upstream_hold(Time now, CollectionId id,
                                                         std::uint64_t partitions,
                                                         std::optional<AttemptId> except) const {
  const auto upstream = upstream_of(id);
  return upstreams.hold(upstream, under_way(upstream, except), requests_of(id, partitions), now);
}

/// May a task of the collection start? Tasks that come later do not overtake one that waits for
/// requests of the same upstream.
bool Engine::Parts::passes(Time now, CollectionId id, std::uint64_t partitions, Turns& turns) {
  const auto upstream = upstream_of(id);
  if (requests_of(id, partitions) > 0 && turns.contains(upstream)) return false;
  const auto held = upstream_hold(now, id, partitions);
  if (!held) return true;
  wait_for_upstream(now, id, partitions, *held);
  if (held->is_turn) turns.insert(upstream);
  return false;
}

void Engine::Parts::wait_for_upstream(Time now, CollectionId id, std::uint64_t partitions,
                                      const UpstreamHold& held) {
  upstreams.want_start(upstream_of(id), requests_of(id, partitions));
  if (held.until <= now || held.until == Time::max()) return;
  blocked_until = std::min(blocked_until, held.until);
  wake_for_upstreams(held.until);
}

void Engine::Parts::wake_for_upstreams(Time at) {
  if (at >= upstreams_wake) return;
  upstreams_wake = at;
  timers.at(at, TokensDue{});
}

void Engine::Parts::due(Time now, const TokensDue&) {
  if (now >= upstreams_wake) upstreams_wake = Time::max();
}

/// A confirmed task whose turn is not now waits while its look is fresh. True when it may start.
bool Engine::Parts::may_launch(Time now, AttemptTrack& attempt) {
  const CollectionId id = *attempt.collection;
  const auto held = upstream_hold(now, id, attempt.partitions.size(), attempt.view.row.id);
  if (!held) return true;
  wait_for_upstream(now, id, attempt.partitions.size(), *held);
  wake_for_upstreams(std::max(now + Duration{1}, attempt.looked_at + wait_after_look));
  return false;
}

bool Engine::Parts::is_look_too_old(Time now, const AttemptTrack& attempt) const {
  return now != attempt.confirmed_at && now >= attempt.looked_at + wait_after_look;
}

// --- Processes that ask --------------------------------------------------------------

void Engine::Parts::on(Time, const TokensAsked& asked) {
  if (auto why = upstreams.ask(asked)) wish(RefuseTokens{asked.id, *std::move(why)});
}

void Engine::Parts::on(Time, const AskerGone& gone) { upstreams.forget(gone.id); }

void Engine::Parts::grant(Time now, bool is_filled) {
  for (TokensAsked& ask : upstreams.grant(now, is_filled)) wish(GrantTokens{std::move(ask)});
  if (is_filled) wake_for_upstreams(upstreams.next_opening(now));
}

// --- What is told ------------------------------------------------------------------------

void Engine::Parts::told_of_upstream(Time now, AttemptTrack& attempt, const ReportLine& line) {
  const auto id = upstream_of(*attempt.collection);
  const bool asks = requests_of(*attempt.collection, 1) == 0;
  if (const auto* made = std::get_if<RequestsMade>(&line)) {
    upstreams.requests_made(id, made->count, now);
  }
  if (!id) return;
  if (std::holds_alternative<RetryAfter>(line)) {
    attempt.is_throttled = true;
    upstreams.pause_asked(*id, now + *attempt.retry_after);
  } else if (const auto* throttled = std::get_if<Throttled>(&line)) {
    attempt.is_throttled |= throttled->count > 0;
    upstreams.throttled(*id, throttled->count, asks, under_way(id), now);
  } else {
    return;
  }
  backlog_stale = true;
}

void Engine::Parts::judge_upstream(Time now, const AttemptTrack& attempt) {
  if (!attempt.collection) return;
  const auto id = upstream_of(*attempt.collection);
  if (!id) return;
  const Verdict verdict = attempt.is_throttled ? Verdict::none : verdict_of(*attempt.outcome);
  const bool has_turned = upstreams.ended(*id, verdict, attempt.outcome->text, attempt.is_throttled,
                                          attempt.view.row.started, now);
  if (!has_turned) return;
  backlog_stale = true;
  const UpstreamRow& row = upstreams.row(*id);
  const std::string target = target_of(config.of(*id));
  if (row.opened == 0) {
    incidents.settle(target, open_kind, "an attempt succeeded", now);
    return;
  }
  incidents.raise(target, open_kind,
                  fmt::format("its collectors fail again and again: {}; it is left alone until {}, "
                              "then one task is tried at a time until one succeeds",
                              row.failure, to_text(row.open_until)),
                  static_cast<std::uint64_t>(row.opened), now);
}

/// When no gap is left, nobody will ever see whether it answers again.
void Engine::Parts::close_idle_breakers(Time now) {
  for (std::uint64_t u = 0; u < config.upstreams.size(); ++u) {
    const UpstreamId id{u};
    if (upstreams.row(id).opened == 0) continue;
    bool is_idle = true;
    for (std::uint64_t i = 0; i < collections.size() && is_idle; ++i) {
      if (upstream_of(CollectionId{i}) != id) continue;
      const CollectionTrack& track = collections[i];
      is_idle = track.standing == Standing::known &&
                summarize(*track.space, track.coverage, now, track.gone(now)).gaps() == 0;
    }
    if (!is_idle) continue;
    upstreams.close(id);
    incidents.settle(target_of(config.of(id)), open_kind, "none of its gaps is left", now);
  }
}

std::vector<UpstreamView> Engine::upstreams(Time now) const {
  std::vector<UpstreamView> views;
  for (std::uint64_t u = 0; u < parts_->config.upstreams.size(); ++u) {
    const UpstreamId id{u};
    UpstreamView view;
    view.id = id;
    view.row = parts_->upstreams.row(id);
    const UnderWay under_way = parts_->under_way(id);
    view.attempts = under_way.attempts;
    view.waiting = parts_->upstreams.waiting(id);
    view.last_minute = parts_->upstreams.last_minute(id, now);
    if (auto held = parts_->upstreams.hold(id, under_way, 0, now)) {
      view.held_by = std::move(held->why);
      if (held->until != Time::max()) view.held_until = held->until;
    }
    views.push_back(std::move(view));
  }
  return views;
}

}  // namespace upkeep
