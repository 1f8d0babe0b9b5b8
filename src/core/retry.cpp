#include "core/retry.h"

#include <fmt/format.h>

#include <algorithm>

namespace upkeep {
namespace {

/// length × 2ᵏ, but at most `cap`.
Duration doubled(Duration length, int times, Duration cap) {
  for (; times > 0 && length < cap; --times) length *= 2;
  return std::min(length, cap);
}

void defer(PartitionRow& row, const Retries& retries, Duration hint, Random& random, Time now) {
  ++row.deferrals;
  row.not_before = now + std::max(hint, backoff(retries, row.deferrals, random));
}

void charge(PartitionRow& row, const Retries& retries, Duration hint, bool final, Random& random,
            Time now) {
  row.deferrals = row.interrupted = 0;
  ++row.attempts;
  const bool rested_before = row.rests > 0;  // then it had just this one attempt
  if (!final && !rested_before && row.attempts <= retries.max) {
    row.not_before = now + std::max(hint, backoff(retries, row.attempts, random));
    return;
  }
  row.not_before = now + std::max(hint, doubled(retries.rest, row.rests, rest_max));
  ++row.rests;
  row.attempts = 0;
}

}  // namespace

Duration backoff(const Retries& retries, int failures, Random& random) {
  const Duration limit = doubled(retries.base, failures - 1, retries.cap);
  return Duration{
      static_cast<Duration::rep>(random.below(static_cast<std::uint64_t>(limit.count()) + 1))};
}

PartitionRow after_failure(PartitionRow row, const Outcome& outcome, const Retries& retries,
                           std::optional<Duration> hint, Random& random, Time now) {
  const Duration wait = std::max(hint.value_or(Duration{}), Duration{});
  row.why = outcome.why;
  row.text = outcome.text;
  row.changed = now;
  if (outcome.claim == Claim::later && row.deferrals < deferrals_max) {
    defer(row, retries, wait, random, now);
  } else if (outcome.why == FailureClass::interrupted && row.interrupted + 1 < interruptions_max) {
    ++row.interrupted;
    row.not_before = now;
  } else {
    charge(row, retries, wait, outcome.final, random, now);
  }
  return row;
}

PartitionRow after_gone(PartitionRow row, Duration gone_for, Time now) {
  row.attempts = row.deferrals = row.interrupted = row.rests = 0;
  row.why = FailureClass::none;
  row.text = "its collector says that it does not exist upstream";
  row.not_before = {};
  row.gone_until = now + gone_for;
  row.changed = now;
  return row;
}

std::string describe(const PartitionRow& row, const Retries& retries) {
  const std::string next = to_text(row.not_before);
  if (row.gone_until > row.changed) {
    return fmt::format("gone: {}; looked for again from {}", row.text, to_text(row.gone_until));
  }
  if (row.rests > 0) {
    return fmt::format("{}: {}; it rests until {} and then gets one attempt", to_text(row.why),
                       row.text, next);
  }
  if (row.deferrals > 0) {
    return fmt::format(
        "the collector asked for a later try ({} of at most {} in a row): {}; next "
        "at {}",
        row.deferrals, deferrals_max, row.text, next);
  }
  if (row.interrupted > 0) {
    return fmt::format("cut short by upkeep's own end ({} in a row), not charged; next at {}",
                       row.interrupted, next);
  }
  return fmt::format("attempt {} of {} failed, {}: {}; next at {}", row.attempts, retries.max + 1,
                     to_text(row.why), row.text, next);
}

}  // namespace upkeep
