#include "core/upstreams.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "core/pace.h"

namespace upkeep {
namespace {

using namespace std::chrono;

constexpr std::uint64_t ask_max = 1'000'000;
/// A shorter wait is its turn, and no hold.
constexpr Duration turn_max = minutes{1};

void shift(Time& time, Duration by) {
  if (time > Time{}) time -= by;
}

}  // namespace

Upstreams::Upstreams(const Config& config, const std::map<std::string, UpstreamRow>& rows)
    : config_(config), undeclared_(rows) {
  const auto add = [&](const Upstream* declared, std::vector<Window> windows, UpstreamRow fresh) {
    Lane& lane = lanes_.emplace_back();
    lane.declared = declared;
    lane.windows = std::move(windows);
    const auto known = undeclared_.find(fresh.name);
    lane.row = known == undeclared_.end() ? std::move(fresh) : known->second;
    if (known != undeclared_.end()) undeclared_.erase(known);
  };
  for (const Upstream& upstream : config.upstreams) {
    add(&upstream, windows_of(upstream), new_row(upstream));
  }
  add(nullptr, config.limits.requests ? windows_of(*config.limits.requests) : std::vector<Window>{},
      {});
}

void Upstreams::begin(Time now) {
  for (Lane& lane : lanes_) {
    UpstreamRow& row = lane.row;
    const Duration back = row.changed - now;
    if (back <= Duration{}) continue;
    for (Time* time : {&row.changed, &row.last, &row.hold_until, &row.open_until}) {
      shift(*time, back);
    }
    for (std::vector<Spent>& spent : row.spent) {
      for (Spent& one : spent) one.at -= back;
    }
    lane.is_changed = true;
  }
}

void Upstreams::take_changes(std::vector<Change>& changes, Time now) {
  for (Lane& lane : lanes_) {
    if (!std::exchange(lane.is_changed, false)) continue;
    lane.row.changed = now;
    changes.push_back(PutUpstream{lane.row});
  }
}

void Upstreams::expire(Time before, std::vector<Change>& changes) {
  std::erase_if(undeclared_, [&](const auto& entry) {
    if (entry.second.changed >= before) return false;
    changes.push_back(DropUpstream{entry.first});
    return true;
  });
}

// --- When ------------------------------------------------------------------------

std::vector<Window> Upstreams::windows(const Lane& lane) const {
  std::vector<Window> all = lane.windows;
  if (lane.row.allowed > 0) all.push_back(learnt_window(lane.row.allowed));
  return all;
}

/// Of this lane alone.
Opening Upstreams::opening_of(const Lane& lane, std::uint64_t count, Time now) const {
  Opening first{now, {}};
  const Time held =
      std::max(opens_after_pause(lane.row), is_open(lane.row, now) ? lane.row.open_until : Time{});
  if (held > now) first.at = held;
  if (count == 0) return first;
  const Opening window = opening(windows(lane), lane.row.spent, lane.row.last, count, now);
  return window.at > first.at ? window : first;
}

std::string Upstreams::why_waiting(const Lane& lane, const Opening& opening) const {
  const std::string until = to_text(opening.at);
  const UpstreamRow& row = lane.row;
  const std::string name = lane.declared ? "upstream " + row.name : "all upstreams together";
  if (!opening.budget && row.opened > 0 && row.open_until == opening.at) {
    return fmt::format("{} is left alone until {}, after failures: {}; then one task is tried",
                       name, until, row.failure);
  }
  if (!opening.budget) return fmt::format("{} is left alone until {}: {}", name, until, row.hold);
  const bool is_hour = opening.budget == Budget::hour, is_day = opening.budget == Budget::day;
  if (!is_hour && !is_day) return fmt::format("{}: at its rate the next is at {}", name, until);
  return fmt::format("{}: of {} requests {} so many are used that the next is at {}", name,
                     with_thousands(is_hour ? *lane.declared->hourly : *lane.declared->daily),
                     is_hour ? "an hour" : "a day", until);
}

// --- Attempts --------------------------------------------------------------------

/// By how many are under way, whatever they cost.
std::optional<UpstreamHold> Upstreams::held_by_attempts(const Lane& lane, const UnderWay& under_way,
                                                        Time now) const {
  const UpstreamRow& row = lane.row;
  if (lane.declared == nullptr) return {};
  if (is_half_open(row, now) && under_way.probes > 0) {
    return UpstreamHold{.why = fmt::format("upstream {} is tried with one task at a time, after "
                                           "failures: {}",
                                           row.name, row.failure),
                        .is_long = true};
  }
  std::uint64_t most = lane.declared->concurrency.value_or(~std::uint64_t{0});
  if (row.attempts > 0) most = std::min(most, row.attempts);
  if (under_way.attempts < most) return {};
  return UpstreamHold{.why = fmt::format("upstream {}: {} of {} attempts are under way", row.name,
                                         under_way.attempts, most)};
}

std::optional<UpstreamHold> Upstreams::hold(std::optional<UpstreamId> id, const UnderWay& under_way,
                                            std::uint64_t requests, Time now) const {
  const Lane& lane = lane_of(id);
  if (auto held = held_by_attempts(lane, under_way, now)) return held;
  for (const Lane* one : {&lane, &all()}) {
    const std::uint64_t chosen = one == &all() ? under_way.requests_of_all : under_way.requests;
    const Opening opening = opening_of(*one, requests == 0 ? 0 : requests + chosen, now);
    if (opening.at <= now) continue;
    return UpstreamHold{.until = opening.at,
                        .why = why_waiting(*one, opening),
                        .is_long = opening.at > now + turn_max,
                        .is_turn = requests > 0};
  }
  const bool is_turn = lane.turns.empty() || !lane.turns.front();
  if (requests == 0 || (is_turn && (!reserved_ || *reserved_ == index_of(lane)))) return {};
  return UpstreamHold{.why = fmt::format("upstream {}: others wait before it", lane.row.name),
                      .is_turn = true};
}

void Upstreams::want_start(std::optional<UpstreamId> id, std::uint64_t requests) {
  Lane& lane = lane_of(id);
  if (requests == 0) return;
  if (lane.start_wanted == 0) lane.turns.emplace_back();
  lane.start_wanted = requests;
}

void Upstreams::start(std::optional<UpstreamId> id, std::uint64_t requests, Time now) {
  Lane& lane = lane_of(id);
  if (requests == 0) return;
  if (!lane.turns.empty() && !lane.turns.front()) {
    lane.turns.pop_front();
    lane.start_wanted = 0;
  }
  if (reserved_ == index_of(lane)) reserved_.reset();
  take(lane, requests, now);
}

/// Counts requests that are made now, and among all together.
void Upstreams::take(Lane& lane, std::uint64_t requests, Time now) {
  count(lane, requests, now);
  if (&lane != &all()) count(all(), requests, now);
}

void Upstreams::count(Lane& lane, std::uint64_t requests, Time now) {
  if (lane.declared == nullptr && lane.windows.empty()) return;
  if (lane.declared != nullptr) note_granted(lane.row, *lane.declared, requests, now);
  std::vector<Window> counted = windows(lane);
  if (lane.declared != nullptr) {
    counted.push_back({Budget::minute, ~std::uint64_t{0}, minutes{1}, {}});
  }
  spend(counted, lane.row.spent, requests, now);
  lane.row.last = now;
  lane.is_changed = true;
}

// --- Processes that ask -------------------------------------------------------------

std::optional<std::string> Upstreams::ask(const TokensAsked& asked) {
  const auto declared = std::ranges::find(config_.upstreams, asked.upstream, &Upstream::name);
  if (declared == config_.upstreams.end()) {
    std::vector<std::string> names;
    for (const Upstream& upstream : config_.upstreams) names.push_back(upstream.name);
    const auto guess = nearest(asked.upstream, names);
    return fmt::format("there is no upstream `{}`{}", asked.upstream,
                       guess           ? fmt::format("; did you mean `{}`?", *guess)
                       : names.empty() ? std::string("; none is declared in `upstreams`")
                                       : "; there are " + join(names, ", "));
  }
  const auto index = static_cast<std::size_t>(declared - config_.upstreams.begin());
  Lane& lane = lanes_[index];
  if (asked.count > ask_max) {
    return fmt::format("{} requests at once are more than anybody may ask for, which is {}",
                       with_thousands(asked.count), with_thousands(ask_max));
  }
  for (const Lane* one : {&lane, &all()}) {
    for (const Window& window : one->windows) {
      const bool is_limit = window.budget != Budget::interval && window.budget != Budget::burst;
      if (!is_limit || asked.count <= window.count) continue;
      return fmt::format("{} requests at once are more than {} ever allows, which is {}",
                         with_thousands(asked.count),
                         one->declared ? "upstream " + one->row.name : "`limits.requests`",
                         with_thousands(window.count));
    }
  }
  if (lane_of_ask_.contains(asked.id)) return {};  // it waits already
  std::deque<Ask>& waiting = lane.asks[asked.who];
  if (waiting.empty()) lane.turns.emplace_back(asked.who);
  waiting.push_back({asked.id, std::max<std::uint64_t>(1, asked.count)});
  lane_of_ask_[asked.id] = index;
  return {};
}

void Upstreams::forget(AskId id) {
  const auto found = lane_of_ask_.find(id);
  if (found == lane_of_ask_.end()) return;
  Lane& lane = lanes_[found->second];
  lane_of_ask_.erase(found);
  for (auto it = lane.asks.begin(); it != lane.asks.end(); ++it) {
    std::erase_if(it->second, [&](const Ask& ask) { return ask.id == id; });
    if (!it->second.empty()) continue;
    std::erase(lane.turns, Turn(it->first));
    lane.asks.erase(it);
    return;  // each name has at least one
  }
}

/// How many requests the next in turn wants; 0 when nobody waits.
std::uint64_t Upstreams::wanted_by(const Lane& lane) const {
  if (lane.turns.empty()) return 0;
  const Turn& turn = lane.turns.front();
  return turn ? lane.asks.at(*turn).front().count : lane.start_wanted;
}

/// True when somebody of the lane had his turn.
bool Upstreams::serve(std::size_t index, Time now, bool is_filled,
                      std::vector<TokensAsked>& granted) {
  Lane& lane = lanes_[index];
  if (lane.turns.empty() || (reserved_ && *reserved_ != index)) return false;
  const std::uint64_t wanted = wanted_by(lane);
  if (opening_of(lane, wanted, now).at > now) {
    if (reserved_ == index) reserved_.reset();
    return false;
  }
  if (lane.declared != nullptr && opening_of(all(), wanted, now).at > now) {
    reserved_ = index;  // what comes free for all together is for this one
    return false;
  }
  const Turn turn = lane.turns.front();
  if (!turn) {
    if (!is_filled) return false;  // an attempt may take it now
    lane.turns.pop_front();        // none does
    lane.start_wanted = 0;
    if (reserved_ == index) reserved_.reset();
    return true;
  }
  std::deque<Ask>& asks = lane.asks.at(*turn);
  granted.push_back({asks.front().id, lane.row.name, wanted, *turn});
  lane_of_ask_.erase(asks.front().id);
  asks.pop_front();
  lane.turns.pop_front();
  if (asks.empty()) {
    lane.asks.erase(*turn);
  } else {
    lane.turns.push_back(turn);
  }
  if (reserved_ == index) reserved_.reset();
  take(lane, wanted, now);
  return true;
}

std::vector<TokensAsked> Upstreams::grant(Time now, bool is_filled) {
  std::vector<TokensAsked> granted;
  if (reserved_ && lanes_[*reserved_].turns.empty()) reserved_.reset();
  for (bool again = true; again;) {
    again = false;
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
      const std::size_t index = (first_ + i) % lanes_.size();
      if (!serve(index, now, is_filled, granted)) continue;
      first_ = (index + 1) % lanes_.size();
      again = true;
      break;
    }
  }
  return granted;
}

Time Upstreams::next_opening(Time now) const {
  Time first = Time::max();
  for (const Lane& lane : lanes_) {
    if (lane.turns.empty()) continue;
    const std::uint64_t wanted = wanted_by(lane);
    Time at = opening_of(lane, wanted, now).at;
    if (lane.declared) at = std::max(at, opening_of(all(), wanted, now).at);
    if (at > now) first = std::min(first, at);
  }
  return first;
}

std::uint64_t Upstreams::waiting(UpstreamId id) const {
  std::uint64_t sum = 0;
  for (const auto& [who, asks] : lanes_[id.value].asks) sum += asks.size();
  return sum;
}

std::uint64_t Upstreams::last_minute(UpstreamId id, Time now) const {
  return used({Budget::minute, 1, minutes{1}, {}}, lanes_[id.value].row.spent, now);
}

// --- What is told of them ----------------------------------------------------------

void Upstreams::requests_made(std::optional<UpstreamId> id, std::uint64_t count, Time now) {
  if (count > 0) take(lane_of(id), std::min(count, ask_max), now);
}

void Upstreams::throttled(UpstreamId id, std::uint64_t count, bool asks, const UnderWay& under_way,
                          Time now) {
  Lane& lane = lanes_[id.value];
  if (count == 0) return;
  lane.is_changed = true;
  const bool is_new = note_throttled(lane.row, *lane.declared, count, now);
  if (is_new && !asks) take_attempts_back(lane.row, under_way.attempts);
}

void Upstreams::pause_asked(UpstreamId id, Time until) {
  Lane& lane = lanes_[id.value];
  upkeep::hold(lane.row, until, "a collector was asked to come back then");
  lane.is_changed = true;
}

bool Upstreams::ended(UpstreamId id, Verdict verdict, const std::string& text, bool was_throttled,
                      Time started, Time now) {
  Lane& lane = lanes_[id.value];
  const UpstreamRow before = lane.row;
  if (!was_throttled) {
    allow_more_attempts(lane.row, lane.declared->concurrency.value_or(config_.limits.tasks));
  }
  const bool has_turned = note_outcome(lane.row, verdict, text, started, now);
  lane.is_changed |= before != lane.row;
  return has_turned;
}

void Upstreams::close(UpstreamId id) {
  close_breaker(lanes_[id.value].row);
  lanes_[id.value].is_changed = true;
}

}  // namespace upkeep
