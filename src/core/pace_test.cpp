// Upstreams whose limits nobody told, and clients that ask for each request: how much of what
// is allowed is used, and how much is throttled.
#include "core/pace.h"

#include <gtest/gtest.h>

#include <deque>
#include <map>

#include "base/random.h"
#include "core/upstreams.h"

namespace upkeep {
namespace {

using namespace std::chrono_literals;

const Time start = std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + 12h;

/// A service that refuses what is too much.
struct Server {
  enum class Kind { sliding, strict, fixed, bucket };
  Kind kind = Kind::sliding;
  Rate rate;
  std::uint64_t capacity = 1;  ///< of a bucket

  bool answers(Time now) {
    switch (kind) {
      case Kind::sliding:
        while (!taken.empty() && taken.front() + rate.per <= now) taken.pop_front();
        if (taken.size() >= rate.count) return false;
        taken.push_back(now);
        return true;
      case Kind::strict:  // refused ones count, too
        while (!taken.empty() && taken.front() + rate.per <= now) taken.pop_front();
        taken.push_back(now);
        return taken.size() <= rate.count;
      case Kind::fixed: {
        const auto current = now.time_since_epoch() / rate.per;
        if (current != window) in_window = 0;
        window = current;
        return in_window < rate.count && (++in_window, true);
      }
      case Kind::bucket: {
        if (left < 0) left = static_cast<double>(capacity);
        const double tokens = std::min(static_cast<double>(capacity),
                                       left + static_cast<double>((now - filled).count()) *
                                                  static_cast<double>(rate.count) /
                                                  static_cast<double>(rate.per.count()));
        filled = now;
        left = tokens < 1 ? tokens : tokens - 1;
        return tokens >= 1;
      }
    }
    return false;
  }

  std::deque<Time> taken{};
  std::int64_t window = 0;
  std::uint64_t in_window = 0;
  double left = -1;
  Time filled = start;
};

struct Outcome {
  double throttled = 0, used = 0;
};

/// `clients` ask for one request at a time, make it 5 to 30 ms later, and tell 20 to 120 ms after
/// that when it was refused.
Outcome play(Config config, Server server, int clients, Duration length) {
  Upstreams upstreams(config, {});
  Random dice(server.rate.count + static_cast<std::uint64_t>(clients));
  std::multimap<Time, int> asking, requesting;
  std::multimap<Time, bool> told;
  for (int client = 0; client < clients; ++client) asking.emplace(start, client);
  std::uint64_t made = 0, refused = 0;
  std::map<AskId, int> asks;
  std::uint64_t next_ask = 0;
  Time now = start;
  while (now < start + length) {
    Time next = upstreams.next_opening(now);
    for (const auto* queue : {&asking, &requesting}) {
      if (!queue->empty()) next = std::min(next, queue->begin()->first);
    }
    if (!told.empty()) next = std::min(next, told.begin()->first);
    now = std::max(now, next);
    for (; !told.empty() && told.begin()->first <= now; told.erase(told.begin())) {
      upstreams.throttled(UpstreamId{0}, 1, true, {}, now);
    }
    for (; !requesting.empty() && requesting.begin()->first <= now;
         requesting.erase(requesting.begin())) {
      ++made;
      if (!server.answers(now)) {
        ++refused;
        told.emplace(now + Duration{20 + dice.below(100)}, true);
      }
      asking.emplace(now + Duration{30 + dice.below(100)}, requesting.begin()->second);
    }
    for (; !asking.empty() && asking.begin()->first <= now; asking.erase(asking.begin())) {
      asks[AskId{++next_ask}] = asking.begin()->second;
      EXPECT_FALSE(
          upstreams.ask({AskId{next_ask}, "u", 1, std::to_string(asking.begin()->second)}));
    }
    for (const TokensAsked& granted : upstreams.grant(now, true)) {
      requesting.emplace(now + Duration{5 + dice.below(25)}, asks.at(granted.id));
      asks.erase(granted.id);
    }
  }
  const double allowed = static_cast<double>(server.rate.count) *
                         static_cast<double>(length.count()) /
                         static_cast<double>(server.rate.per.count());
  return {static_cast<double>(refused) / static_cast<double>(std::max<std::uint64_t>(1, made)),
          static_cast<double>(made - refused) / allowed};
}

struct Case {
  std::string name;
  Server server;
};

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const Rate rate :
       {Rate{60, 1min}, Rate{300, 1min}, Rate{600, 1min}, Rate{10, 1s}, Rate{50, 1s}}) {
    all.push_back({"sliding " + to_text(rate), {.kind = Server::Kind::sliding, .rate = rate}});
    all.push_back({"strict " + to_text(rate), {.kind = Server::Kind::strict, .rate = rate}});
    all.push_back({"fixed " + to_text(rate), {.kind = Server::Kind::fixed, .rate = rate}});
    for (const std::uint64_t capacity : {std::uint64_t{5}, rate.count}) {
      all.push_back({"bucket " + to_text(rate) + " of " + std::to_string(capacity),
                     {.kind = Server::Kind::bucket, .rate = rate, .capacity = capacity}});
    }
  }
  return all;
}

TEST(Pace, with_the_limit_unknown_few_are_throttled_and_most_of_it_is_used) {
  for (const Case& one : cases()) {
    Config config;
    config.upstreams.push_back({});
    config.upstreams[0].name = "u";
    const Outcome outcome = play(config, one.server, 20, 10min);
    EXPECT_LE(outcome.throttled, 0.03) << one.name;
    EXPECT_GE(outcome.used, 0.75) << one.name;
  }
}

TEST(Pace, a_declared_rate_that_is_too_high_is_lowered_and_never_exceeded) {
  Config config;
  config.upstreams.push_back({});
  config.upstreams[0].name = "u";
  config.upstreams[0].rate = Rate{120, 1min};
  const Outcome outcome =
      play(config, {.kind = Server::Kind::sliding, .rate = {60, 1min}}, 20, 10min);
  EXPECT_LE(outcome.throttled, 0.03);
  EXPECT_GE(outcome.used, 0.75);
}

TEST(Pace, with_the_limit_declared_hardly_any_are_throttled_and_nearly_all_of_it_is_used) {
  for (const Case& one : cases()) {
    Config config;
    config.upstreams.push_back({});
    config.upstreams[0].name = "u";
    config.upstreams[0].rate = one.server.rate;
    const Outcome outcome = play(config, one.server, 20, 10min);
    EXPECT_LE(outcome.throttled, 0.01) << one.name;
    EXPECT_GE(outcome.used, 0.90) << one.name;
  }
}

TEST(Pace, pauses_double_while_everything_is_refused) {
  Upstream upstream;
  UpstreamRow row = new_row(upstream);
  Time now = start;
  std::vector<Duration> pauses;
  for (int i = 0; i < 12; ++i) {
    EXPECT_TRUE(note_throttled(row, upstream, 1, now));
    EXPECT_FALSE(note_throttled(row, upstream, 7, now)) << "sent before the pause began";
    pauses.push_back(row.hold_until - now);
    now = row.hold_until;
  }
  EXPECT_EQ(pauses[0], 1s);
  EXPECT_EQ(pauses[5], 32s);
  EXPECT_EQ(pauses[11], throttle_pause_max);
  EXPECT_EQ(row.throttled, 12 * 8);
  EXPECT_GT(row.allowed, 0);
}

TEST(Pace, after_pauses_in_a_row_one_request_tries_whether_it_is_over) {
  Upstream upstream;
  UpstreamRow row = new_row(upstream);
  row.tried = 1;
  EXPECT_TRUE(note_throttled(row, upstream, 1, start));
  note_granted(row, upstream, 1, row.hold_until);
  EXPECT_EQ(opens_after_pause(row), row.hold_until) << "the first may have been a moment's";
  EXPECT_TRUE(note_throttled(row, upstream, 1, row.hold_until));
  EXPECT_EQ(opens_after_pause(row), row.hold_until);
  note_granted(row, upstream, 1, row.hold_until);
  EXPECT_EQ(opens_after_pause(row), row.hold_until + 1s);
}

TEST(Pace, attempts_at_once_go_down_fast_and_up_one_by_one) {
  UpstreamRow row;
  take_attempts_back(row, 8);
  EXPECT_EQ(row.attempts, 6);
  take_attempts_back(row, 6);
  EXPECT_EQ(row.attempts, 4);
  for (int i = 0; i < 4; ++i) allow_more_attempts(row, 8);
  EXPECT_EQ(row.attempts, 5);
  for (int i = 0; i < 40; ++i) allow_more_attempts(row, 8);
  EXPECT_EQ(row.attempts, 0) << "as many as may be: nothing is learnt any more";
}

}  // namespace
}  // namespace upkeep
