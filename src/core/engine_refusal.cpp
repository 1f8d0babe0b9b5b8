// A collector that lacks a permission may lack it for a few partitions, or for all: after some
// refusals in a row one task is tried now and then instead of all of them.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "core/engine_parts.h"
#include "core/retry.h"

namespace upkeep {
namespace {

constexpr std::string_view refused = "permission_denied";

std::string target_of(const Collector& collector) { return "collector:" + collector.name; }

}  // namespace

/// Why nothing of the collection may be started, because its collector was refused; empty when
/// it may. `except`: the attempt that is to start.
std::string Engine::Parts::refusal(Time now, CollectionId id,
                                   std::optional<AttemptId> except) const {
  const auto own = config.of(id).collector;
  if (!own) return {};
  const Collector& collector = config.of(*own);
  const IncidentRow* row = incidents.find(target_of(collector), refused);
  std::uint64_t refusals = row == nullptr ? 0 : row->amount;
  std::uint64_t under_way = 0;
  for (const auto& [number, attempt] : attempts) {
    if (number == except || !attempt.collection || config.of(*attempt.collection).collector != own)
      continue;
    ++under_way;
    if (attempt.outcome && attempt.outcome->why == FailureClass::permission_denied) ++refusals;
  }
  if (refusals < refusals_max) return {};
  if (under_way > 0) return "its collector was refused; one task is being tried";
  // Who acknowledges it, or begins a run, wants to see whether it is mended.
  const bool at_once =
      row->state == IncidentRow::State::acked || (is_one_run() && row->changed < begun);
  const Time again = row->changed + collector.retries.rest;
  if (at_once || now >= again) return {};
  return fmt::format("its collector was refused ({}); one task is tried at {}", to_text(row->id),
                     to_text(again));
}

/// `failed`: how many of its partitions are neither good nor gone now.
void Engine::Parts::judge_refusal(Time now, const AttemptTrack& attempt, std::uint64_t failed) {
  const auto own = config.of(*attempt.collection).collector;
  if (!own) return;
  const Collector& collector = config.of(*own);
  const std::string target = target_of(collector);
  const IncidentRow* known = incidents.find(target, refused);
  const Outcome& outcome = *attempt.outcome;
  if (known != nullptr) backlog_stale = true;  // another task may be tried, or all of them
  if (outcome.why == FailureClass::permission_denied) {
    const std::uint64_t amount = 1 + (known == nullptr ? 0 : known->amount);
    std::string text = fmt::format("it says that it lacks a permission: {}", outcome.text);
    if (amount >= refusals_max) {
      text += fmt::format(
          " ({} attempts in a row); one task is tried every {}, and at once when this is "
          "acknowledged, until one is not refused",
          with_thousands(amount), to_rough_text(collector.retries.rest));
    }
    if (known != nullptr && known->state == IncidentRow::State::acked) {
      incidents.reopen(*known, text, amount, now);
    } else {
      incidents.raise(target, refused, text, amount, now);
    }
    backlog_stale = true;
    return;
  }
  const bool let_in = failed < attempt.view.row.keys.size() || outcome.claim == Claim::success ||
                      outcome.claim == Claim::gone;
  if (known == nullptr || !let_in) return;
  incidents.settle(target, refused, "an attempt was not refused", now);
}

/// When no gap is left, nobody will ever see whether it is mended.
void Engine::Parts::close_idle_refusals(Time now) {
  for (std::uint64_t c = 0; c < config.collectors.size(); ++c) {
    const std::string target = target_of(config.collectors[c]);
    if (incidents.find(target, refused) == nullptr) continue;
    bool is_idle = true;
    for (std::uint64_t i = 0; i < collections.size() && is_idle; ++i) {
      if (config.collections[i].collector != CollectorId{c}) continue;
      const CollectionTrack& track = collections[i];
      is_idle = track.standing == Standing::known &&
                summarize(*track.space, track.coverage, now, track.gone(now)).gaps() == 0;
    }
    if (is_idle) incidents.settle(target, refused, "none of its gaps is left", now);
  }
}

}  // namespace upkeep
