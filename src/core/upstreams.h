// All upstreams: who may make requests now, and whose turn is next. Attempts that are to start
// and processes that ask take turns, so that none of them starves another.
#pragma once
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "core/breaker.h"
#include "core/event.h"
#include "core/rate_limit.h"
#include "model/config.h"
#include "model/state.h"

namespace upkeep {

/// What keeps an attempt from starting.
struct UpstreamHold {
  Time until = Time::max();  ///< Time::max(): until an attempt ends
  std::string why;           ///< a sentence that says until when, where that is known
  bool is_long = false;      ///< more than its turn in a moment: people see its tasks held
  bool is_turn = false;      ///< nothing else may take the requests that it waits for
};

/// Attempts of the collectors of an upstream that are under way.
struct UnderWay {
  std::uint64_t attempts = 0;
  std::uint64_t probes = 0;           ///< of these, started since the breaker may be tried
  std::uint64_t requests = 0;         ///< of those that are chosen, but not started yet
  std::uint64_t requests_of_all = 0;  ///< likewise, of all upstreams together
};

class Upstreams {
 public:
  Upstreams(const Config&, const std::map<std::string, UpstreamRow>&);

  /// The clock may have been set back between two lives: what was then goes with it.
  void begin(Time now);
  /// Rows that changed since the last call, as changes.
  void take_changes(std::vector<Change>&, Time now);
  /// Drops rows of what is not declared any more and changed before that time.
  void expire(Time before, std::vector<Change>&);

  // --- Attempts. Without an upstream only `limits.requests` counts.
  /// Nothing when an attempt that costs so many requests may start.
  std::optional<UpstreamHold> hold(std::optional<UpstreamId>, const UnderWay&,
                                   std::uint64_t requests, Time now) const;
  /// It was held back, and wants its turn.
  void want_start(std::optional<UpstreamId>, std::uint64_t requests);
  void start(std::optional<UpstreamId>, std::uint64_t requests, Time now);

  // --- Processes that ask.
  /// Nothing, or why it will never be granted.
  std::optional<std::string> ask(const TokensAsked&);
  void forget(AskId);
  /// Those whose turn it is. `is_filled`: attempts that could start have done so.
  std::vector<TokensAsked> grant(Time now, bool is_filled);
  /// When the next of those that wait may be served; Time::max() when nobody waits for time.
  Time next_opening(Time now) const;

  // --- What is told of them.
  void requests_made(std::optional<UpstreamId>, std::uint64_t count, Time now);
  /// `asks`: its requests are granted one by one, so that their rate can be held down.
  void throttled(UpstreamId, std::uint64_t count, bool asks, const UnderWay&, Time now);
  void pause_asked(UpstreamId, Time until);
  /// An attempt that was started then has ended. True when the breaker opened or closed.
  bool ended(UpstreamId, Verdict, const std::string& text, bool was_throttled, Time started,
             Time now);
  void close(UpstreamId);

  const UpstreamRow& row(UpstreamId id) const { return lanes_[id.value].row; }
  std::uint64_t waiting(UpstreamId) const;
  /// Requests granted in it.
  std::uint64_t last_minute(UpstreamId, Time now) const;

 private:
  /// Who is next: a process by its name, or an attempt.
  using Turn = std::optional<std::string>;
  struct Ask {
    AskId id;
    std::uint64_t count = 1;
  };
  struct Lane {
    const Upstream* declared = nullptr;  ///< null: all requests together
    std::vector<Window> windows;
    UpstreamRow row;
    bool is_changed = false;
    std::map<std::string, std::deque<Ask>> asks;
    std::deque<Turn> turns;
    std::uint64_t start_wanted = 0;  ///< requests of the attempt that wants its turn
  };

  std::vector<Window> windows(const Lane&) const;
  Opening opening_of(const Lane&, std::uint64_t count, Time now) const;
  std::size_t index_of(const Lane& lane) const {
    return static_cast<std::size_t>(&lane - lanes_.data());
  }
  std::optional<UpstreamHold> held_by_attempts(const Lane&, const UnderWay&, Time now) const;
  std::uint64_t wanted_by(const Lane&) const;
  bool serve(std::size_t lane, Time now, bool is_filled, std::vector<TokensAsked>&);
  void take(Lane&, std::uint64_t count, Time now);
  void rotate(Lane&);
  Lane& lane_of(std::optional<UpstreamId> id) { return id ? lanes_[id->value] : lanes_.back(); }
  const Lane& lane_of(std::optional<UpstreamId> id) const {
    return id ? lanes_[id->value] : lanes_.back();
  }
  Lane& all() { return lanes_.back(); }
  const Lane& all() const { return lanes_.back(); }
  std::string why_waiting(const Lane&, const Opening&) const;
  void count(Lane&, std::uint64_t requests, Time now);

  const Config& config_;
  std::vector<Lane> lanes_;  ///< in the order of the configuration, and one for all together
  std::map<std::string, UpstreamRow> undeclared_;
  std::map<AskId, std::size_t> lane_of_ask_;
  std::size_t first_ = 0;                ///< the lane that is served first
  std::optional<std::size_t> reserved_;  ///< the lane whose turn it is for all together
};

}  // namespace upkeep
