// Everything that can go wrong in the pretend world, each kind with a name and a counter,
// and the fate that decides when it does.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/random.h"

namespace upkeep::sim {

enum class Fault : std::uint8_t {
  // What a collector does instead of its work.
  collector_hangs,
  collector_crashes,
  collector_killed,
  collector_fails,
  collector_cannot_start,
  collector_lies,
  collector_skips_some,
  collector_writes_too_little,
  collector_writes_nonsense,
  collector_writes_then_dies,
  collector_writes_after_end,
  collector_defers,
  collector_defers_until,
  collector_is_denied,
  collector_is_throttled,
  collector_says_gone,
  collector_names_gone,
  // What it does beside its work.
  collector_names_foreign_gone,
  collector_reports_nonsense,
  nonsense_asked,
  // How its end comes to be known.
  end_never_heard,
  end_heard_twice,
  end_heard_late,
  end_heard_in_next_life,
  // Listings and looks.
  listing_refused,
  listing_fails_in_part,
  listing_cut_short,
  listing_never_answers,
  listing_answers_twice,
  listing_late,
  listing_is_old,
  contents_unreadable,
  look_refused,
  look_never_answers,
  look_answers_twice,
  // What happens to stores and tables behind upkeep's back.
  store_loses_one,
  store_loses_a_third,
  store_loses_all,
  object_rots,
  objects_rot,
  objects_appear,
  strays_appear,
  table_unreadable,
  table_emptied,
  table_explodes,
  permission_revoked,
  upstream_down,
  // The machine.
  disk_low,
  disk_full,
  clock_jumps,
  machine_sleeps,
  woken_late,
  // The daemon and its people.
  dies_before_commit,
  dies_before_acting,
  dies_while_acting,
  dies_idle,
  children_die_too,
  children_live_on,
  cache_deleted,
  collection_removed,
  dimension_grown,
  collector_renamed,
  maintenance_changed,
  schedule_changed,
  stop_asked,
  acked_at_random,
  reconcile_asked,
  fill_asked,
};

inline constexpr std::size_t fault_count = static_cast<std::size_t>(Fault::fill_asked) + 1;

/// "collector_lies"
std::string_view name_of(Fault);

using FaultCounts = std::array<std::uint64_t, fault_count>;

/// How hard an ordinary world is, in percent of the rates in the table of faults.
inline constexpr std::uint64_t ordinary_temper = 8;

/// Asked at every opportunity whether the fault happens now. Each seed has its own kinds of
/// faults and its own rates.
class Fate {
 public:
  /// `temper` is in percent of the rates; 0 leaves it to the seed.
  explicit Fate(std::uint64_t seed, std::uint64_t temper = 0);

  /// Counts those that happen.
  bool strikes(Fault);
  const FaultCounts& counts() const { return counts_; }
  /// No fault happens any more.
  void calm() { calm_ = true; }
  /// Faults that have not happened yet become likely, whatever the seed says.
  void make_up_for_missing();
  /// The first fault that has not happened yet.
  std::optional<Fault> missing() const;

 private:
  std::uint64_t count(Fault fault) const { return counts_[static_cast<std::size_t>(fault)]; }

  Random dice_;
  std::array<std::uint64_t, fault_count> rates_{};  ///< in 100,000 opportunities
  FaultCounts counts_{};
  bool calm_ = false;
};

}  // namespace upkeep::sim
