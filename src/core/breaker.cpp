#include "core/breaker.h"

#include <algorithm>
#include <bit>

namespace upkeep {
namespace {

constexpr int outcomes_kept = 10;

}  // namespace

Verdict verdict_of(const Outcome& outcome) {
  if (outcome.claim == Claim::success || outcome.claim == Claim::gone) return Verdict::good;
  const bool is_bad = outcome.claim == Claim::failed && (outcome.why == FailureClass::unknown ||
                                                         outcome.why == FailureClass::timeout);
  return is_bad ? Verdict::bad : Verdict::none;
}

bool note_outcome(UpstreamRow& row, Verdict verdict, const std::string& text, Time started,
                  Time now) {
  if (verdict == Verdict::none) return false;
  const bool is_bad = verdict == Verdict::bad;
  if (is_bad) row.failure = text;
  if (row.opened > 0) {
    if (started < row.open_until) return false;  // it says nothing about how things are now
    if (!is_bad) {
      close_breaker(row);
      return true;
    }
    ++row.opened;
    row.open_until = now + std::min<Duration>(open_step * row.opened, open_max);
    return true;
  }
  row.failures = is_bad ? row.failures + 1 : 0;
  row.outcomes = row.outcomes << 1 | (is_bad ? 1 : 0);
  constexpr std::uint64_t lead = std::uint64_t{1} << outcomes_kept;
  const bool is_full = row.outcomes >= lead;
  if (is_full) row.outcomes = (row.outcomes & (lead - 1)) | lead;
  const int bad = std::popcount(row.outcomes) - 1;
  const bool opens =
      is_bad && (row.failures >= failures_to_open || (is_full && bad >= failures_of_ten_to_open));
  if (!opens) return false;
  row.opened = 1;
  row.open_until = now + open_step;
  return true;
}

void close_breaker(UpstreamRow& row) {
  row.opened = row.failures = 0;
  row.open_until = {};
  row.outcomes = 1;
  row.failure.clear();
}

}  // namespace upkeep
