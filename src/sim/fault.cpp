// Names and rates of faults.
#include "sim/fault.h"

#include <algorithm>

namespace upkeep::sim {
namespace {

/// `rate` is how often it happens in 100,000 opportunities where a seed has it switched on.
/// Opportunities differ: an attempt, a listing, a look, a step, an hour, a restart.
struct Row {
  Fault fault;
  std::string_view name;
  std::uint64_t rate;
};

using enum Fault;
constexpr std::array<Row, fault_count> table{{
    // of attempts
    {collector_hangs, "collector_hangs", 1000},
    {collector_crashes, "collector_crashes", 2000},
    {collector_killed, "collector_killed", 1000},
    {collector_fails, "collector_fails", 4000},
    {collector_cannot_start, "collector_cannot_start", 800},
    {collector_lies, "collector_lies", 2500},
    {collector_skips_some, "collector_skips_some", 3000},
    {collector_writes_too_little, "collector_writes_too_little", 1500},
    {collector_writes_nonsense, "collector_writes_nonsense", 2500},
    {collector_writes_then_dies, "collector_writes_then_dies", 2000},
    {collector_writes_after_end, "collector_writes_after_end", 1500},
    {collector_defers, "collector_defers", 2500},
    {collector_defers_until, "collector_defers_until", 1500},
    {collector_is_denied, "collector_is_denied", 700},
    {collector_is_throttled, "collector_is_throttled", 1500},
    {collector_says_gone, "collector_says_gone", 700},
    {collector_names_gone, "collector_names_gone", 1500},
    {collector_names_foreign_gone, "collector_names_foreign_gone", 1500},
    {collector_reports_nonsense, "collector_reports_nonsense", 4000},
    {nonsense_asked, "nonsense_asked", 1000},
    {end_never_heard, "end_never_heard", 600},
    {end_heard_twice, "end_heard_twice", 1500},
    {end_heard_late, "end_heard_late", 800},
    {end_heard_in_next_life, "end_heard_in_next_life", 30000},
    // of listings and looks
    {listing_refused, "listing_refused", 1500},
    {listing_fails_in_part, "listing_fails_in_part", 2500},
    {listing_cut_short, "listing_cut_short", 600},
    {listing_never_answers, "listing_never_answers", 600},
    {listing_answers_twice, "listing_answers_twice", 1500},
    {listing_late, "listing_late", 1500},
    {listing_is_old, "listing_is_old", 4000},
    {contents_unreadable, "contents_unreadable", 400},
    {look_refused, "look_refused", 1500},
    {look_never_answers, "look_never_answers", 800},
    {look_answers_twice, "look_answers_twice", 1500},
    // of hours, for each store or table
    {store_loses_one, "store_loses_one", 1500},
    {store_loses_a_third, "store_loses_a_third", 250},
    {store_loses_all, "store_loses_all", 80},
    {object_rots, "object_rots", 2000},
    {objects_rot, "objects_rot", 200},
    {objects_appear, "objects_appear", 2000},
    {strays_appear, "strays_appear", 1000},
    {table_unreadable, "table_unreadable", 700},
    {table_emptied, "table_emptied", 400},
    {table_explodes, "table_explodes", 200},
    // of hours, for each collector
    {permission_revoked, "permission_revoked", 250},
    // of hours, for each upstream
    {upstream_down, "upstream_down", 400},
    // of hours
    {disk_low, "disk_low", 400},
    {disk_full, "disk_full", 400},
    {clock_jumps, "clock_jumps", 250},
    {machine_sleeps, "machine_sleeps", 250},
    // of wake-ups
    {woken_late, "woken_late", 1000},
    // of hours
    {dies_before_commit, "dies_before_commit", 1500},
    {dies_before_acting, "dies_before_acting", 1500},
    {dies_while_acting, "dies_while_acting", 1500},
    {dies_idle, "dies_idle", 1500},
    // of deaths
    {children_die_too, "children_die_too", 40000},
    {children_live_on, "children_live_on", 100000},
    // of restarts
    {cache_deleted, "cache_deleted", 15000},
    {collection_removed, "collection_removed", 4000},
    {dimension_grown, "dimension_grown", 10000},
    {collector_renamed, "collector_renamed", 5000},
    {maintenance_changed, "maintenance_changed", 15000},
    {schedule_changed, "schedule_changed", 15000},
    // of hours
    {stop_asked, "stop_asked", 400},
    {acked_at_random, "acked_at_random", 3000},
    {reconcile_asked, "reconcile_asked", 1000},
    {fill_asked, "fill_asked", 1000},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < fault_count; ++i) {
    if (static_cast<std::size_t>(table[i].fault) != i) return false;
  }
  return true;
}
static_assert(in_order(), "the table of faults must be in the order of the enumeration");

}  // namespace

std::string_view name_of(Fault fault) { return table[static_cast<std::size_t>(fault)].name; }

Fate::Fate(std::uint64_t seed, std::uint64_t temper) : dice_(seed) {
  const std::uint64_t own = 30 + dice_.below(200);
  if (temper == 0) temper = own;
  for (std::size_t i = 0; i < fault_count; ++i) {
    if (!dice_.chance(65)) continue;
    rates_[i] = table[i].rate * temper / 100 * (50 + dice_.below(150)) / 100;
  }
  std::uint64_t& all_die = rates_[static_cast<std::size_t>(children_die_too)];
  all_die = std::min<std::uint64_t>(all_die, 60'000);  // or none would ever live on
}

bool Fate::strikes(Fault fault) {
  const std::uint64_t rate = rates_[static_cast<std::size_t>(fault)];
  if (calm_ || rate == 0 || dice_.below(100'000) >= rate) return false;
  ++counts_[static_cast<std::size_t>(fault)];
  return true;
}

void Fate::make_up_for_missing() {
  for (std::size_t i = 0; i < fault_count; ++i) {
    if (counts_[i] != 0) continue;
    const std::uint64_t likely = std::min<std::uint64_t>(5'000 + table[i].rate * 5, 60'000);
    rates_[i] = std::max(rates_[i], likely);
  }
  // Children outlive a daemon only where it dies with some of them alive.
  if (count(children_live_on) > 0 && count(end_heard_in_next_life) > 0) return;
  rates_[static_cast<std::size_t>(dies_while_acting)] = 30'000;
}

std::optional<Fault> Fate::missing() const {
  for (const Row& row : table) {
    if (count(row.fault) == 0) return row.fault;
  }
  return {};
}

}  // namespace upkeep::sim
