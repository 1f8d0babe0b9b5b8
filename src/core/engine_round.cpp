// When the loop fills at all: a round begins when enough tasks can start, or people ask for one,
// and ends when nothing is left to do or its time is over. A foreground run is one round.
#include <algorithm>

#include "core/engine_parts.h"

namespace upkeep {
namespace {

bool is_busy(const std::map<AttemptId, AttemptTrack>& attempts) {
  using Phase = RunningAttempt::Phase;
  return std::ranges::any_of(attempts, [](const auto& entry) {
    const Phase phase = entry.second.view.phase;
    return phase == Phase::confirming || phase == Phase::running;
  });
}

}  // namespace

void Engine::Parts::on(Time now, const ReconcileAsked& ask) {
  for (std::uint64_t i = 0; i < stores.size(); ++i) {
    const StoreId id{i};
    const bool meant = ask.stores.empty() || std::ranges::find(ask.stores, id) != ask.stores.end();
    if (meant && stores[i].wanted && !stopping && !complete) list(now, id);
  }
}

void Engine::Parts::on(Time now, const FillAsked& ask) {
  round.is_asked = true;
  backlog_stale = true;
  backlog_not_before = now;
  for (std::uint64_t i = 0; i < collections.size(); ++i) {
    const CollectionId id{i};
    const bool meant =
        ask.collections.empty() || std::ranges::find(ask.collections, id) != ask.collections.end();
    if (meant) hurry(now, id, ask.where, "somebody asked to fill it");
  }
}

/// What waits or rests there waits no longer.
void Engine::Parts::hurry(Time now, CollectionId id, const Condition& condition,
                          const std::string& why) {
  CollectionTrack& track = of(id);
  if (!track.space) return;
  const Selector where(*track.space, std::span(&condition, 1), now);
  std::vector<std::pair<std::uint64_t, PartitionRow>> hurried;
  for (const auto& [index, row] : track.rows) {
    if (row.not_before > now && where.first(index)) hurried.emplace_back(index, row);
  }
  for (auto& [index, row] : hurried) {
    row.not_before = now;
    note(now, track.row.name + " " + row.key, why + ": it waits no longer");
    put_row(track, index, std::move(row));
  }
}

bool Engine::Parts::is_anything_known() const {
  return std::ranges::any_of(
      collections, [](const CollectionTrack& track) { return track.standing == Standing::known; });
}

void Engine::Parts::begin_round(Time now) {
  if (is_one_run() || round.since || !may_work()) return;
  if (!is_busy(attempts)) round.was_cut = false;
  if (round.was_cut || !is_anything_known()) return;
  if (backlog_stale && now >= backlog_not_before) rebuild_backlog(now);
  const std::uint64_t pending = backlog ? backlog->pending() : 0;
  const bool is_enough = pending >= config.loop.min_tasks_to_trigger || round.is_asked ||
                         (backlog && backlog->is_urgent());
  if (pending > 0 && (is_enough || is_filling_scheduled())) {
    round.since = now;
  } else if (pending == 0 && !backlog_stale) {
    end_runs(now, true);
  }
}

void Engine::Parts::end_round(Time now, bool is_out_of_tasks) {
  end_runs(now, false);
  if (!round.since) return;
  const bool is_over = now >= *round.since + config.loop.max_run_time;
  const bool is_waiting = backlog_stale || is_busy(attempts) || blocked_until != Time::max();
  if (!is_over && (!is_out_of_tasks || is_waiting)) return;
  round.was_cut = is_over;  // until what it started has ended, or a store was listed again
  round.since.reset();
  round.is_asked = false;
  end_runs(now, true);
}

}  // namespace upkeep
