// What came of one cycle: counted from its facts while it runs, and told at its end.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/cost_text.h"
#include "api/progress.h"
#include "api/style.h"
#include "coverage/coverage.h"

namespace upkeep {

/// Counts of attempts and of the partitions that they settled.
struct RunNumbers {
  std::uint64_t attempts = 0, attempts_failed = 0;
  std::uint64_t closed = 0, gone = 0;
  std::map<FailureClass, std::uint64_t> failures;  ///< attempts, by class
};

/// Why gaps are left, for one reason.
struct Leftover {
  std::string collection, why;
  std::uint64_t gaps = 0;
  std::string sample;  ///< a key, for `explain`
};

class RunReport {
 public:
  /// `where`: which partitions the cycle was about.
  explicit RunReport(Condition where = {}) : where_(std::move(where)) {}

  void began(const Snapshot&);
  void observe(const Fact&);
  void finished(const Snapshot&);

  const RunNumbers& numbers() const { return numbers_; }
  /// Gaps at the start, as far as they could be judged.
  std::uint64_t gaps_before() const { return gaps_before_; }

  /// What was filled, how that was proved, what still lacks and why, what to type next.
  std::string text(const Style&) const;
  /// The same for programs; ends with a newline.
  std::string json() const;

 private:
  struct Line {
    std::string name;
    std::optional<Summary> before, after;
    std::uint64_t closed = 0, gone = 0;  ///< by attempts of this cycle
    std::string error, held;
  };
  Line& line(const std::string& name);
  std::string outcome_text() const;
  std::string table_text(const Style&) const;
  std::string leftovers_text(const Style&) const;
  std::string next_text() const;
  /// Of one collection, or of all.
  std::uint64_t gaps_after(std::string_view collection = {}) const;

  Condition where_;
  Time started_, ended_;
  RunNumbers numbers_;
  std::uint64_t gaps_before_ = 0;
  std::vector<Line> lines_;  ///< in the config's order
  std::vector<Leftover> leftovers_;
  std::vector<StoreCost> costs_;
  std::map<AttemptId, std::string> collections_;  ///< of attempts that are not settled
  std::size_t incidents_open_ = 0;
  std::vector<IncidentId> holds_;  ///< open incidents that hold something
  std::string failures_log_;
  std::string disabled_by_;  ///< the configuration that says so; empty: filling is enabled
  bool stopped_ = false;
};

}  // namespace upkeep
