// How a running cycle is shown: live on a terminal, line by line everywhere else.
#pragma once
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "api/progress.h"
#include "api/run_report.h"
#include "cli/terminal.h"

namespace upkeep {

/// A line for each fact worth one, each with its time; the summary at the end.
class PlainRunView final : public Observer {
 public:
  PlainRunView(Terminal& terminal, Condition where)
      : terminal_(terminal), report_(std::move(where)) {}
  void began(const Snapshot&) override;
  void observe(Time now, const Fact&) override;
  void finished(const Snapshot&) override;

 private:
  Terminal& terminal_;
  RunReport report_;
  std::map<AttemptId, std::string> names_;
};

/// Says nothing until the end: then the report as JSON.
class JsonRunView final : public Observer {
 public:
  JsonRunView(Terminal& terminal, Condition where)
      : terminal_(terminal), report_(std::move(where)) {}
  void began(const Snapshot& snapshot) override { report_.began(snapshot); }
  void observe(Time, const Fact& fact) override { report_.observe(fact); }
  void finished(const Snapshot& snapshot) override;

 private:
  Terminal& terminal_;
  RunReport report_;
};

/// A few lines that are drawn over at most ten times a second, with noteworthy facts above
/// them; the summary at the end.
class LiveRunView final : public Observer {
 public:
  LiveRunView(Terminal& terminal, Condition where)
      : terminal_(terminal), report_(std::move(where)) {}
  void began(const Snapshot&) override;
  void observe(Time now, const Fact&) override;
  Duration tick_every() const override { return std::chrono::milliseconds{500}; }
  void tick(Time now) override { draw(now, false); }
  void finished(const Snapshot&) override;

 private:
  struct Running {
    std::string name;
    std::uint64_t partitions = 0;
    int number = 1;
    double done = 0;
    bool proving = false;
    Time since;
  };
  void take(Time now, const Fact&);
  void draw(Time now, bool at_once);
  void erase();
  std::string bar_line(const Style&) const;
  std::string count_line(Time now) const;
  std::string activity_line(Time now) const;
  std::string running_line(Time now, const Running&) const;
  /// Gaps closed per second over the last half minute; 0 while nobody can tell.
  double rate(Time now) const;

  Terminal& terminal_;
  RunReport report_;
  std::map<AttemptId, Running> running_;
  std::deque<std::pair<Time, std::uint64_t>> closed_;  ///< lately, with the sum until then
  std::string activity_;                               ///< what it does while no attempt runs
  std::map<std::string, Time> listed_since_;           ///< stores that are being listed
  std::optional<Time> waits_until_;  ///< the next retry, while nothing else is to be done
  bool has_begun_ = false;
  std::uint64_t tasks_left_ = 0, resting_ = 0, retries_ = 0;
  std::size_t lines_drawn_ = 0;
  Time started_, drawn_;
};

}  // namespace upkeep
