// For tests: an executor whose collectors are functions. It keeps the contract of Executor
// (see executor_contract.h) without any process.
#pragma once
#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "port/executor.h"

namespace upkeep {

class FakeExecutor final : public Executor {
 public:
  /// What a collector does. Without an ending it runs until it is stopped, its deadline
  /// passes, or end() is called.
  struct Play {
    std::vector<ReportLine> reports;
    std::optional<Ending> ending;
  };
  /// Called in start(); may write objects and look at the launch.
  using Script = std::function<Play(const Launch&)>;

  FakeExecutor(boost::asio::io_context& io, ExecutorListener& listener, Script script)
      : io_(io), listener_(listener), script_(std::move(script)) {}

  void start(const Launch& launch) override {
    UPKEEP_ASSERT(!running_.contains(launch.attempt));
    const AttemptId id = launch.attempt;
    Play play = script_(launch);
    auto& timer = running_.try_emplace(id, io_).first->second;
    for (const ReportLine& line : play.reports) {
      post([this, id, line] {
        if (running_.contains(id)) listener_.reported(id, line);
      });
    }
    if (play.ending) {
      end(id, *play.ending);
    } else {
      timer.expires_after(std::max<Duration>(launch.deadline - now(), Duration{}));
      timer.async_wait([this, id, alive = std::weak_ptr(alive_)](const auto& error) {
        if (!error && !alive.expired()) end(id, {Ending::Kind::timed_out, 0, ""});
      });
    }
  }

  void stop(AttemptId id) override {
    if (running_.contains(id)) end(id, {Ending::Kind::interrupted, 0, ""});
    if (orphans_.contains(id)) end_orphan(id);
  }

  void watch(AttemptId id) override {
    watched_.insert(id);
    tell_when_over(id);
  }

  /// The collector ends now; later and other endings of the same attempt count for nothing.
  void end(AttemptId id, const Ending& ending) {
    post([this, id, ending] {
      if (running_.erase(id) > 0) listener_.ended(id, ending);
    });
  }

  /// An attempt of an earlier life that still runs.
  void add_orphan(AttemptId id) { orphans_.insert(id); }
  void end_orphan(AttemptId id) {
    orphans_.erase(id);
    tell_when_over(id);
  }

 private:
  static Time now() { return std::chrono::floor<Duration>(std::chrono::system_clock::now()); }
  template <class Function>
  void post(Function function) {
    boost::asio::post(io_, [alive = std::weak_ptr(alive_), function = std::move(function)] {
      if (!alive.expired()) function();
    });
  }
  void tell_when_over(AttemptId id) {
    post([this, id] {
      if (!orphans_.contains(id) && watched_.erase(id) > 0) listener_.orphan_ended(id);
    });
  }

  boost::asio::io_context& io_;
  ExecutorListener& listener_;
  Script script_;
  std::map<AttemptId, boost::asio::steady_timer> running_;
  std::set<AttemptId> orphans_, watched_;
  /// What posted functions look at: they may run when the executor is gone.
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace upkeep
