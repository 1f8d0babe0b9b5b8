// Watches the daemon from outside and stops the simulation when a promise is broken. Each
// promise is one function with its name; what it needs to know it learns from the events,
// rows and processes themselves, not from the engine.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/engine.h"
#include "sim/crew.h"
#include "sim/evidence.h"
#include "sim/violation.h"
#include "sim/world.h"

namespace upkeep::sim {

class Auditor {
 public:
  explicit Auditor(World& world) : world_(world) {}

  // The daemon tells what it does, in this order.
  void life_begins(const Config&, const Assignment&, const Crew&,
                   const std::map<std::string, Baseline>&);
  void sees(const Engine& engine) { engine_ = &engine; }
  void told(const Event&);
  void decided(const Step&);
  void committing(std::span<const Change>);
  void committed();
  void listing(const ListStore&);
  void starting(const StartAttempt&);
  void completed();
  void rests();
  void life_ends();

  /// Once an hour: what must not grow, and what must not last.
  void hourly();

 private:
  using Key = std::pair<std::string, std::string>;  ///< collection, object key

  struct Tried {
    std::string collection;
    std::vector<std::string> keys;
    Time started;
    std::optional<Ending> ending;  ///< as the engine was told; nothing when it was not
    std::set<std::string> gone;    ///< keys that it was told are gone
    bool orphan = false;           ///< of an earlier life
    bool over = false;             ///< the engine was told of an end of some kind
    Time ended;                    ///< when it was told so
    int hours_overdue = 0;
  };

  /// What was seen of a collector that says that it lacks a permission.
  struct Refusals {
    int in_a_row = 0;
    Time last;  ///< when the last one ended; the engine decides a little later
    Time settled;
    Time acked;  ///< when people last acknowledged it
  };

  // At a decision to start (auditor_starts.cpp).
  void starts_only_what_may_start(const StartAttempt&) const;
  void starts_nothing_unknown_or_held(const StartAttempt&) const;
  void starts_nothing_good(const StartAttempt&) const;
  void starts_nothing_unconfirmed(const StartAttempt&) const;
  void starts_nothing_too_early(const StartAttempt&) const;
  void starts_nothing_that_waits(const StartAttempt&) const;
  void batches_fit(const StartAttempt&) const;
  // When it is carried out.
  void attempts_are_durable(const StartAttempt&) const;
  void limits_are_kept() const;
  void nothing_is_collected_twice(const StartAttempt&) const;
  void attempts_are_bounded(const StartAttempt&);
  void refused_collectors_are_spared(const StartAttempt&) const;
  void count_refusals(const Tried&);

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
  void attempts_do_not_last();

  // At a wish of people, and while the loop fills (auditor_rounds.cpp).
  void people_change_only_waits(const Step&);
  void rounds_end(const StartAttempt&) const;
  void note_busy(std::ptrdiff_t enough);

  // At a listing (auditor_listings.cpp).
  void expect_holds(const StoreListed&);
  std::pair<SpacePtr, const Coverage*> accepted(CollectionId) const;
  bool has_dropped(const StoreListed&) const;
  bool is_loss_too_large(const StoreListed&) const;
  bool is_growth_too_large(const CollectionFinding&) const;
  void holds_are_made() const;
  void inventories_do_not_go_back() const;
  void listings_have_a_reason(const ListStore&);
  void time_goes_on(const Event&);
  void runs_end();
  void queue_is_right() const;
  void nothing_waits_in_vain();
  void a_rebuilt_engine_agrees() const;

  std::optional<CollectionId> find(const std::string& collection) const;
  const PartitionRow* row_of(const Key&) const;
  [[noreturn]] void violated(std::string_view invariant, std::string text) const;

  World& world_;
  // Of this life.
  const Config* config_ = nullptr;
  const Engine* engine_ = nullptr;
  const Crew* crew_ = nullptr;
  Assignment assignment_;
  std::optional<Evidence> evidence_;
  std::map<std::string, Baseline> baselines_;  ///< of collections not accepted in this life yet
  std::set<CollectionId> must_be_held_;        ///< after the step that is being made
  std::map<CollectionId, Time> known_at_;      ///< inventories before the listing just told
  std::map<StoreId, Time> listed_at_;          ///< the last success
  std::map<StoreId, int> reasons_;             ///< to list a store before its time
  bool stop_told_ = false, disk_low_ = false, completed_ = false;
  bool fill_told_ = false;             ///< by the event of the step that is being made
  std::vector<PartitionRow> hurried_;  ///< by people, not durable yet
  std::optional<Time> busy_since_;     ///< with attempts, or since the last listing
  int steps_at_once_ = 0, retries_at_once_ = 0, hours_after_the_end_ = 0;
  int hours_in_vain_ = 0;          ///< with tasks that could start, and none that did
  std::size_t starts_before_ = 0;  ///< of attempts, up to an hour ago
  std::uint64_t rests_ = 0;
  Time last_step_, life_began_;
  // Of all lives.
  std::map<AttemptId, Tried> tried_;          ///< started, not settled
  std::set<AttemptId> ids_;                   ///< ever started
  std::vector<AttemptId> settled_;            ///< in the commit that is being made
  std::vector<std::string> let_in_again_;     ///< collectors, likewise
  std::map<Key, std::vector<Time>> charged_;  ///< starts of attempts that failed, since it was good
  std::map<std::string, Refusals> refusals_;  ///< by collector
};

}  // namespace upkeep::sim
