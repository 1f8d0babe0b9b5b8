// The engine's decisions by topic: each has a file, which is named where its decisions begin.
// Private to engine*.cpp.
#pragma once
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/engine_memory.h"

namespace upkeep {

struct Engine::Parts : EngineMemory {
  using Phase = RunningAttempt::Phase;
  using Standing = CollectionView::Standing;
  using EngineMemory::EngineMemory;

  // engine.cpp: the start, the end, and what concerns no collection
  void begin(Time);
  Step finish_step(Time);
  void close_undeclared(Time);
  void on(Time, const TimePassed&) {}
  void on(Time, const DiskMeasured&);
  void on(Time, const AckAsked&);
  void on(Time, const StopAsked&);
  void due(Time, const AnswerOverdue&);
  void due(Time, const DiskDue&);
  void due(Time, const ExpiryDue&);
  void due(Time, const Wake&) {}
  void finish_if_complete(Time);
  bool is_waiting_for_work(Time) const;
  bool blocks_the_end(Time, const AttemptTrack&) const;
  bool is_one_run() const { return assignment.run_until.has_value(); }
  RequestId next_request() { return RequestId{life << 32 | ++requests}; }
  void wish(Command command) { step.commands.push_back(std::move(command)); }
  void keep(Change change) { step.changes.push_back(std::move(change)); }
  void note(Time, std::string subject, std::string text);
  // engine_listing.cpp: when to list, and what to believe of it
  void on(Time, const StoreListed&);
  void due(Time, const ListingDue&);
  void list(Time, StoreId);
  void list_at(Time, StoreId);
  void listing_failed(Time, StoreId, const std::string& why);
  Coverage newest(const CollectionFinding&, Time taken_at);
  void take(Time, const CollectionFinding&, Time taken_at);
  void mark_unknown(Time, CollectionId, const std::string& why);
  void hold_or_accept(Time, StoreId, const std::vector<CollectionId>&, Time taken_at);
  bool is_loss_held(Time, StoreId, const Difference& of_all, Time taken_at);
  bool is_growth_held(Time, CollectionId, std::uint64_t expected);
  void accept(Time, CollectionId, const std::vector<Loss>& lost, const Summary&);
  void check_completeness(Time, CollectionId, const Summary&);
  void renew_completeness(Time);
  void keep_coverage(CollectionId);
  void due(Time, const KeepDue&);
  void drop_rows_of_good(Time, CollectionTrack&);
  void drop_old_strangers(Time, CollectionTrack&);
  void adopt_orphans(Time, CollectionId);
  void adopt_task(Time, CollectionId, AttemptTrack&) const;
  // engine_attempts.cpp: one attempt, from its choice to the end of its process
  void on(Time, const AttemptReported&);
  void on(Time, const AttemptEnded&);
  void on(Time, const OrphanEnded&);
  void due(Time, const EndOverdue&);
  void choose(Time, Task);
  void launch(Time, AttemptTrack&);
  void ended(Time, AttemptTrack&, Outcome);
  void release(Time, AttemptTrack&);
  // engine_proof.cpp: what the store says of it
  void on(Time, const PartitionsSeen&);
  void due(Time, const ProofDue&);
  void look(Time, AttemptTrack&);
  void look_failed(Time, AttemptTrack&, const std::string& why);
  void confirmed(Time, AttemptTrack&, const std::vector<Sight>&);
  void proved(Time, AttemptTrack&, const std::vector<Sight>&);
  void mark(Time, const AttemptTrack&, std::uint64_t index, std::optional<GapKind>);
  bool settle(Time, AttemptTrack&, std::size_t position, const Sight&);
  void put_row(CollectionTrack&, std::uint64_t index, PartitionRow);
  void drop_row(CollectionTrack&, std::uint64_t index);
  // engine_backlog.cpp: what comes next
  void due(Time, const BacklogDue&);
  void fill(Time);
  bool all_judged() const;
  bool may_work() const;
  bool may_start(Time) const;
  void launch_confirmed(Time);
  bool may_fill(CollectionId) const;
  std::string held_by(CollectionId) const;
  std::optional<Task> next_task(Time);
  bool is_still_wanted(Time, Task&) const;
  void rebuild_backlog(Time);
  void wake_for_backlog(Time at);
  void raise_unfillable(Time, CollectionId);
  Backlog compute_backlog(Time, Backlog::Keep) const;
  Duration estimate(const Task&) const;
  // engine_deadlines.cpp: what is late
  void due(Time, const DeadlineDue&);
  void renew_deadline(Time, CollectionId);
  // engine_chain.cpp: collections that have their rows from others
  void rows_given(Time, CollectionId from);
  void list_for_rows(Time, StoreId);
  bool asks_for_rows(Time);
  // engine_round.cpp: when the loop fills at all
  void on(Time, const ReconcileAsked&);
  void on(Time, const FillAsked&);
  void begin_round(Time);
  void end_round(Time, bool is_out_of_tasks);
  bool is_anything_known() const;
  void hurry(Time, CollectionId, const Condition& where, const std::string& why);
  // engine_calendar.cpp: maintenance, and scheduled runs
  void begin_calendar(Time);
  void follow_calendar(Time);
  void take_up(Time, CollectorId, ScheduleTrack&);
  std::set<StoreId> stores_of(CollectorId) const;
  void go_on_with_runs(Time, StoreId);
  bool is_filling_scheduled() const;
  void end_runs(Time, bool is_round_over);
  // engine_places.cpp: how many may run at once
  bool has_room() const;
  std::string no_place_for(CollectionId, bool rested) const;
  // engine_refusal.cpp: collectors that lack a permission
  std::string refusal(Time, CollectionId, std::optional<AttemptId> except = {}) const;
  void judge_refusal(Time, const AttemptTrack&, std::uint64_t failed);
  void close_idle_refusals(Time);
  // engine_upstreams.cpp: what outside services allow
  /// Upstreams for whose requests an earlier task waits already.
  using Turns = std::set<std::optional<UpstreamId>>;
  void on(Time, const TokensAsked&);
  void on(Time, const AskerGone&);
  void due(Time, const TokensDue&);
  std::optional<UpstreamId> upstream_of(CollectionId) const;
  std::uint64_t requests_of(CollectionId, std::uint64_t partitions) const;
  UnderWay under_way(std::optional<UpstreamId>, std::optional<AttemptId> except = {}) const;
  std::optional<UpstreamHold> upstream_hold(Time, CollectionId, std::uint64_t partitions,
                                            std::optional<AttemptId> except = {}) const;
  bool passes(Time, CollectionId, std::uint64_t partitions, Turns&);
  void wait_for_upstream(Time, CollectionId, std::uint64_t partitions, const UpstreamHold&);
  void wake_for_upstreams(Time at);
  bool may_launch(Time, AttemptTrack&);
  bool is_look_too_old(Time, const AttemptTrack&) const;
  void grant(Time, bool is_filled);
  void told_of_upstream(Time, AttemptTrack&, const ReportLine&);
  void judge_upstream(Time, const AttemptTrack&);
  void close_idle_breakers(Time);
};

}  // namespace upkeep
