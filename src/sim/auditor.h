// Watches the daemon from outside and stops the simulation when a promise is broken. Each
// promise is one function with its name; what it needs to know it learns from the events,
// rows and processes themselves, not from the engine.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "sim/auditor_memory.h"
#include "sim/violation.h"

namespace upkeep::sim {

class Auditor : AuditorMemory {
 public:
  explicit Auditor(World& world) : AuditorMemory(world) {}

  // The daemon tells what it does, in this order.
  void life_begins(const Config&, const Assignment&, const Crew&,
                   const std::map<std::string, Baseline>&);
  void sees(const Engine& engine) { engine_ = &engine; }
  void told(const Event&);
  void decided(const Step&);
  void committing(std::span<const Change>);
  void committed();
  void listing(const ListStore&);
  /// A listing of the store as it is now, with its contents checked.
  void checked(const CollectionFinding&, const PretendStore&) const;
  void starting(const StartAttempt&);
  void granting(const GrantTokens&);
  /// Too late to be carried out.
  void passing_over(const Command&);
  void refusing(const RefuseTokens&);
  void completed();
  void rests();
  void life_ends();

  /// Once an hour: what must not grow, and what must not last.
  void hourly();

 private:
  // At a decision to start (auditor_starts.cpp).
  void starts_only_what_may_start(const StartAttempt&) const;
  void starts_nothing_unknown_or_held(const StartAttempt&) const;
  void starts_nothing_good(const StartAttempt&) const;
  void starts_nothing_unconfirmed(const StartAttempt&) const;
  void starts_nothing_too_early(const StartAttempt&) const;
  void starts_nothing_that_waits(const StartAttempt&) const;
  void batches_fit(const StartAttempt&) const;
  void who_rested_often_goes_alone(const StartAttempt&) const;
  // When it is carried out.
  void attempts_are_durable(const StartAttempt&) const;
  bool has_rested(const StartAttempt&) const;
  void limits_are_kept(const StartAttempt&) const;
  void nothing_is_collected_twice(const StartAttempt&) const;
  void attempts_are_bounded(const StartAttempt&);
  void refused_collectors_are_spared(const StartAttempt&) const;
  void count_refusals(const Tried&);

  // Of upstreams (auditor_upstreams.cpp).
  const Upstream* upstream_of(const std::string& collection) const;
  void requests_are_limited(const Upstream*, std::uint64_t count);
  void troubled_upstreams_are_spared(const Upstream&, std::string_view who, bool is_start) const;
  void upstream_is_called(const StartAttempt&);
  void told_of_upstream(const Event&);
  void who_asks_is_served() const;
  void upstreams_and_rows_agree() const;
  void upstreams_begin();
  void upstream_changes(const UpstreamRow&);

  // At a commit (auditor_rows.cpp).
  void rows_change_with_attempts(const PartitionRow&, const std::map<Key, AttemptId>&) const;
  void tombstones_are_earned(const PartitionRow&, const Tried&) const;
  void charges_follow_the_rules(const PartitionRow& before, const PartitionRow& after,
                                const Tried&);
  void rows_go_for_a_reason(const Key&) const;
  void attempts_are_settled_fully(const Tried&);
  void rows_and_memory_agree() const;
  void rows_are_bounded() const;
  void journal_is_bounded() const;
  void incidents_are_bounded() const;
  void attempts_do_not_last();

  // At a wish of people, and while the loop fills (auditor_rounds.cpp).
  void people_change_only_waits(const Step&);
  void rounds_end(const StartAttempt&) const;
  void note_busy(std::ptrdiff_t enough);

  // Of the calendar (auditor_calendar.cpp).
  bool is_maintenance() const;
  void maintenance_is_kept(const Step&) const;
  bool may_follow_schedules() const;
  Time last_due(const Collector&);
  std::set<StoreId> stores_of(const std::string& collector) const;
  bool were_listed(const std::set<StoreId>&, Time since) const;
  void schedules_begin();
  void schedule_changes(const ScheduleRow&);
  void scheduled_times_are_made_good(const Step&);
  void scheduled_runs_end();

  // At a listing (auditor_listings.cpp).
  void expect_holds(const StoreListed&);
  std::pair<SpacePtr, const Coverage*> accepted(CollectionId) const;
  bool has_dropped(const StoreListed&) const;
  bool is_loss_too_large(const StoreListed&) const;
  bool is_growth_too_large(const CollectionFinding&) const;
  void holds_are_made() const;
  void inventories_do_not_go_back() const;
  void invalid_objects_are_gaps() const;
  void stores_are_listed_again();
  void rows_given(const std::string& collection);
  void new_rows_are_asked_for();
  void a_run_asks_for_rows() const;
  void listings_have_a_reason(const ListStore&);
  void time_goes_on(const Event&);
  void runs_end();
  void queue_is_right() const;
  void deadlines_come_first() const;
  void late_gaps_are_told();
  void nothing_waits_in_vain();
  void a_rebuilt_engine_agrees() const;

  std::optional<CollectionId> find(const std::string& collection) const;
  const PartitionRow* row_of(const Key&) const;
  [[noreturn]] void violated(std::string_view invariant, std::string text) const;
};

}  // namespace upkeep::sim
